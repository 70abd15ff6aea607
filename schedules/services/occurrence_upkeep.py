"""What becomes of one-time changes: the ledger is told once the original time has passed, and old ones are deleted.

The leading beat calls it. A change stays part of its schedule's definition for as long as beat may still look back at
its instants; until then a late beat would send what a person had skipped.
"""

import logging
from datetime import datetime, timedelta

from auditlog.context import disable_auditlog
from django.db import transaction
from django.db.models import Q

from schedules.messages import task_id_of
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, OccurrenceChange, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.models.lifecycle import is_in_force
from schedules.models.locking import locked
from schedules.models.reasons import Reason
from schedules.recurrence import DefinitionError

logger = logging.getLogger(__name__)

DAY = timedelta(days=1)
#: Changes written or deleted in one step.
BATCH = 100


class ChangedOccurrences:
    """Works in small steps, for a loop that has other things to do; looks for old changes once a day."""

    def __init__(self) -> None:
        self._cleared_at: datetime | None = None

    def step(self, now: datetime) -> None:
        """Raises the database's errors and EngineUnreachable."""
        record_passed(now)
        # A clock that was set back must not put it off.
        if self._cleared_at is None or not timedelta() <= now - self._cleared_at < DAY:
            delete_past(now)
            self._cleared_at = now


def record_passed(now: datetime) -> int:
    """Tell the ledger of the occurrences whose time has passed without them; return how many changes were looked at."""
    passed = OccurrenceChange.objects.filter(scheduled_for__lte=now, recorded_at__isnull=True)
    found = list(passed.order_by("scheduled_for").values_list("pk", "schedule_id")[:BATCH])
    for pk, schedule_id in found:
        with transaction.atomic():
            schedule = _locked(schedule_id)
            change = OccurrenceChange.objects.filter(pk=pk, recorded_at__isnull=True).first()
            if schedule is not None and change is not None:
                _record(schedule, change, now)
    return len(found)


def reason_for_not_running(schedule: APIEndpointSchedule, scheduled_for: datetime) -> str:
    """Return why a person does not want this occurrence at its time; empty when nobody has said so."""
    change = OccurrenceChange.objects.filter(schedule=schedule, scheduled_for=scheduled_for).first()
    try:
        if change is None or not recurrence_of(schedule).leaves_out(scheduled_for):
            return ""
    except DefinitionError:
        return ""
    return Reason.SKIPPED_ONCE if change.kind == OccurrenceChange.Kind.SKIP else Reason.MOVED_ONCE


def delete_past(now: datetime) -> int:
    """Delete changes that beat cannot come back to: a day older than what their schedule makes up for."""
    told = OccurrenceChange.objects.filter(recorded_at__isnull=False, scheduled_for__lt=now - DAY)
    past = told.filter(Q(moved_to__isnull=True) | Q(moved_to__lt=now - DAY)).select_related("schedule")
    by_schedule: dict[int, list[OccurrenceChange]] = {}
    for change in past.order_by("schedule_id"):
        schedule = change.schedule
        reach = timedelta(seconds=schedule.catch_up_window_seconds + schedule.jitter_seconds)
        if _last_instant(change) < now - DAY - reach and not _may_be_made_up_for(change):
            by_schedule.setdefault(change.schedule_id, []).append(change)
    held = dict(zip(by_schedule, Mirror().read(list(by_schedule)), strict=True)) if by_schedule else {}
    deleted = 0
    for schedule_id, changes in by_schedule.items():
        newest = max(map(_last_instant, changes))
        pending = held[schedule_id].next
        # Beat was away for long and has yet to say what it missed.
        if pending is None or pending > newest:
            deleted += _delete(schedule_id, changes, newest)
    if deleted:
        logger.info("occurrence_changes.deleted count=%d", deleted)
    return deleted


def _may_be_made_up_for(change: OccurrenceChange) -> bool:
    """Return whether a pause passed over the change: whoever resumes may run what the rule has there without it."""
    since, until = change.schedule.paused_at, change.schedule.paused_until
    if since is None:
        return False
    instants = (change.scheduled_for, change.moved_to or change.scheduled_for)
    return any(since < instant and (until is None or instant < until) for instant in instants)


@transaction.atomic
def _delete(schedule_id: int, changes: list[OccurrenceChange], newest: datetime) -> int:
    schedule = _locked(schedule_id)
    with disable_auditlog():  # That their time has passed is nobody's change.
        count, _by_model = OccurrenceChange.objects.filter(pk__in=[each.pk for each in changes]).delete()
    if schedule is not None and count:
        # The rule has the occurrences again, which must stay where they are: in the past.
        APIEndpointSchedule.objects.filter(pk=schedule_id, effective_from__lt=newest).update(effective_from=newest)
        schedule.save(update_fields=())
    return count


def _record(schedule: APIEndpointSchedule, change: OccurrenceChange, now: datetime) -> None:
    reason = reason_for_not_running(schedule, change.scheduled_for)
    if reason and _would_have_run(schedule, change.scheduled_for):
        task, args, kwargs = schedule.call()
        said = {
            "state_reason": reason,
            "triggered_by": change.changed_by,
            "trigger_reason": change.reason,
        }
        run, is_new = ScheduleRun.objects.get_or_create(
            schedule=schedule,
            scheduled_for=change.scheduled_for,
            defaults={
                "schedule_name": schedule.name,
                "task": task,
                "task_id": task_id_of(schedule.pk, change.scheduled_for),
                "args": args,
                "kwargs": kwargs,
                "state": ScheduleRun.State.SKIPPED,
                "finished_at": now,
                **said,
            },
        )
        if not is_new and run.state_reason in Reason.by_a_person():
            ScheduleRun.objects.filter(pk=run.pk).update(**said)
    OccurrenceChange.objects.filter(pk=change.pk).update(recorded_at=now)


def _would_have_run(schedule: APIEndpointSchedule, at: datetime) -> bool:
    """Return whether it is for the change alone that nothing ran: not for a pause, nor before the schedule began."""
    since = schedule.effective_from
    return is_in_force(schedule) and since is not None and since < at and not schedule.is_paused(at)


def _last_instant(change: OccurrenceChange) -> datetime:
    return max(change.scheduled_for, change.moved_to or change.scheduled_for)


def _locked(schedule_id: int) -> APIEndpointSchedule | None:
    schedules = locked(APIEndpointSchedule.objects.select_related("endpoint"))
    return schedules.filter(pk=schedule_id).first()
