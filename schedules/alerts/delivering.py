"""Send what was written: each message at least once, tried again while its receiver is away.

A message is taken up by moving its next attempt beyond the time that an attempt may take. Whoever crashes between
sending and noting it sends it once more, under the same key; nothing is noted as sent that was not.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from schedules import conf
from schedules.alerts.sending import NotSent, send
from schedules.alerts.sending.answers import answer
from schedules.masking import mask
from schedules.models import AlertChannel, AlertDelivery

logger = logging.getLogger(__name__)

State = AlertDelivery.State

#: Pauses before the second, third … attempt; after the last one a message is given up, eight hours later.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (0.5, 1, 2, 5, 15, 30, 60, 120, 240))
#: Messages sent at a time; one to each channel, so that one that hangs holds up nobody else.
AT_ONCE = 8
#: An attempt that has not been noted as ended after so many timeouts was not survived by whoever made it.
TIMEOUTS_UNTIL_LOST = 12


class Courier:
    """Sends what waits. ``step`` never waits for a receiver; the database is touched by the caller's thread alone."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="alert")
        self._under_way: dict[Future[str], AlertDelivery] = {}

    def step(self, now: datetime) -> None:
        """Note what has ended, and begin what is due. Raises the database's errors."""
        self.note_ended(now)
        busy = {delivery.channel_id for delivery in self._under_way.values()}
        for delivery in _due(now):
            if len(self._under_way) >= AT_ONCE:
                break
            if delivery.channel_id in busy:
                continue
            if (channel := delivery.channel) is None or not channel.enabled:
                _end(delivery, State.GIVEN_UP, answer("channel_gone"), now)
            elif _take_up(delivery, now):
                busy.add(channel.pk)
                self._under_way[self._pool.submit(send, channel, delivery)] = delivery

    def wait(self, within: timedelta) -> None:
        """Wait for what is under way; the next ``note_ended`` or ``step`` notes it."""
        wait(self._under_way, timeout=within.total_seconds())

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def is_idle(self) -> bool:
        return not self._under_way

    def note_ended(self, now: datetime) -> None:
        for future in [future for future in self._under_way if future.done()]:
            note(self._under_way[future], future, now)
            # Not earlier: where the database is away, the next step notes it.
            del self._under_way[future]


def send_now(channel: AlertChannel, delivery: AlertDelivery) -> None:
    """Send at once, in this thread, and note what came of it: a person waits for the outcome of a test."""
    future: Future[str] = Future()
    try:
        future.set_result(send(channel, delivery))
    except Exception as error:
        future.set_exception(error)
    note(delivery, future, timezone.now())


def note(delivery: AlertDelivery, future: "Future[str]", now: datetime) -> None:
    """Write down how an attempt ended."""
    error = future.exception()
    if error is None:
        _end(delivery, State.SENT, future.result(), now)
        return
    # Of an error that nobody foresaw, its kind says enough; its text may hold an address.
    said = error.answer if isinstance(error, NotSent) else answer("error", type(error).__name__)
    if delivery.kind == AlertDelivery.Kind.TEST or delivery.attempts > len(PAUSES):
        _end(delivery, State.GIVEN_UP, said, now)
        return
    waiting = AlertDelivery.objects.filter(pk=delivery.pk, state=State.WAITING)
    waiting.update(answer=mask(said)[:500], next_attempt_at=now + PAUSES[delivery.attempts - 1])
    logger.warning(
        "alert.not_delivered delivery_id=%s channel_id=%s attempt=%s answer=%s",
        *(delivery.pk, delivery.channel_id, delivery.attempts, said),
    )


def _due(now: datetime) -> list[AlertDelivery]:
    """Return what may be sent, the oldest of each channel first in line.

    Before a newer message goes to a channel that was away, an older one is tried once more: nobody is to hear of the
    recovery before the alert.
    """
    waiting = AlertDelivery.objects.filter(state=State.WAITING).select_related("channel")
    # One that nobody has tried yet, or that is to wait longer than any pause, was dated by a clock that was set back.
    dated_ahead = Q(attempts=0) | Q(next_attempt_at__gt=now + PAUSES[-1])
    due = list(waiting.filter(Q(next_attempt_at__lte=now) | dated_ahead).order_by("created_at", "pk")[: AT_ONCE * 20])
    newest = {delivery.channel_id: delivery for delivery in due if delivery.channel_id is not None}
    # Without an answer it is under way at another sender.
    paused = waiting.filter(channel__in=newest, attempts__gt=0, next_attempt_at__gt=now).exclude(answer="")
    older = [each for each in paused[: AT_ONCE * 20] if _tried_at(each) < newest[each.channel_id].created_at]
    found = {delivery.pk: delivery for delivery in (*due, *older)}
    return sorted(found.values(), key=lambda delivery: (delivery.created_at, delivery.pk))


def _tried_at(delivery: AlertDelivery) -> datetime:
    return delivery.next_attempt_at - PAUSES[min(delivery.attempts, len(PAUSES)) - 1]


def _take_up(delivery: AlertDelivery, now: datetime) -> bool:
    """Say whether the message is ours for now; another sender may have been faster."""
    until = now + conf.duration("ALERT_TIMEOUT_SECONDS") * TIMEOUTS_UNTIL_LOST
    mine = AlertDelivery.objects.filter(pk=delivery.pk, state=State.WAITING, next_attempt_at=delivery.next_attempt_at)
    delivery.attempts += 1
    return bool(mine.update(attempts=F("attempts") + 1, next_attempt_at=until, answer=""))


def _end(delivery: AlertDelivery, state: str, said: str, now: datetime) -> None:
    AlertDelivery.objects.filter(pk=delivery.pk).update(state=state, answer=mask(said)[:500], finished_at=now)
    log = logger.info if state == State.SENT else logger.error
    log("alert.%s delivery_id=%s channel_id=%s answer=%s", state, delivery.pk, delivery.channel_id, said)
