"""Shapes in sets of numbers that both languages put into words: runs, even steps, and the times of a cron
expression.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from schedules.recurrence.cron_expression import CronExpression

#: More single times than this are described by their pattern, if they have one.
MAX_LISTED_TIMES = 6
#: Fewer than this do not make a pattern: "9:00 and 10:00" reads better than "every hour from 9:00 to 10:00".
_MIN_PATTERN = 3


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return ascending ``numbers`` as (first, last) of unbroken runs."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def even_step(numbers: Sequence[int]) -> int | None:
    """Return the distance of ascending ``numbers`` if it is always the same and there are at least three."""
    if len(numbers) < _MIN_PATTERN:
        return None
    step = numbers[1] - numbers[0]
    return step if all(b - a == step for a, b in pairwise(numbers)) else None


@dataclass(frozen=True)
class Listed:
    """Single times of day, in minutes after midnight."""

    times: tuple[int, ...]


@dataclass(frozen=True)
class Stepped:
    """Every ``step`` minutes from ``first`` to ``last``, minutes after midnight; ``whole_day`` if without a
    break.
    """

    step: int
    first: int
    last: int
    whole_day: bool


@dataclass(frozen=True)
class Hourly:
    """The same ``minutes`` in each of ``hours``."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]


def time_shape(cron: CronExpression) -> Listed | Stepped | Hourly:
    """Return the shape of a cron expression's times of day; each shape stands for exactly these times."""
    times = [hour * 60 + minute for hour in cron.hours for minute in cron.minutes]
    step = even_step(times)
    if step and not (len(times) <= MAX_LISTED_TIMES and step % 60 and len(cron.hours) > 1):
        whole_day = 1440 % step == 0 and len(times) == 1440 // step
        # 3, 8, 13 … goes on evenly over midnight, but "every 5 minutes" alone would not tell that it begins
        # at 3.
        if whole_day or len(cron.minutes) == 1 or len(cron.hours) < 24:
            return Stepped(step, times[0], times[-1], whole_day and times[0] == 0)
    if len(times) <= MAX_LISTED_TIMES:
        return Listed(tuple(times))
    return Hourly(cron.minutes, cron.hours)
