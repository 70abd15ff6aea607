"""Call off runs that no worker has begun: they end as skipped, with the reason; their messages are dropped later."""

from datetime import datetime

from django.db.models import QuerySet

from schedules.models import APIEndpointSchedule, Backfill, ScheduleRun
from schedules.models.reasons import Reason

State = ScheduleRun.State


def call_off(runs: QuerySet[ScheduleRun], *, reason: Reason, now: datetime) -> int:
    """Skip those of ``runs`` that were sent and never begun; return how many. What was begun is left alone.

    Called with their schedule locked, as a worker does that claims one.
    """
    unbegun = runs.filter(state=State.DISPATCHED, attempt=0)
    return unbegun.update(state=State.SKIPPED, state_reason=reason, finished_at=now)


def call_off_all_of(schedule_id: int, *, now: datetime) -> None:
    """End what was asked of a schedule that is being deleted: its backfills, and whatever no worker has begun.

    In the transaction of the deletion, before the rows lose their schedule.
    """
    # The schedule first, as in claiming: a worker that begins one of these at this moment is waited for.
    APIEndpointSchedule.objects.select_for_update().filter(pk=schedule_id).first()
    is_open = Backfill.objects.filter(schedule=schedule_id, state__in=Backfill.OPEN)
    is_open.update(state=Backfill.State.CANCELLED, finished_at=now)
    call_off(ScheduleRun.objects.filter(schedule=schedule_id), reason=Reason.DELETED, now=now)
