"""Which dates a rule names before trading days and exclusions are looked at, month by month."""

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from schedules.recurrence.calendars import TradingCalendar
from schedules.recurrence.cron_expression import CronExpression
from schedules.recurrence.month_days import MonthDay, plain_day
from schedules.recurrence.phrases_en import MONTHS as MONTHS_EN
from schedules.recurrence.phrases_en import WEEKDAYS as WEEKDAYS_EN
from schedules.recurrence.phrases_ja import WEEKDAYS as WEEKDAYS_JA
from schedules.recurrence.values import Reason


class Month:
    """A month of a year: its first and last date as ordinals, the weekday of the first (Monday = 0)."""

    __slots__ = ("first", "first_weekday", "last", "length", "month", "year")

    def __init__(self, index: int) -> None:
        """``index`` counts months: year × 12 + month − 1."""
        self.year, month = divmod(index, 12)
        self.month = month + 1
        self.first = date(self.year, self.month, 1).toordinal()
        after = index + 1
        self.last = date(after // 12, after % 12 + 1, 1).toordinal() - 1
        self.length = self.last - self.first + 1
        self.first_weekday = (self.first - 1) % 7


ALL_MONTHS = frozenset(range(1, 13))


class PlainDays(Protocol):
    """The dates that a rule names. ``months``: those of the year in which it names any."""

    months: frozenset[int]

    def in_month(self, month: Month) -> list[int]:
        """Return the named dates of the month, ascending, as ordinals."""

    def missing_in(self, month: Month) -> Iterator[tuple[int, Reason]]:
        """Yield what the month lacks: the date to show it on, and the reason."""


class EveryDay:
    """All dates."""

    months = ALL_MONTHS

    def in_month(self, month: Month) -> list[int]:
        return list(range(month.first, month.last + 1))

    def missing_in(self, month: Month) -> Iterator[tuple[int, Reason]]:
        return iter(())


class DaysOfWeek:
    """Dates on the given weekdays, Monday = 0."""

    months = ALL_MONTHS

    def __init__(self, weekdays: tuple[int, ...]) -> None:
        self._weekdays = frozenset(weekdays)

    def in_month(self, month: Month) -> list[int]:
        return [day for day in range(month.first, month.last + 1) if (day - 1) % 7 in self._weekdays]

    def missing_in(self, month: Month) -> Iterator[tuple[int, Reason]]:
        return iter(())


class CronDays:
    """Dates that the three date fields of a cron expression name."""

    def __init__(self, cron: CronExpression) -> None:
        self._cron = cron
        self.months = frozenset(cron.months)

    def in_month(self, month: Month) -> list[int]:
        if month.month not in self.months:
            return []
        return [month.first + day - 1 for day in self._cron.days_in(month.first_weekday, month.length)]

    def missing_in(self, month: Month) -> Iterator[tuple[int, Reason]]:
        return iter(())


class DaysOfMonth:
    """Numbered, last, n-th-weekday and trading days of each month. ``calendar`` is needed for trading days
    only.
    """

    months = ALL_MONTHS

    def __init__(self, days: tuple[MonthDay, ...], short_months: str, calendar: TradingCalendar | None) -> None:
        self._days, self._short_months, self._calendar = days, short_months, calendar

    def in_month(self, month: Month) -> list[int]:
        return sorted({found for day in self._days if (found := self._find(day, month)) is not None})

    def missing_in(self, month: Month) -> Iterator[tuple[int, Reason]]:
        for day in self._days:
            if self._find(day, month) is None:
                yield month.last, self._why_missing(day, month)

    def _find(self, day: MonthDay, month: Month) -> int | None:
        if day.kind == "trading":
            return self._trading_day(day.number, month)
        found = plain_day(day, month.first_weekday, month.length, self._short_months)
        return None if found is None else month.first + found - 1

    def _trading_day(self, number: int, month: Month) -> int | None:
        # Counting in a month that is known in part would give a wrong day.
        if self._calendar is None or not self._calendar.knows(month.first, month.last):
            return None
        days = self._calendar.trading_days(month.first, month.last)
        index = number - 1 if number > 0 else number
        return days[index] if -len(days) <= index < len(days) else None

    def _why_missing(self, day: MonthDay, month: Month) -> Reason:
        if day.kind == "day":
            return Reason(
                "short_month",
                f"{month.month}月に{day.number}日がない",
                f"{_month_name(month)} has no day {day.number}",
            )
        if day.kind == "nth_weekday":
            return Reason(
                "short_month",
                f"{month.month}月に第{day.number}{WEEKDAYS_JA[day.weekday]}曜日がない",
                f"{_month_name(month)} has no fifth {WEEKDAYS_EN[day.weekday]}",
            )
        if self._calendar and not self._calendar.knows(month.first, month.last):
            status = self._calendar.status(month.last if month.last > self._calendar.last else month.first)
            if status.reason:
                return status.reason
        count = abs(day.number)
        return Reason(
            "short_month",
            f"{month.month}月の営業日が{count}日に満たない",
            f"{_month_name(month)} has fewer than {count} trading days",
        )


def _month_name(month: Month) -> str:
    return f"{MONTHS_EN[month.month - 1]} {month.year}"
