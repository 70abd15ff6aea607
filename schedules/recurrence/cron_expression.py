"""A cron expression as sets of numbers, and the days of a month that it matches.

The day fields: when neither begins with ``*`` either may match; otherwise both must (``*/2`` begins with ``*``).
"""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class CronExpression:
    """A cron expression as sets. Weekdays count from Monday = 0, as Python does.

    ``text`` is the expression on single spaces, as typed. ``days`` are plain numbers of the day-of-month
    field, ``nearest`` those with ``W``; ``weekdays`` are plain, ``nth`` are pairs (weekday, n),
    ``last_weekdays`` those with ``L``. The ``*_starred`` flags tell which fields begin with ``*``.
    """

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: tuple[int, ...]
    days: tuple[int, ...]
    last_day: bool
    nearest: tuple[int, ...]
    last_working_day: bool
    weekdays: tuple[int, ...]
    nth: tuple[tuple[int, int], ...]
    last_weekdays: tuple[int, ...]
    minute_starred: bool
    hour_starred: bool
    day_starred: bool
    weekday_starred: bool

    @property
    def follows_real_time(self) -> bool:
        """Whether it repeats within the day, so that it runs in both repeated hours and never in a skipped
        one.
        """
        return self.minute_starred or self.hour_starred

    @property
    def either_day_matches(self) -> bool:
        """Whether the two day fields are ORed."""
        return not (self.day_starred or self.weekday_starred)

    @property
    def all_months(self) -> bool:
        return len(self.months) == 12

    @property
    def limits_dates(self) -> bool:
        """Whether the day-of-month field leaves dates out; idle when either field may match and one takes all."""
        return not self.all_days and not (self.either_day_matches and self.all_weekdays)

    @property
    def limits_weekdays(self) -> bool:
        """Whether the weekday field leaves dates out; idle when either field may match and one takes all."""
        return not self.all_weekdays and not (self.either_day_matches and self.all_days)

    @property
    def names_every_day(self) -> bool:
        """Whether all dates of its months match."""
        return not self.limits_dates and not self.limits_weekdays

    @property
    def all_days(self) -> bool:
        return len(self.days) == 31

    @property
    def all_weekdays(self) -> bool:
        return len(self.weekdays) == 7

    def days_in(self, first_weekday: int, length: int) -> tuple[int, ...]:
        """Return the matching days of a month of ``length`` days whose first day is ``first_weekday`` (Monday
        = 0).

        The month field is not looked at: that is the caller's part.
        """
        return _matching_days(self, first_weekday, length)


@lru_cache(maxsize=4096)
def _matching_days(cron: CronExpression, first_weekday: int, length: int) -> tuple[int, ...]:
    by_date = set(cron.days)
    if cron.last_day:
        by_date.add(length)
    if cron.last_working_day:
        by_date.add(_nearest_working_day(length, first_weekday, length))
    by_date |= {_nearest_working_day(day, first_weekday, length) for day in cron.nearest if day <= length}

    by_weekday = set()
    for day in range(1, length + 1):
        weekday = (first_weekday + day - 1) % 7
        if (
            weekday in cron.weekdays
            or (weekday, (day + 6) // 7) in cron.nth
            or (weekday in cron.last_weekdays and day + 7 > length)
        ):
            by_weekday.add(day)
    matching = by_date | by_weekday if cron.either_day_matches else by_date & by_weekday
    return tuple(sorted(day for day in matching if day <= length))


def _nearest_working_day(day: int, first_weekday: int, length: int) -> int:
    """Return the Monday to Friday nearest to ``day`` without leaving its month, as Quartz documents ``W``."""
    weekday = (first_weekday + day - 1) % 7
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < length else day - 2
    return day
