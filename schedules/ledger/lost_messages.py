"""Send again the messages that were lost together with a worker, as soon as that can be told.

A broker such as RabbitMQ hands out anew at once what a dead worker had. Kombu's Redis transport does so ten minutes
later (``visibility_timeout``), and never what the worker had taken from Redis and not noted yet. Nobody wants to wait
that long at eight in the morning. A message that was not lost after all does no harm: each run is begun once. So where
the queues cannot be looked into, what is overdue is sent again as well, each time after twice as long a wait.
"""

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from kombu.exceptions import OperationalError
from kombu.transport.redis import Channel as RedisChannel

from schedules import conf
from schedules.ledger.claiming import MAX_BEGINNINGS_AFTER_LOSS
from schedules.ledger.resending import send_waiting
from schedules.messages import HEADER, Origin
from schedules.models import ScheduleRun
from schedules.models.reasons import Reason

logger = logging.getLogger(__name__)

State = ScheduleRun.State

#: Runs looked at in one sweep, the oldest first.
AT_ONCE = 500
#: Messages at the end of a queue among which one of ours is sought.
LOOK_AT = 100
#: Older ones are history: nobody is to be surprised by them.
NO_LONGER_AFTER = timedelta(days=2)


def send_again(now: datetime) -> None:
    """Send what seems to be in no queue and in no living worker's hands, or expire it if its time is over.

    A broker that is away is asked again by the next sweep.
    """
    try:
        _expire_past_tries(now)
        for run in [*_abandoned(now), *_vanished(now)]:
            _send_again(run, now)
    except (OperationalError, OSError, *current_app.connection_for_write().connection_errors) as error:
        logger.warning("run.not_sent_again error=%s", error)


def _send_again(run: ScheduleRun, now: datetime) -> None:
    expires_at = _expires_at(run)
    if expires_at is not None and expires_at <= now:
        _unchanged(run).update(state=State.EXPIRED, state_reason=Reason.EXPIRED, finished_at=now)
        return
    # Noted first: when the broker does not take it, it is tried again after a while, not in each sweep.
    if _unchanged(run).update(heartbeat_at=now):
        send_waiting(run, expires_seconds=None if expires_at is None else (expires_at - now).total_seconds())
        logger.warning("run.sent_again run_id=%s schedule_id=%s state=%s", run.pk, run.schedule_id, run.state)


def _expire_past_tries(now: datetime) -> None:
    """End what waits for a try that nobody will make any more: it would hold up its schedule for ever."""
    waiting = ScheduleRun.objects.filter(state=State.RETRYING).alias(due_at=Coalesce("retry_at", "heartbeat_at"))
    waiting.filter(due_at__lt=now - NO_LONGER_AFTER).update(
        state=State.EXPIRED, state_reason=Reason.EXPIRED, finished_at=now
    )


def _abandoned(now: datetime) -> Iterator[ScheduleRun]:
    """Yield the runs that a dead worker had begun and that may be begun once more."""
    found = _recent(now).filter(state=State.ABANDONED, attempt__lt=MAX_BEGINNINGS_AFTER_LOSS, schedule__isnull=False)
    for run in found.filter(Q(heartbeat_at__lt=F("finished_at")) | Q(heartbeat_at__isnull=True))[:AT_ONCE]:
        task = current_app.tasks.get(run.task)
        # A task that acknowledges early says by it that it must not be begun twice.
        if task is None or task.acks_late:
            yield run
    yield from _overdue(found.filter(heartbeat_at__gte=F("finished_at")), now)


def _vanished(now: datetime) -> Iterator[ScheduleRun]:
    """Yield the runs that wait for a worker and whose message is in no queue, as far as can be seen."""
    waiting = _recent(now).filter(Q(state=State.DISPATCHED) & ~Q(state_reason=Reason.WAITING))
    retrying = _looked_at().filter(state=State.RETRYING, schedule__isnull=False, retry_at__isnull=False)
    candidates = [*_overdue(waiting, now), *_overdue(retrying, now)]
    if not candidates:
        return
    with current_app.connection_for_write() as connection:
        channel = connection.default_channel
        if not isinstance(channel, RedisChannel):
            yield from candidates
            return
        queues = _Queues(channel)
        for run in candidates:
            if queues.are_past(run, _sent_at(run)):
                yield run


def _recent(now: datetime) -> Any:
    return _looked_at().filter(created_at__gt=now - NO_LONGER_AFTER)


def _looked_at() -> Any:
    return ScheduleRun.objects.select_related("schedule__endpoint").order_by("created_at")


def _overdue(runs: Any, now: datetime) -> Iterator[ScheduleRun]:
    """Yield those sent so long ago that a worker should have begun them; each try waits twice as long as the last."""
    grace = conf.duration("HEARTBEAT_LOST_AFTER_SECONDS") / 2
    for run in runs.filter(Q(heartbeat_at__lt=now - grace) | Q(heartbeat_at__isnull=True))[:AT_ONCE]:
        sent_at = _sent_at(run)
        first_sent_at = run.retry_at if run.state == State.RETRYING else run.dispatched_at
        if now - sent_at >= max(grace, sent_at - (first_sent_at or run.created_at)):
            yield run


def _sent_at(run: ScheduleRun) -> datetime:
    """Return when the run's message was sent last, or becomes due."""
    if run.state == State.RETRYING and run.retry_at is not None:
        # The heartbeat is that of the failed try, or when the message for the next one was sent again.
        return max(run.retry_at, run.heartbeat_at or run.retry_at)
    return run.heartbeat_at or run.dispatched_at or run.created_at


def _unchanged(run: ScheduleRun) -> Any:
    """Return the run's row, unless a worker has begun it meanwhile."""
    return ScheduleRun.objects.filter(pk=run.pk, state=run.state, attempt=run.attempt, heartbeat_at=run.heartbeat_at)


def _expires_at(run: ScheduleRun) -> datetime | None:
    """Return when a run that was never begun is not wanted any more."""
    never = run.schedule is None or run.attempt or run.trigger == ScheduleRun.Trigger.BACKFILL
    expires = None if never else run.schedule.message_options().get("expires")
    return None if expires is None else (run.dispatched_at or run.created_at) + timedelta(seconds=expires)


class _Queues:
    """How far the workers have come in each queue of one Redis broker: lists that are filled in front, read behind."""

    def __init__(self, channel: RedisChannel) -> None:
        self._channel = channel
        self._oldest: dict[str, datetime | None] = {}

    def are_past(self, run: ScheduleRun, sent_at: datetime) -> bool:
        """Say whether everything sent at ``sent_at`` has left the run's queue."""
        options = {} if run.schedule is None else run.schedule.message_options()
        queue = options.get("queue") or current_app.conf.task_default_queue
        key = self._channel._q_for_pri(queue, self._channel.priority(options.get("priority") or 0))
        if key not in self._oldest:
            self._oldest[key] = self._oldest_in(key)
        oldest = self._oldest[key]
        return oldest is None or sent_at < oldest

    def _oldest_in(self, key: str) -> datetime | None:
        """Return when the message that is next was sent; None for an empty queue, the beginning of time if unknown."""
        found = self._channel.client.lrange(key, -LOOK_AT, -1)
        for text in reversed(found):
            origin = _origin_in(text)
            if origin is not None:
                return origin.dispatched_at
        return datetime.fromisoformat("0001-01-01T00:00:00+00:00") if found else None


def _origin_in(text: Any) -> Origin | None:
    try:
        return Origin.from_header(json.loads(text)["headers"].get(HEADER))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
