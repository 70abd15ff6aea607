"""One-time changes over all schedules: which runs do not stand where their rules have them, who said so and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Q

from schedules.agenda import Planned
from schedules.models import OccurrenceChange
from schedules.recurrence.clock import as_datetime


@dataclass(frozen=True)
class OnceChanged:
    """One run that is skipped (``to`` is None) or happens at ``to`` instead of at the rule's ``at``; both are aware.

    ``by`` and ``reason`` may be empty.
    """

    schedule_id: int
    name: str
    at: datetime
    to: datetime | None
    by: str
    reason: str
    #: Whether nothing stands at ``at`` now: another run may have been moved there.
    leaves_gap: bool

    @classmethod
    def of(cls, row: OccurrenceChange, *, name: str, leaves_gap: bool) -> Self:
        by, reason = row.changed_by_name, row.reason
        return cls(row.schedule_id, name, row.scheduled_for, row.moved_to, by, reason, leaves_gap)


def once_changed(planned: Iterable[Planned], start: datetime, end: datetime, *, now: datetime) -> list[OnceChanged]:
    """Return the changes of ``planned`` with an end in [start, end), by the rule's instant; one query.

    Those without effect are left out, and so are those of which the ledger tells already.
    """
    by_id = {each.schedule_id: each for each in planned}
    here = Q(scheduled_for__gte=start, scheduled_for__lt=end) | Q(moved_to__gte=start, moved_to__lt=end)
    ahead = Q(recorded_at__isnull=True) | Q(moved_to__gt=now)
    found = []
    for row in OccurrenceChange.objects.filter(here & ahead).order_by("scheduled_for", "schedule_id"):
        schedule = by_id.get(row.schedule_id)
        if schedule is None or schedule.recurrence is None or _is_void(schedule, row):
            continue
        leaves_gap = row.recorded_at is None and schedule.recurrence.leaves_out(row.scheduled_for)
        found.append(OnceChanged.of(row, name=schedule.name, leaves_gap=leaves_gap))
    return found


def _is_void(schedule: Planned, row: OccurrenceChange) -> bool:
    assert schedule.recurrence is not None
    return any(as_datetime(change.at) == row.scheduled_for for change in schedule.recurrence.void_changes)
