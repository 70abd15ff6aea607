"""May this worker carry out this message? Each occurrence is taken once, however often its message arrives."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from schedules import conf
from schedules.messages import Origin
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.locking import locked
from schedules.models.reasons import Reason
from schedules.models.run import MAX_BEGINNINGS_AFTER_LOSS
from schedules.services.occurrence_upkeep import reason_for_not_running
from schedules.task_catalogue import is_allowed

State = ScheduleRun.State

#: Until a message that came before its worker had noted the end of the try before is looked at again.
NOTED_WITHIN_SECONDS = 1.0


class Verdict(enum.Enum):
    """What to do with the message."""

    BEGIN = "begin"
    DROP = "drop"
    ASK_AGAIN = "ask again"


@dataclass(frozen=True)
class Claim:
    """The answer. ``ask_again_seconds`` belongs to ASK_AGAIN: until then it shows whether the other worker lives."""

    verdict: Verdict
    run: ScheduleRun
    ask_again_seconds: float = 0.0


@dataclass(frozen=True)
class Message:
    """What arrived at the worker.

    ``is_redelivered``: the broker had handed it out before and took it back. ``tries_before``: how often the run had
    been begun when the message was sent. ``is_retry``: the task itself asked for it (``Task.retry``).
    """

    task_id: str
    task: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    origin: Origin
    is_redelivered: bool
    tries_before: int = 0
    is_retry: bool = False


@transaction.atomic
def claim(message: Message, *, now: datetime, worker: str) -> Claim:
    """Take the run of ``message`` for ``worker``, or say why not; recorded either way.

    The schedule's row is locked meanwhile: of twenty workers that ask at once, each sees what the ones before it did.
    """
    schedules = locked(APIEndpointSchedule.objects.select_related("endpoint"))
    schedule = schedules.filter(pk=message.origin.schedule_id).first()
    run = _row_of(message, schedule)
    if run.task_id != message.task_id:
        # Another message was first to name this occurrence.
        return Claim(Verdict.DROP, run)
    if run.state == State.RUNNING and (answer := _answer_while_running(run, message, now)):
        return answer
    if run.state == State.RETRYING and not _is_for_next_try(run, message, now):
        return Claim(Verdict.DROP, run)
    if run.state == State.ABANDONED and run.attempt >= MAX_BEGINNINGS_AFTER_LOSS:
        return Claim(Verdict.DROP, run)
    if run.state not in (State.DISPATCHED, State.RETRYING, State.RUNNING, State.ABANDONED):
        return Claim(Verdict.DROP, run)
    if refusal := _refusal(run, schedule, now):
        state, reason = refusal
        run.state, run.state_reason, run.finished_at = state, reason, now if state == State.SKIPPED else None
        run.save(update_fields=["state", "state_reason", "finished_at"])
        return Claim(Verdict.DROP, run)
    run.state, run.state_reason, run.worker = State.RUNNING, "", worker
    run.attempt += 1
    run.started_at = run.heartbeat_at = now
    run.finished_at = None
    run.save(update_fields=["state", "state_reason", "worker", "attempt", "started_at", "heartbeat_at", "finished_at"])
    return Claim(Verdict.BEGIN, run)


@transaction.atomic
def expire(message: Message, *, now: datetime) -> None:
    """Note that the message was thrown away because no worker took it in time."""
    run = _row_of(message, APIEndpointSchedule.objects.filter(pk=message.origin.schedule_id).first())
    unbegun = ScheduleRun.objects.filter(pk=run.pk, task_id=message.task_id, state=State.DISPATCHED)
    # What waits for its turn was taken in time; this is another copy of its message.
    unbegun.exclude(state_reason=Reason.WAITING).update(
        state=State.EXPIRED, state_reason=Reason.EXPIRED, finished_at=now
    )


@transaction.atomic
def revoke(message: Message, *, terminated: bool, now: datetime) -> ScheduleRun | None:
    """Note that somebody revoked the message at a worker's remote control; return the run that ended by it, if one did.

    ``terminated``: the process that had begun it was ended. Without this note it would be taken for lost and begun
    anew.
    """
    run = _row_of(message, APIEndpointSchedule.objects.filter(pk=message.origin.schedule_id).first())
    ended = {"state_reason": Reason.REVOKED, "finished_at": now}
    same = ScheduleRun.objects.filter(pk=run.pk, task_id=message.task_id)
    unbegun = same.filter(state__in=[State.DISPATCHED, State.RETRYING]).update(state=State.SKIPPED, **ended)
    begun = terminated and same.filter(state__in=[State.RUNNING, State.ABANDONED]).update(state=State.FAILED, **ended)
    return run if unbegun or begun else None


def others_under_way(run: ScheduleRun) -> Any:
    """Return the other runs of the same schedule that have begun and not ended, those waiting to try again included."""
    under_way = ScheduleRun.objects.filter(schedule_id=run.schedule_id, state__in=[State.RUNNING, State.RETRYING])
    return under_way.exclude(pk=run.pk)


def _row_of(message: Message, schedule: APIEndpointSchedule | None) -> ScheduleRun:
    # Beat's own record may arrive later, or be arriving at this moment: whoever is first makes the row.
    try:
        run, _is_new = ScheduleRun.objects.get_or_create(
            task_id=message.task_id,
            defaults={
                "schedule": schedule,
                "schedule_name": schedule.name if schedule else f"#{message.origin.schedule_id}",
                "task": message.task,
                "args": list(message.args),
                "kwargs": dict(message.kwargs),
                "scheduled_for": message.origin.scheduled_for,
                "trigger": message.origin.trigger,
                "dispatched_at": message.origin.dispatched_at,
            },
        )
    except IntegrityError:
        # The occurrence is there under another task id.
        run = ScheduleRun.objects.get(schedule=schedule, scheduled_for=message.origin.scheduled_for)
    # As it was locked: asked for later, it may be gone, or the database away.
    run.schedule = schedule
    return run


def _answer_while_running(run: ScheduleRun, message: Message, now: datetime) -> Claim | None:
    """Say what to do while another worker has the run; None when that worker is gone and this one may begin anew."""
    silent_for = now - (run.heartbeat_at or now)
    lost_after = conf.duration("HEARTBEAT_LOST_AFTER_SECONDS")
    if silent_for <= lost_after:
        if message.is_retry and message.tries_before >= run.attempt:
            # For the next try already: the task has asked for it, and its worker is about to note that.
            return Claim(Verdict.ASK_AGAIN, run, NOTED_WITHIN_SECONDS)
        if not message.is_redelivered:
            return Claim(Verdict.DROP, run)
        # Handed out again although somebody has it: that worker may be gone since a moment ago. Dropped, the run
        # would be lost with it.
        return Claim(Verdict.ASK_AGAIN, run, (lost_after - silent_for).total_seconds() + 1)
    if run.attempt >= MAX_BEGINNINGS_AFTER_LOSS:
        run.state, run.state_reason, run.finished_at = State.ABANDONED, Reason.NO_SIGN_OF_LIFE, now
        run.save(update_fields=["state", "state_reason", "finished_at"])
        return Claim(Verdict.DROP, run)
    return None


def _is_for_next_try(run: ScheduleRun, message: Message, now: datetime) -> bool:
    """Say whether a message begins the next try, and is not a copy of an earlier one.

    An earlier one that was handed out again may be all there is: its worker died before it could send the next. Even
    so not before its time: of a message that waited longer than the broker's ``visibility_timeout`` several workers
    have a copy each, and these would use up all tries at once.
    """
    if message.tries_before >= run.attempt:
        return True
    return message.is_redelivered and (run.retry_at is None or run.retry_at <= now)


def _refusal(run: ScheduleRun, schedule: APIEndpointSchedule | None, now: datetime) -> tuple[str, str] | None:
    """Return the state and the reason for not beginning; None to begin."""
    if schedule is None:
        return State.SKIPPED, Reason.DELETED
    if not is_allowed(run.task):
        return State.SKIPPED, Reason.NOT_ALLOWED
    if run.trigger == ScheduleRun.Trigger.SCHEDULED and not run.attempt:
        if not (schedule.enabled and schedule.endpoint.enabled):
            return State.SKIPPED, Reason.DISABLED
        if schedule.is_paused(now):
            return State.SKIPPED, Reason.PAUSED
        # Sent while Redis had not been told yet.
        if run.scheduled_for and (reason := reason_for_not_running(schedule, run.scheduled_for)):
            return State.SKIPPED, reason
    if schedule.overlap_policy == APIEndpointSchedule.OverlapPolicy.ALLOW:
        return None
    if run.trigger == ScheduleRun.Trigger.BACKFILL:
        return _refusal_of_backfill(run)
    others = others_under_way(run)
    if not others.exists():
        return None
    only_backfills = not others.exclude(trigger=ScheduleRun.Trigger.BACKFILL).exists()
    if schedule.overlap_policy == APIEndpointSchedule.OverlapPolicy.SKIP and not only_backfills:
        return State.SKIPPED, Reason.OVERLAP
    # What is due today is not lost to a backfill, whatever the policy: it waits for the one run that is under way.
    is_full = _waiting(run).exclude(trigger=ScheduleRun.Trigger.BACKFILL).exists()
    return (State.SKIPPED, Reason.QUEUE_FULL) if is_full else (State.DISPATCHED, Reason.WAITING)


def _refusal_of_backfill(run: ScheduleRun) -> tuple[str, str] | None:
    """How many runs of one backfill are under way is its own affair; for all others they wait, however long."""
    theirs = ~Q(backfill=run.backfill_id) | Q(backfill__isnull=True)
    is_held_up = others_under_way(run).filter(theirs).exists()
    if is_held_up or _waiting(run).exclude(trigger=ScheduleRun.Trigger.BACKFILL).exists():
        return State.DISPATCHED, Reason.WAITING
    return None


def _waiting(run: ScheduleRun) -> Any:
    waiting = ScheduleRun.objects.filter(
        schedule_id=run.schedule_id, state=State.DISPATCHED, state_reason=Reason.WAITING
    )
    return waiting.exclude(pk=run.pk)
