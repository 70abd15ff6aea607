"""A rule that fires once."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from schedules.recurrence.clock import local_ordinal
from schedules.recurrence.plans import Placed
from schedules.recurrence.values import Reason


class SinglePlan:
    """One occurrence at ``at``."""

    def __init__(self, *, zone: ZoneInfo, at: int) -> None:
        self._zone, self._at = zone, at

    def next_after(self, instant: int) -> int | None:
        return self._at if instant < self._at else None

    def latest_until(self, instant: int) -> int | None:
        return self._at if self._at <= instant else None

    def count_between(self, after: int, until: int, limit: int) -> int:
        return min(int(after < self._at <= until), limit)

    def place(self, instant: int) -> Placed:
        return Placed(local_ordinal(instant, self._zone))

    def skipped(self, after: int, until: int) -> Iterator[tuple[int, Reason]]:
        return iter(())
