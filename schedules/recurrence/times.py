"""Times of day on the 30-hour clock: 25:00 is one o'clock in the morning after, and still belongs to the day
before.
"""

import re
from collections.abc import Iterable

from schedules.recurrence.clock import DAY

#: The last minute of the 30-hour clock.
LAST_HOUR = 29
_PATTERN = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


def seconds_of(text: str) -> int | None:
    """Return the seconds after midnight of ``8:10``, ``08:10``, ``25:00`` or ``08:10:30``; ``None`` if it is
    none.
    """
    match = _PATTERN.fullmatch(text)
    if not match:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > LAST_HOUR or minute > 59 or second > 59:
        return None
    return hour * 3600 + minute * 60 + second


def text_of(seconds: int) -> str:
    """Return the canonical text, ``08:10``; seconds are written only where there are some."""
    hour, rest = divmod(seconds, 3600)
    minute, second = divmod(rest, 60)
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def on_calendar_dates(times: Iterable[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Split times into those of the day itself and those of the morning after, both counted from that
    midnight.
    """
    ordered = sorted(set(times))
    return tuple(t for t in ordered if t < DAY), tuple(t - DAY for t in ordered if t >= DAY)
