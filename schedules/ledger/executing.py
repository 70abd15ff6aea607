"""Carry out one message: claim its run, call the task with a heartbeat beside it, record the outcome."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from celery import Task
from celery.exceptions import Ignore, Reject, Retry
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, connection
from django.utils import timezone

from schedules import progress, tracing
from schedules.ledger import recording, tries
from schedules.ledger.claiming import Claim, Message, Verdict, claim
from schedules.ledger.heartbeat import Heartbeat
from schedules.ledger.resending import send_again_later
from schedules.ledger.sweeping import call_next
from schedules.messages import Origin
from schedules.models import ScheduleRun

logger = logging.getLogger(__name__)

#: Seconds before a message is handed back to the broker while the database is away: it comes again at once.
DATABASE_AWAY_SECONDS = 2.0
#: How often, and how many seconds apart, the outcome of a finished task is written before it is given up.
OUTCOME_TRIES, OUTCOME_PAUSE_SECONDS = 150, 2.0


def execute(task: Task, body: Callable[..., Any], origin: Origin, args: Any, kwargs: Any) -> Any:
    """Call ``body`` as the run that ``origin`` names, unless it is not this worker's to do.

    Raises Celery's Ignore for a message that must have no effect, and whatever the task raises.
    """
    taken = _claim(task, origin, args, kwargs)
    with tracing.run(taken.run, task.request.headers, is_begun=taken.verdict is Verdict.BEGIN):
        return _carry_out(task, body, taken, args, kwargs)


def _carry_out(task: Task, body: Callable[..., Any], taken: Claim, args: Any, kwargs: Any) -> Any:
    run = taken.run
    if taken.verdict is Verdict.ASK_AGAIN:
        send_again_later(task, args, kwargs, seconds=taken.ask_again_seconds)
    if taken.verdict is not Verdict.BEGIN:
        logger.info("run.not_begun run_id=%s state=%s reason=%s", run.pk, run.state, run.state_reason)
        raise Ignore
    tries.note(task.request, run.attempt)
    try:
        with Heartbeat(run), progress.recorded_by(partial(_write_progress, run)):
            result = body(*args, **kwargs)
    except Retry as error:
        now = timezone.now()
        _write(partial(recording.wait_for_another_try, run, error.exc, now=now, retry_at=_retry_at(error, now)))
        raise
    except Reject as error:
        note = recording.give_back if error.requeue else recording.fail
        _write(partial(note, run, error, now=timezone.now()))
        call_next_quietly(run)
        raise
    except Ignore as error:
        # Celery's own words: a task that replaced itself goes on as another one, outside of this run.
        _write(partial(recording.succeed, run, str(error) or None, now=timezone.now()))
        call_next_quietly(run)
        raise
    except Exception as error:
        if may_try_again(run):
            now, seconds = timezone.now(), run.schedule.retry_delay_seconds
            retry_at = now + timedelta(seconds=seconds)
            _write(partial(recording.wait_for_another_try, run, error, now=now, retry_at=retry_at))
            send_again_later(task, args, kwargs, seconds=seconds)
            logger.warning("run.failed_for_now run_id=%s attempt=%d error=%s", run.pk, run.attempt, error)
            raise Ignore from error
        _write(partial(recording.fail, run, error, now=timezone.now()))
        call_next_quietly(run)
        raise
    _write(partial(recording.succeed, run, result, now=timezone.now()))
    call_next_quietly(run)
    return result


def _claim(task: Task, origin: Origin, args: Any, kwargs: Any) -> Claim:
    request = task.request
    message = Message(
        task_id=request.id,
        task=task.name,
        args=args,
        kwargs=kwargs,
        origin=origin,
        is_redelivered=bool((request.delivery_info or {}).get("redelivered")),
        tries_before=tries.tries_before(request),
        is_retry=bool(request.retries),
    )
    try:
        return claim(message, now=timezone.now(), worker=request.hostname or "")
    except (DataError, IntegrityError):
        # No absence: handed back, the message would come again for ever.
        logger.exception("run.cannot_be_recorded task_id=%s", request.id)
        raise
    except (DatabaseError, InterfaceError) as error:
        logger.warning("run.database_away task_id=%s error=%s: the message goes back.", request.id, error)
        connection.close()
        time.sleep(DATABASE_AWAY_SECONDS)
        raise Reject(error, requeue=True) from error


def may_try_again(run: ScheduleRun) -> bool:
    """Say whether the run's schedule allows another try after this one."""
    return run.schedule is not None and run.attempt <= run.schedule.max_retries


def _retry_at(error: Retry, now: datetime) -> datetime:
    """Return when a task that asked for another try itself will get it; Celery keeps seconds or an instant there."""
    if isinstance(error.when, datetime):
        return error.when if error.when.tzinfo else error.when.replace(tzinfo=UTC)
    return now + timedelta(seconds=float(error.when or 0))


def _write_progress(run: ScheduleRun, done: int, total: int | None, message: str) -> None:
    try:
        recording.write_progress(run, done, total, message)
    except (DatabaseError, InterfaceError) as error:
        # Told again with the next report; the work itself is what matters.
        logger.warning("run.progress_failed run_id=%s error=%s", run.pk, error)


def _write(step: Callable[[], None]) -> None:
    """Write an outcome; a database that is away is waited for up to five minutes, because the work is done."""
    for left in range(OUTCOME_TRIES - 1, -1, -1):
        try:
            step()
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            if not left:
                raise
            logger.warning("run.outcome_waits error=%s", error)
            time.sleep(OUTCOME_PAUSE_SECONDS)
        else:
            return


def call_next_quietly(run: ScheduleRun) -> None:
    """Let a run that waits for this one begin; when that cannot be done now, the sweep does it."""
    try:
        call_next(run, now=timezone.now())
    except Exception as error:
        # The sweep calls it within seconds.
        logger.warning("run.next_not_called run_id=%s error=%s", run.pk, error)
