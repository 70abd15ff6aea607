"""Intervals: anchor + k × every. Real time, so no clock change moves them; whole local dates can be left out."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from schedules.recurrence.clock import first_instant, local_ordinal, naive
from schedules.recurrence.effective_days import EffectiveDays
from schedules.recurrence.plans import Placed, Span
from schedules.recurrence.values import Reason


class GridPlan:
    """Occurrences at ``anchor`` + k × ``every`` seconds, k ≥ 0, on the local dates in ``days`` (``None``: on
    all).

    A local date reaches from its first instant to that of the next, so it has 23 or 25 hours on a clock
    change.
    """

    def __init__(self, *, zone: ZoneInfo, anchor: int, every: int, days: EffectiveDays | None, span: Span) -> None:
        self._zone, self._anchor, self._every, self._days = zone, anchor, every, days
        self._first, self._last = max(anchor, span.first), span.last
        self._last_date = local_ordinal(max(self._first, self._last), zone)
        self._known_next: tuple[int, int | None] | None = None

    def next_after(self, instant: int) -> int | None:
        known = self._known_next
        if known and known[0] <= instant and (known[1] is None or instant < known[1]):
            return known[1]
        found = self._find_next(max(instant, self._first - 1))
        self._known_next = (instant, found)
        return found

    def latest_until(self, instant: int) -> int | None:
        found = self._at_or_before(min(instant, self._last))
        while found is not None and found >= self._first:
            if self._days is None:
                return found
            date = local_ordinal(found, self._zone)
            if self._days.contains(date):
                return found
            day = self._days.previous_from(date, local_ordinal(self._first, self._zone))
            if day is None:
                return None
            found = self._at_or_before(self._midnight(day + 1) - 1)
        return None

    def count_between(self, after: int, until: int, limit: int) -> int:
        floor, ceiling = max(after, self._first - 1), min(until, self._last)
        if self._days is None:
            return min(self._points(floor, ceiling), limit)
        count = 0
        day = self._days.next_from(local_ordinal(floor, self._zone), local_ordinal(max(floor, ceiling), self._zone))
        while day is not None and floor < ceiling and count < limit:
            begin, end = self._midnight(day), self._midnight(day + 1)
            count += self._points(max(floor, begin - 1), min(ceiling, end - 1))
            day = self._days.next_from(day + 1, local_ordinal(ceiling, self._zone))
        return min(count, limit)

    def place(self, instant: int) -> Placed:
        return Placed(local_ordinal(instant, self._zone))

    def skipped(self, after: int, until: int) -> Iterator[tuple[int, Reason]]:
        floor, ceiling = max(after, self._first - 1), min(until, self._last)
        if self._days is None or floor >= ceiling:
            return
        first, last = local_ordinal(floor, self._zone), local_ordinal(ceiling, self._zone)
        for day, reason in self._days.skipped(first, last):
            begin, end = self._midnight(day), self._midnight(day + 1)
            if self._points(max(floor, begin - 1), min(ceiling, end - 1)):
                yield day, reason

    def _find_next(self, instant: int) -> int | None:
        found = self._after(instant)
        while found <= self._last:
            if self._days is None:
                return found
            date = local_ordinal(found, self._zone)
            if self._days.contains(date):
                return found
            # From the next date on, not from ``date``: this one is known to be left out.
            day = self._days.next_from(date + 1, self._last_date)
            if day is None:
                return None
            found = self._after(self._midnight(day) - 1)
        return None

    def _after(self, instant: int) -> int:
        return self._anchor + max(0, (instant - self._anchor) // self._every + 1) * self._every

    def _at_or_before(self, instant: int) -> int | None:
        steps = (instant - self._anchor) // self._every
        return self._anchor + steps * self._every if steps >= 0 else None

    def _points(self, after: int, until: int) -> int:
        """Return how many points of the grid lie in (after, until]."""
        low = max((after - self._anchor) // self._every, -1)
        high = max((until - self._anchor) // self._every, -1)
        return max(high - low, 0)

    def _midnight(self, date: int) -> int:
        return first_instant(naive(date, 0), self._zone)
