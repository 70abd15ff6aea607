"""Rules that name local dates and times of day: daily, weekly, monthly, cron.

Local dates are walked, and each date's times are mapped to instants. Where a date has one UTC offset from
midnight to midnight, as nearly all have, its instants are midnight plus the times of day. Only dates on which
the clocks change are worked out time by time; neighbouring ones together, since a repeated hour may reach
over midnight.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from schedules.recurrence.clock import (
    even_offset,
    first_instant,
    local_ordinal,
    local_time,
    naive,
    naive_seconds,
    real_instants,
)
from schedules.recurrence.effective_days import EffectiveDays
from schedules.recurrence.plans import Placed, Span
from schedules.recurrence.times import on_calendar_dates, text_of
from schedules.recurrence.values import Reason

_MAX_KEPT_CHANGES = 256

#: Instants as (base, offsets): ``base + offset`` for each, ascending.
Instants = tuple[int, Sequence[int]]


class WallClockPlan:
    """``times`` are seconds after the midnight of the business day, up to 30 hours.

    With ``real_time`` a time that occurs twice runs twice and a skipped one does not run; else it runs once,
    at the first instant after the gap if skipped.
    """

    def __init__(
        self, *, zone: ZoneInfo, days: EffectiveDays, times: Sequence[int], real_time: bool, span: Span
    ) -> None:
        self._zone, self._days, self._real_time, self._span = zone, days, real_time, span
        self._times = sorted(set(times))
        self._early, self._late = on_calendar_dates(times)
        self._both = tuple(sorted({*self._early, *self._late}))
        # Two days of room on each side: business days reach into the next date, zones are off by up to a day.
        self._first_date = local_ordinal(span.first, zone) - 2
        self._last_date = local_ordinal(span.last, zone) + 2
        self._changes: dict[int, tuple[int, int, Instants]] = {}
        #: (from, answer): no occurrence lies strictly between. Schedules that share a rule share this.
        self._known_next: tuple[int, int | None] | None = None

    def next_after(self, instant: int) -> int | None:
        known = self._known_next
        if known and known[0] <= instant and (known[1] is None or instant < known[1]):
            return known[1]
        floor = max(instant, self._span.first - 1)
        found = None
        for base, offsets in self._forward(floor):
            index = bisect_right(offsets, floor - base)
            if index < len(offsets):
                found = base + offsets[index]
                break
        if found is not None and found > self._span.last:
            found = None
        self._known_next = (instant, found)
        return found

    def latest_until(self, instant: int) -> int | None:
        ceiling = min(instant, self._span.last)
        for base, offsets in self._backward(ceiling):
            index = bisect_right(offsets, ceiling - base)
            if index:
                found = base + offsets[index - 1]
                return found if found >= self._span.first else None
        return None

    def count_between(self, after: int, until: int, limit: int) -> int:
        floor, ceiling = max(after, self._span.first - 1), min(until, self._span.last)
        count = 0
        for base, offsets in self._forward(floor):
            low, high = bisect_right(offsets, floor - base), bisect_right(offsets, ceiling - base)
            if low < high:
                count += high - low
                # The end of a gap may fall on the first time of the next date: never count an instant twice.
                floor = base + offsets[high - 1]
            if count >= limit:
                return limit
            if high < len(offsets):
                break
        return count

    def place(self, instant: int) -> Placed:
        local = local_time(instant, self._zone)
        ordinal, second = local.toordinal(), local.hour * 3600 + local.minute * 60 + local.second
        for business_day, times, time in ((ordinal, self._early, second), (ordinal - 1, self._late, second)):
            index = bisect_left(times, time)
            if index < len(times) and times[index] == time and self._days.contains(business_day):
                return self._placed(business_day, None)
        return self._placed_after_gap(instant, ordinal)

    def skipped(self, after: int, until: int) -> Iterator[tuple[int, Reason]]:
        floor, ceiling = max(after, self._span.first - 1), min(until, self._span.last)
        if floor >= ceiling:
            return
        first, last = local_ordinal(floor, self._zone) - 2, local_ordinal(ceiling, self._zone) + 1
        for ordinal, reason in self._days.skipped(first, last):
            if self._any_time_within(ordinal, floor, ceiling):
                yield ordinal, reason

    def _any_time_within(self, ordinal: int, after: int, until: int) -> bool:
        index = bisect_right(self._times, after, key=lambda time: self._instant(ordinal, time))
        return index < len(self._times) and self._instant(ordinal, self._times[index]) <= until

    def _instant(self, ordinal: int, second: int) -> int:
        return first_instant(naive(ordinal, second), self._zone)

    def _placed(self, business_day: int, shift: Reason | None) -> Placed:
        origin = self._days.moved_from(business_day)
        reason = shift if origin is None else self._days.reason_for_moving(origin)
        return Placed(business_day, origin, reason)

    def _placed_after_gap(self, instant: int, ordinal: int) -> Placed:
        """Find the skipped local time that became ``instant``, the end of a gap."""
        for date in (ordinal, ordinal - 1):
            for business_day, second in self._local_times_on(date):
                if self._instant(date, second) == instant:
                    time = text_of(second).removeprefix("0")
                    shown = local_time(instant, self._zone).strftime("%H:%M").removeprefix("0")
                    return self._placed(business_day, _skipped_hour(time, shown))
        raise ValueError(f"{instant} is not an occurrence of this rule.")

    def _local_times_on(self, date: int) -> Iterator[tuple[int, int]]:
        if self._days.contains(date):
            yield from ((date, second) for second in self._early)
        if self._late and self._days.contains(date - 1):
            yield from ((date - 1, second) for second in self._late)

    def _forward(self, instant: int) -> Iterator[Instants]:
        """Yield the instants date by date, beginning no later than those after ``instant``."""
        date = local_ordinal(instant, self._zone)
        if even_offset(date, self._zone) is None:
            date -= 2  # instants of the dates before may lie after those of this one
        found = self._next_date(max(date, self._first_date))
        while found is not None:
            _, last, instants = self._instants(found)
            yield instants
            found = self._next_date(last + 1)

    def _backward(self, instant: int) -> Iterator[Instants]:
        date = local_ordinal(instant, self._zone)
        if even_offset(date, self._zone) is None:
            date += 2
        found = self._previous_date(min(date, self._last_date))
        while found is not None:
            first, _, instants = self._instants(found)
            yield instants
            found = self._previous_date(first - 1)

    def _next_date(self, date: int) -> int | None:
        """Return the first calendar date from ``date`` on that has times: its own, or late ones of the day
        before.
        """
        if not self._early:
            day = self._days.next_from(date - 1, self._last_date)
            return None if day is None else day + 1
        if self._late and date <= self._last_date and self._days.contains(date - 1):
            return date
        return self._days.next_from(date, self._last_date)

    def _previous_date(self, date: int) -> int | None:
        """Return the last calendar date up to ``date`` that has times."""
        if not self._early:
            day = self._days.previous_from(date - 1, self._first_date)
            return None if day is None else day + 1
        day = self._days.previous_from(date, self._first_date)
        return day if day is None or day == date or not self._late else day + 1

    def _instants(self, date: int) -> tuple[int, int, Instants]:
        """Return the instants around ``date`` with the first and last date that they cover."""
        offset = even_offset(date, self._zone)
        if offset is not None:
            return date, date, (naive_seconds(date) - offset, self._offsets_on(date))
        found = self._changes.get(date)
        if found is None:
            if len(self._changes) >= _MAX_KEPT_CHANGES:
                self._changes.clear()
            found = self._changes[date] = self._around_change(date)
        return found

    def _offsets_on(self, date: int) -> tuple[int, ...]:
        if not self._late or not self._days.contains(date - 1):
            return self._early
        return self._both if self._days.contains(date) else self._late

    def _around_change(self, date: int) -> tuple[int, int, Instants]:
        first = last = date
        while even_offset(first - 1, self._zone) is None:
            first -= 1
        while even_offset(last + 1, self._zone) is None:
            last += 1
        instants: set[int] = set()
        for day in range(first, last + 1):
            for _, second in self._local_times_on(day):
                local = naive(day, second)
                if self._real_time:
                    instants.update(real_instants(local, self._zone))
                else:
                    instants.add(first_instant(local, self._zone))
        return first, last, (0, tuple(sorted(instants)))


def _skipped_hour(written: str, shown: str) -> Reason:
    return Reason(
        "skipped_hour",
        f"時計が進む日で{written}がないため{shown}に実行",
        f"the clocks skip {written} on this day, so it runs at {shown}",
    )
