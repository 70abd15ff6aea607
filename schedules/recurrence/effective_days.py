"""The dates a rule really runs on: named dates after exclusions and the trading-day rule.

Order of the rules: an excluded date drops out first. What is left and closed is skipped or moved. A date
moved onto an excluded one drops out too: on an excluded date nothing runs. Dates that meet become one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from schedules.recurrence.calendars import TradingCalendar
from schedules.recurrence.days import ALL_MONTHS, Month, PlainDays
from schedules.recurrence.phrases_en import MONTHS
from schedules.recurrence.values import Reason

#: A date is moved by at most this many days; longer than any closure of an exchange, and never past a whole
#: month.
MAX_MOVE_DAYS = 28

EXCLUDED = Reason("excluded", "除外日", "excluded date")

#: The Gregorian calendar repeats after 400 years: what has not come until then never comes.
MAX_MONTHS = 400 * 12
_FIRST_MONTH, _LAST_MONTH = 1899 * 12, 9901 * 12
_MAX_KEPT_MONTHS = 1200


@dataclass(frozen=True)
class MonthOfDays:
    """``days``: ordinals, ascending. ``moved``: date → the date it was moved from, for those that were."""

    days: tuple[int, ...]
    moved: dict[int, int] = field(default_factory=dict)


_NOTHING = MonthOfDays(())


class EffectiveDays:
    """Walks over the dates of a rule in both directions. ``calendar`` is needed unless ``rule`` is ``any``."""

    def __init__(
        self,
        plain: PlainDays,
        *,
        rule: str = "any",
        calendar: TradingCalendar | None = None,
        excluded: frozenset[int] = frozenset(),
    ) -> None:
        self._plain, self._rule, self._calendar, self._excluded = plain, rule, calendar, excluded
        self._months: dict[int, MonthOfDays] = {}
        # Where nothing moves, months without a plain date are passed over: a rule for one date in decades walks far.
        self._months_with_days = plain.months if rule in ("any", "skip") else ALL_MONTHS
        first, last = calendar.reach() if calendar and rule != "any" else (None, None)
        self._first_month = _month_index(first) if first else _FIRST_MONTH
        self._last_month = _month_index(last) if last else _LAST_MONTH

    def contains(self, ordinal: int) -> bool:
        """Return whether the rule runs on this date."""
        days = self._month(_month_index(ordinal)).days
        index = bisect_left(days, ordinal)
        return index < len(days) and days[index] == ordinal

    def moved_from(self, ordinal: int) -> int | None:
        """Return the date from which this date's run was moved; ``None`` if it is in its plain place."""
        return self._month(_month_index(ordinal)).moved.get(ordinal)

    def next_from(self, ordinal: int, limit: int) -> int | None:
        """Return the first date from ``ordinal`` to ``limit``, both included."""
        index = max(_month_index(ordinal), self._first_month)
        last = min(_month_index(limit), index + MAX_MONTHS, self._last_month)
        while index <= last:
            days = self._days_in(index)
            position = bisect_left(days, ordinal)
            if position < len(days):
                return days[position] if days[position] <= limit else None
            index += 1
        return None

    def previous_from(self, ordinal: int, limit: int) -> int | None:
        """Return the last date from ``limit`` to ``ordinal``, both included."""
        index = min(_month_index(ordinal), self._last_month)
        last = max(_month_index(limit), index - MAX_MONTHS, self._first_month)
        while index >= last:
            days = self._days_in(index)
            position = bisect_right(days, ordinal)
            if position:
                return days[position - 1] if days[position - 1] >= limit else None
            index -= 1
        return None

    def skipped(self, first: int, last: int) -> Iterator[tuple[int, Reason]]:
        """Yield the dates from ``first`` to ``last`` on which the plain rule would run and this one does not."""
        for index in range(_month_index(first), _month_index(last) + 1):
            found = [*self._dropped_in(index), *self._plain.missing_in(Month(index))]
            yield from (item for item in sorted(found, key=lambda item: item[0]) if first <= item[0] <= last)

    def reason_for_moving(self, ordinal: int) -> Reason | None:
        """Return why the exchange is closed on a date."""
        return self._calendar.status(ordinal).reason if self._calendar else None

    def _dropped_in(self, index: int) -> Iterator[tuple[int, Reason]]:
        for day in self._plain.in_month(Month(index)):
            if day in self._excluded:
                yield day, EXCLUDED
            elif self._rule != "any" and self._calendar:
                status = self._calendar.status(day)
                if status.is_open:
                    continue
                assert status.reason is not None
                target = self._target(day)
                if target is None:
                    yield day, status.reason
                elif target in self._excluded:
                    yield day, _moved_onto_excluded(status.reason, target)
                elif self.moved_from(target) != day:
                    yield day, _merged(status.reason, target)

    def _days_in(self, index: int) -> tuple[int, ...]:
        return self._month(index).days if index % 12 + 1 in self._months_with_days else ()

    def _month(self, index: int) -> MonthOfDays:
        found = self._months.get(index)
        if found is None:
            if len(self._months) >= _MAX_KEPT_MONTHS:
                self._months.clear()
            found = self._months[index] = self._compute(index)
        return found

    def _compute(self, index: int) -> MonthOfDays:
        if not self._first_month <= index <= self._last_month:
            return _NOTHING
        plain = self._kept(index)
        if self._rule == "any" or self._calendar is None:
            return MonthOfDays(tuple(plain))
        calendar = self._calendar
        days = {day for day in plain if calendar.is_open(day)}
        moved: dict[int, int] = {}
        if self._rule in ("next", "previous"):
            month = Month(index)
            # MAX_MOVE_DAYS keeps everything that can arrive here within the month before and the month after.
            for day in [*self._kept(index - 1), *plain, *self._kept(index + 1)]:
                target = None if calendar.is_open(day) else self._target(day)
                if target is None or target in self._excluded or not month.first <= target <= month.last:
                    continue
                if target in days:
                    continue
                # Of several dates that meet, the nearest gives its name: the last before, or the first after.
                if target not in moved or self._rule == "next":
                    moved[target] = day
        return MonthOfDays(tuple(sorted(days | moved.keys())), moved)

    def _kept(self, index: int) -> list[int]:
        days = self._plain.in_month(Month(index))
        return [day for day in days if day not in self._excluded] if self._excluded else days

    def _target(self, day: int) -> int | None:
        """Return the trading day that a closed ``day`` moves to; ``None`` if it does not or none is known."""
        assert self._calendar is not None
        if self._rule == "skip" or self._calendar.status(day).state == "unknown":
            return None
        step = 1 if self._rule == "next" else -1
        for distance in range(1, MAX_MOVE_DAYS + 1):
            status = self._calendar.status(day + step * distance)
            if status.is_open:
                return day + step * distance
            if status.state == "unknown":
                return None
        return None


def _month_index(ordinal: int) -> int:
    day = date.fromordinal(ordinal)
    return day.year * 12 + day.month - 1


def _moved_onto_excluded(reason: Reason, target: int) -> Reason:
    day = date.fromordinal(target)
    return Reason(
        "moved_onto_excluded",
        f"{reason.ja}。移動先の{day.month}月{day.day}日が除外日",
        f"{reason.en}; {_day_en(day)}, where it would move, is an excluded date",
    )


def _merged(reason: Reason, target: int) -> Reason:
    day = date.fromordinal(target)
    return Reason(
        "merged",
        f"{reason.ja}。{day.month}月{day.day}日の実行にまとめる",
        f"{reason.en}; covered by the run of {_day_en(day)}",
    )


def _day_en(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"
