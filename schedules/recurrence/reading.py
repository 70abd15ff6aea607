"""Take a definition's fields out of JSON-like input, one type at a time, and note what is wrong with each."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from schedules.recurrence.clock import MAX_INSTANT, MIN_INSTANT, whole_seconds
from schedules.recurrence.problems import Problem, gettext_noop, quote

_T = TypeVar("_T")

#: Longest text accepted in any field but cron, in characters.
MAX_TEXT = 200


class Reader:
    """Reads fields and collects problems; a field that could not be read gives the fallback."""

    def __init__(self, source: Mapping[str, Any]) -> None:
        self._source = source
        self.problems: list[Problem] = []

    def problem(self, field: str, code: str, message: str, /, **params: Any) -> None:
        """Note a problem."""
        self.problems.append(Problem(field, code, message, params))

    def has(self, field: str) -> bool:
        """Return whether the field is there and filled."""
        return self._source.get(field) is not None

    def raw(self, field: str) -> Any:
        """Return the field as it came; ``None`` if absent."""
        return self._source.get(field)

    def choice(self, field: str, choices: tuple[str, ...], default: str | None = None) -> str | None:
        """Return one of ``choices``; ``default`` if absent (``None``: the field is required)."""
        value = self.raw(field)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value in choices:
            return value
        known = ", ".join(choices)
        if value is None:
            message = gettext_noop('"%(field)s" is missing. Choose one of %(known)s.')
            self.problem(field, "required", message, field=field, known=known)
        else:
            message = gettext_noop('"%(value)s" is not known here. Choose one of %(known)s.')
            self.problem(field, "choice", message, value=quote(value), known=known)
        return default

    def items(self, field: str, *, most: int, example: str, required: bool = True) -> list[Any]:
        """Return a list of at most ``most`` items; an empty one if absent or wrong."""
        value = self.raw(field)
        if value is None or value == [] or value == ():
            if required:
                message = gettext_noop("At least one entry is needed, for example %(example)s.")
                self.problem(field, "required", message, example=example)
            return []
        if not isinstance(value, list | tuple):
            message = gettext_noop('"%(value)s" is not a list. Write for example %(example)s.')
            self.problem(field, "not_a_list", message, value=quote(value), example=example)
            return []
        if len(value) > most:
            message = gettext_noop("There are %(count)s entries; at most %(most)s are accepted.")
            self.problem(field, "too_many", message, count=len(value), most=most)
            return []
        return list(value)

    def instant(self, field: str, *, required: bool = False) -> int | None:
        """Return an ISO 8601 instant with offset as whole seconds; parts of a second are cut off."""
        value = self.raw(field)
        if value is None:
            if required:
                message = gettext_noop(
                    "A date and time is needed, with its offset from UTC, for example 2026-12-31T09:00:00+09:00."
                )
                self.problem(field, "required", message)
            return None
        parsed = _parsed(value, datetime.fromisoformat, datetime)
        if parsed is None:
            message = gettext_noop(
                '"%(value)s" is not a date and time. Write it as 2026-12-31T09:00:00+09:00: date, T, time and the '
                "offset from UTC."
            )
            self.problem(field, "instant", message, value=quote(value))
            return None
        if parsed.utcoffset() is None:
            message = gettext_noop(
                '"%(value)s" does not say which time zone it is in. Add the offset from UTC, for example +09:00.'
            )
            self.problem(field, "naive", message, value=quote(value))
            return None
        return self._in_range(field, whole_seconds(parsed), value)

    def _in_range(self, field: str, seconds: int, value: Any) -> int | None:
        if MIN_INSTANT < seconds < MAX_INSTANT:
            return seconds
        message = gettext_noop('"%(value)s" is too far away. Choose a year from 1901 to 9899.')
        self.problem(field, "instant_out_of_range", message, value=quote(value))
        return None

    def on_date(self, field: str, value: Any) -> date | None:
        """Return an item of ``field`` as a date; notes a problem and returns ``None`` if it is none."""
        parsed = _parsed(value, date.fromisoformat, date) if not isinstance(value, datetime) else None
        # fromisoformat also reads 20261231 and 2026-W53-4, which people take for something else.
        if parsed is None or (isinstance(value, str) and parsed.isoformat() != value):
            message = gettext_noop('"%(value)s" is not a date. Write it as 2026-12-31: year, month, day.')
            self.problem(field, "date", message, value=quote(value))
            return None
        if not 1901 <= parsed.year <= 9899:
            message = gettext_noop('"%(value)s" is too far away. Choose a year from 1901 to 9899.')
            self.problem(field, "date_out_of_range", message, value=quote(value))
            return None
        return parsed

    def whole_number(self, field: str, value: Any, *, least: int, most: int) -> int | None:
        """Return ``value`` as an integer within bounds; 5.0, "5" and true are not integers."""
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        message = gettext_noop('"%(value)s" is not a whole number from %(least)s to %(most)s.')
        self.problem(field, "whole_number", message, value=quote(value), least=least, most=most)
        return None

    def text(self, field: str, value: Any, *, most: float = MAX_TEXT) -> str | None:
        """Return ``value`` as text of at most ``most`` characters."""
        if not isinstance(value, str):
            message = gettext_noop('"%(value)s" is not text. Write it in quotation marks.')
            self.problem(field, "not_text", message, value=quote(value))
            return None
        if len(value) > most:
            message = gettext_noop("The text has %(length)s characters; at most %(most)s are accepted.")
            self.problem(field, "too_long", message, length=len(value), most=most)
            return None
        return value


def _parsed(value: Any, parse: Callable[[str], _T], type_: type[_T]) -> _T | None:
    if isinstance(value, type_):
        return value
    # Digits of other scripts pass int() inside fromisoformat, and long texts cost time.
    if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isascii():
        return None
    try:
        return parse(value)
    except (ValueError, OverflowError):
        return None
