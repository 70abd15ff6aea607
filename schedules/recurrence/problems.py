"""What can be wrong with a definition, said so that a person can put it right.

Messages are English msgids with named placeholders; the doors translate them: ``gettext(message) % params``.
"""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

#: Longest piece of a person's input that a message repeats, in characters.
MAX_QUOTED_LENGTH = 60


def gettext_noop(message: str) -> str:
    """Mark a msgid for ``makemessages`` without importing a framework; returns it unchanged."""
    return message


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one field; ``str()`` gives the English sentence."""

    field: str
    code: str
    message: str
    params: dict[str, Any] = dataclass_field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.message % self.params


class DefinitionError(ValueError):
    """The definition cannot become a recurrence; ``problems`` lists everything that was found, in field
    order.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(str(problem) for problem in self.problems))


class NaiveDatetimeError(ValueError):
    """A datetime without a time zone was given where an instant is needed."""

    def __init__(self, value: object) -> None:
        self.value = value
        super().__init__(
            f'"{value!r}" has no time zone, so it names no instant. Pass an aware datetime, for example '
            "datetime.now(timezone.utc)."
        )


def quote(value: object) -> str:
    """Return ``value`` as a message may repeat it: on one line, printable and short."""
    # Cut before escaping: a text of a million characters must not cost a million steps.
    text = value[: MAX_QUOTED_LENGTH * 2] if isinstance(value, str) else _shown(value)
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
    return text if len(text) <= MAX_QUOTED_LENGTH else f"{text[: MAX_QUOTED_LENGTH - 1]}…"


def _shown(value: object) -> str:
    # Signs and no words: the message around it may be in any language.
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Python refuses to print integers of more than 4,300 digits.
        return str(value) if value.bit_length() < 200 else "-…" if value < 0 else "…"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    return f"<{type(value).__name__}>"
