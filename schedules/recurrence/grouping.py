"""Shapes in sets of numbers that both languages put into words: runs, even steps, and the times of a cron
expression.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from schedules.recurrence.cron_expression import CronExpression

#: So few times are listed in any case, and up to so many where their pattern is no shorter.
MAX_PLAIN_TIMES, MAX_LISTED_TIMES = 4, 6
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


def fills_the_hour(minutes: Sequence[int]) -> bool:
    """Return whether ``minutes`` go evenly from 0 on through every hour, so that a step alone tells them."""
    step = even_step(minutes)
    return step is not None and minutes[0] == 0 and step * len(minutes) == 60


def is_every_other_day(days: Sequence[int]) -> bool:
    """Return whether ``days`` are all the odd or all the even days of a long month."""
    return list(days) in (list(range(1, 32, 2)), list(range(2, 31, 2)))


def time_shape(cron: CronExpression) -> Listed | Stepped | Hourly:
    """Return the shape of a cron expression's times of day; each shape stands for exactly these times."""
    if len(cron.hours) == 24:
        # "Every 7 minutes" alone would not tell that it begins anew with each hour.
        if fills_the_hour(cron.minutes) or cron.minutes == (0, 30):
            return Stepped(cron.minutes[1], 0, 1440 - cron.minutes[1], whole_day=True)
        return Hourly(cron.minutes, cron.hours)
    times = [hour * 60 + minute for hour in cron.hours for minute in cron.minutes]
    if len(times) <= MAX_PLAIN_TIMES:
        return Listed(tuple(times))
    step = even_step(times)
    if step and not (len(times) <= MAX_LISTED_TIMES and step % 60 and len(cron.hours) > 1):
        return Stepped(step, times[0], times[-1], whole_day=False)
    if len(times) <= MAX_LISTED_TIMES:
        return Listed(tuple(times))
    return Hourly(cron.minutes, cron.hours)
