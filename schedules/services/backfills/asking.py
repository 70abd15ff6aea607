"""Ask for a backfill, or call it off."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from schedules.exceptions import BackfillEnded, BackfillRefused
from schedules.models import APIEndpointSchedule, Backfill, BackfillOccurrence
from schedules.models.locking import locked
from schedules.models.reasons import Reason
from schedules.services.backfills.advancing import advance
from schedules.services.backfills.planning import BackfillPlan, BackfillRequest, plan_backfill
from schedules.services.calling_off import call_off
from schedules.services.locking import locked_schedule
from schedules.services.permitting import require_task

logger = logging.getLogger(__name__)


@transaction.atomic
def start_backfill(
    schedule_id: int, request: BackfillRequest, *, now: datetime, by: Any = None, reason: str = ""
) -> tuple[Backfill, BackfillPlan]:
    """Run what ``plan_backfill`` says, one after the other; return the backfill, under way, and its plan.

    Like a run by hand it does so for a schedule that is off or paused too. Raises TaskRefused, BackfillRefused, also
    when nothing is left to run, DefinitionError and APIEndpointSchedule.DoesNotExist.
    """
    schedule = locked_schedule(schedule_id)
    require_task(schedule.endpoint.task, by=by)
    plan = plan_backfill(schedule, request, now=now)
    if not plan.to_run:
        raise BackfillRefused.nothing_to_run()
    instants = [occurrence.scheduled_for for occurrence in plan.to_run]
    return begin(schedule, instants, request, now=now, by=by, reason=reason), plan


def begin(
    schedule: APIEndpointSchedule,
    instants: Sequence[datetime],
    request: BackfillRequest,
    *,
    now: datetime,
    by: Any,
    reason: str,
) -> Backfill:
    """Write down a backfill of just these occurrences, in this order, and send the first. In a transaction that has
    the schedule locked.
    """
    backfill = Backfill.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        from_at=request.from_at,
        to_at=request.to_at,
        order=request.order,
        at_once=request.at_once,
        include_succeeded=request.include_succeeded,
        reason=reason,
        asked_by=by,
        created_at=now,
    )
    BackfillOccurrence.objects.bulk_create(
        [
            BackfillOccurrence(backfill=backfill, scheduled_for=instant, position=position)
            for position, instant in enumerate(instants)
        ],
        batch_size=500,
    )
    logger.info("backfill.started backfill_id=%s schedule_id=%s runs=%d", backfill.pk, schedule.pk, len(instants))
    advance(backfill.pk, now=now)
    backfill.refresh_from_db()
    return backfill


@transaction.atomic
def cancel_backfill(backfill_id: int, *, now: datetime, by: Any = None) -> bool:
    """Send nothing more of it; return whether that changed anything. Raises BackfillEnded and Backfill.DoesNotExist.

    What a worker has begun is left alone; what none has begun is recorded as skipped, and dropped when it arrives.
    """
    schedule_id = Backfill.objects.values_list("schedule", flat=True).get(pk=backfill_id)
    # The schedule first, as in claiming and in advancing: a run is either begun or called off, never both.
    locked(APIEndpointSchedule.objects).filter(pk=schedule_id).first()
    backfill = Backfill.objects.select_for_update().get(pk=backfill_id)
    if backfill.state == Backfill.State.DONE:
        raise BackfillEnded(str(backfill))
    if not backfill.is_open:
        return False
    backfill.state, backfill.finished_at, backfill.cancelled_by = Backfill.State.CANCELLED, now, by
    backfill.save(update_fields=["state", "finished_at", "cancelled_by"])
    call_off(backfill.runs.all(), reason=Reason.BACKFILL_CANCELLED, now=now)
    logger.info("backfill.cancelled backfill_id=%s", backfill_id)
    return True
