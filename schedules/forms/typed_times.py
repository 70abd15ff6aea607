"""Times of day as people type them: 0810, 8:10, 25:00, 8時10分, full-width digits."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s,;、，；]+")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(:\d{2})?")
_DIGITS = re.compile(r"(\d{1,2})(\d{2})")
_JAPANESE = re.compile(r"(\d{1,2})時(?:(\d{1,2})分?|半)?")


def split_typed(text: str) -> list[str]:
    """Return the parts of a list typed with spaces, commas or line breaks between them."""
    return [part for part in _SEPARATORS.split(unicodedata.normalize("NFKC", text)) if part]


def normal_time(typed: str) -> str:
    """Return ``typed`` as ``08:10``; what is not understood is returned as it is.

    Whether the time exists (29:59 is the last) is the recurrence's to say, and it quotes what was typed.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if match := _CLOCK.fullmatch(text):
        return f"{int(match[1]):02}:{match[2]}{match[3] or ''}"
    if match := _DIGITS.fullmatch(text):
        return f"{int(match[1]):02}:{match[2]}"
    if match := _JAPANESE.fullmatch(text):
        minute = 30 if text.endswith("半") else int(match[2] or 0)
        return f"{int(match[1]):02}:{minute:02}"
    return text
