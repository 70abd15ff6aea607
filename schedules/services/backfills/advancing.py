"""Send what is next of a backfill. Called when one of its runs ends, and by the sweep, so that nothing stalls it.

Who is killed in between leaves either nothing behind or a row in the ledger: the row and the occurrence's having had
its turn are one transaction. A row whose message was never sent is found by ``ledger.lost_messages``.
"""

import logging
import uuid
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from schedules.exceptions import DispatchFailed
from schedules.messages import task_id_of
from schedules.models import APIEndpointSchedule, Backfill, BackfillOccurrence, ScheduleRun
from schedules.models.locking import locked
from schedules.models.run import MAX_BEGINNINGS_AFTER_LOSS
from schedules.selectors import UNFINISHED
from schedules.services.triggering import publish

logger = logging.getLogger(__name__)

State = ScheduleRun.State

#: What was abandoned longer ago than this is not begun once more: see ``ledger.lost_messages``.
BEGUN_AGAIN_WITHIN = timedelta(days=2)


def advance_all(now: datetime) -> None:
    """Send what is next of every backfill that is not finished."""
    for backfill_id in list(Backfill.objects.filter(state__in=Backfill.OPEN).values_list("pk", flat=True)):
        advance(backfill_id, now=now)


def advance_those_of(run: ScheduleRun, *, now: datetime) -> None:
    """Send what is next of every backfill that waits for ``run``: its own, and others whose period holds it too."""
    waiting = BackfillOccurrence.objects.filter(run=run, backfill__state__in=Backfill.OPEN)
    for backfill_id in sorted(waiting.values_list("backfill_id", flat=True)):
        advance(backfill_id, now=now)


@transaction.atomic
def advance(backfill_id: int, *, now: datetime) -> None:
    """Send as many runs as the backfill may have under way; close it when none is left. Repeating it is harmless."""
    schedule_id = Backfill.objects.filter(pk=backfill_id).values_list("schedule", flat=True).first()
    schedules = locked(APIEndpointSchedule.objects.select_related("endpoint"))
    schedule = schedules.filter(pk=schedule_id).first()
    backfill = Backfill.objects.select_for_update().filter(pk=backfill_id, state__in=Backfill.OPEN).first()
    if backfill is None:
        return
    if schedule is None:
        _close(backfill, Backfill.State.CANCELLED, now)
        return
    under_way = backfill.occurrences.filter(_under_way(now), is_sent=True).count()
    waiting = backfill.occurrences.filter(is_sent=False).order_by("position")
    left = None
    while under_way < backfill.at_once and (left := waiting.first()):
        try:
            with transaction.atomic():
                under_way += _take_turn(backfill, schedule, left, now)
        except IntegrityError:
            # Beat's own record of the occurrence has just arrived; the sweep looks again.
            logger.info("backfill.met_another backfill_id=%s occurrence=%s", backfill_id, left.scheduled_for)
            return
    if under_way:
        backfill.state = Backfill.State.RUNNING
        backfill.save(update_fields=["state"])
    elif left is None:
        _close(backfill, Backfill.State.DONE, now)


def _close(backfill: Backfill, state: str, now: datetime) -> None:
    backfill.state, backfill.finished_at = state, now
    backfill.save(update_fields=["state", "finished_at"])
    logger.info("backfill.closed backfill_id=%s state=%s", backfill.pk, state)


def _under_way(now: datetime) -> Q:
    """Return the condition on occurrences whose run has not come to its end."""
    # A run whose worker died is begun once more; its message was sent again after it had been found dead.
    begun_again = Q(
        run__state=State.ABANDONED,
        run__heartbeat_at__gte=F("run__finished_at"),
        run__attempt__lt=MAX_BEGINNINGS_AFTER_LOSS,
        run__created_at__gt=now - BEGUN_AGAIN_WITHIN,
    )
    return Q(run__state__in=UNFINISHED) | begun_again


def _take_turn(
    backfill: Backfill, schedule: APIEndpointSchedule, occurrence: BackfillOccurrence, now: datetime
) -> bool:
    """Give the occurrence its run, made now or there already; return whether that run is under way."""
    known = _runs_of(backfill, schedule, occurrence.scheduled_for)
    run = next((run for run in known if run.state in UNFINISHED), None)
    if run is None and not backfill.include_succeeded:
        run = next((run for run in known if run.state == State.SUCCEEDED), None)
    if run is None:
        run = _new_run(backfill, schedule, occurrence.scheduled_for, is_repeated=bool(known), now=now)
        transaction.on_commit(partial(_hand_over, run, schedule))
    occurrence.run, occurrence.is_sent = run, True
    occurrence.save(update_fields=["run", "is_sent"])
    return run.state in UNFINISHED


def _runs_of(backfill: Backfill, schedule: APIEndpointSchedule, scheduled_for: datetime) -> list[ScheduleRun]:
    """Return what is in the ledger of an occurrence: its own row, and what other backfills made of it."""
    own = Q(schedule=schedule, scheduled_for=scheduled_for)
    elsewhere = BackfillOccurrence.objects.filter(backfill__schedule=schedule, scheduled_for=scheduled_for)
    repeated = Q(pk__in=elsewhere.exclude(backfill=backfill).exclude(run=None).values("run"))
    return list(ScheduleRun.objects.defer("traceback", "result").filter(own | repeated))


def _new_run(
    backfill: Backfill, schedule: APIEndpointSchedule, scheduled_for: datetime, *, is_repeated: bool, now: datetime
) -> ScheduleRun:
    task, args, kwargs = schedule.call()
    return ScheduleRun.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        task=task,
        # An occurrence is one row for ever. Once more it is run as "run again" does it: as a run without one.
        task_id=str(uuid.uuid4()) if is_repeated else task_id_of(schedule.pk, scheduled_for),
        scheduled_for=None if is_repeated else scheduled_for,
        args=args,
        kwargs=kwargs,
        trigger=ScheduleRun.Trigger.BACKFILL,
        triggered_by=backfill.asked_by,
        trigger_reason=backfill.reason,
        backfill=backfill,
        dispatched_at=now,
    )


def _hand_over(run: ScheduleRun, schedule: APIEndpointSchedule) -> None:
    # Nobody waits for it at a certain time, so it does not expire in the queue; one that did would leave a hole.
    options = {name: value for name, value in schedule.message_options().items() if name != "expires"}
    try:
        publish(run, options)
    except DispatchFailed as error:
        logger.warning("backfill.not_sent run_id=%s error=%s: it is sent when the broker is back.", run.pk, error)
