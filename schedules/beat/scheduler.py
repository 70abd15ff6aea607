"""The scheduler that `celery -A stockura beat` runs: RedBeat's, with what RedBeat leaves open closed.

What is overridden, and why:

- the lock: RedBeat waits for it outside the loop and ends when it is lost. Here each tick takes, keeps or waits for the
  same key in Redis, so that any number of beats can run and none needs a restart.
- ``tick``: RedBeat moves an entry on before it publishes, loads entries one by one, and sleeps through changes. Here
  an entry moves on after the broker has its message, a tick is one round trip each way, and a save ends the waiting.
- ``schedule``: a property that would read all of Redis; beat's own log lines ask for it.
"""

import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from kombu.exceptions import OperationalError
from kombu.utils.objects import cached_property
from redbeat import RedBeatScheduler
from redis.exceptions import RedisError

from schedules import planning
from schedules.beat import foreign
from schedules.beat.due import DueEntries, DueEntry, Move
from schedules.beat.leadership import Leadership
from schedules.beat.sending import BrokerUnreachable, CannotBeSent, Sender
from schedules.beat.upkeep import Upkeep
from schedules.beat.waking import Waker
from schedules.mirror.mirror import Mirror
from schedules.mirror.presence import Presence

logger = logging.getLogger(__name__)

#: Entries of one round trip: few at first, so that the first messages of a large minute leave at once, and never so
#: many that the lock runs out between two of them.
FIRST_CHUNK, CHUNK = 10, 200
#: Runs of one step that are each given a line in the log; more are counted in one.
MAX_TOLD = 20
#: Seconds between two tries while Redis or the broker is away.
RETRY_SECONDS = 0.5


class LockLost(Exception):
    """The lock ran out or went to another while something was being done."""


class StockuraScheduler(RedBeatScheduler):
    """One beat among any number: it leads or waits. See the module for how it differs from RedBeat's."""

    def __init__(self, app: Any, **kwargs: Any) -> None:
        # RedBeat's setup talks to Redis, which may be away: it is done when this beat comes to lead.
        super().__init__(app, **{**kwargs, "lazy": True})
        lock_lasts = timedelta(seconds=float(self.lock_timeout))
        # RedBeat's own handler, which blocks until it has the lock, does nothing without a key.
        self.lock_key = None
        self.mirror = Mirror(app)
        self.leadership = Leadership(self.mirror, lock_lasts=lock_lasts)
        self.due = DueEntries(self.mirror)
        self.sender = Sender(app)
        self.waker = Waker(self.mirror)
        self.upkeep = Upkeep(self.mirror, now=self.clock)
        self.node = f"{socket.gethostname()}:{os.getpid()}"
        self._started_at = self.clock()
        self._term = 0
        self._later: float | None = None
        self._lateness: timedelta | None = None
        self._fault = ""

    @staticmethod
    def clock() -> datetime:
        """The one place where beat reads the wall clock."""
        return datetime.now(UTC)

    @property
    def schedule(self) -> dict[str, Any]:
        return {}

    @cached_property
    def connection(self) -> Any:
        # Celery's would be waited for however long the broker is away, with the lock running out meanwhile.
        # What AMQP is to confirm is waited for by the sender, for many messages at once.
        options = {"max_retries": 0, "interval_start": 0, "confirm_publish": False}
        return self.app.connection_for_write(transport_options=options)

    @cached_property
    def producer(self) -> Any:
        try:
            return self.Producer(self.connection.default_channel, auto_declare=False)
        except (OperationalError, OSError, *self.connection.connection_errors) as error:
            raise BrokerUnreachable(str(error)) from error

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Do what is due, then wait until something else is, at most until the lock must be looked at again.

        Returns 0, because the waiting is done here, where a save can end it.
        """
        with self._faults_are_waited_for(), self.upkeep.standing_back():
            if self._hold():
                self._send_what_is_due()
        self._wait()
        return 0.0

    def close(self) -> None:
        """Give the lock back, so that a standby need not wait for its end."""
        self.waker.close()
        self.upkeep.close()
        with suppress(RedisError, OSError):
            self.leadership.resign(self.node)
        super().close()

    def _hold(self) -> bool:
        leads = self.leadership.hold(self._presence(leads=True), self._presence(leads=False))
        if leads and self.leadership.term != self._term:
            self._term = self.leadership.term
            self._later = None
            self.upkeep.reconcile_soon()
            # RedBeat's: entries of app.conf.beat_schedule, if there are any.
            self.setup_schedule()
            self.sender.prepare()
        self.waker.listen(leads)
        self.upkeep.lead(leads)
        return leads

    def _send_what_is_due(self) -> None:
        limit = FIRST_CHUNK
        while True:
            if not self.leadership.is_fresh and not self._hold():
                return
            found = self.due.load(self.clock(), limit=limit)
            limit = CHUNK
            self._later = found.later
            if not found.is_whole:
                self.upkeep.reconcile_soon()
            for key, error in found.unreadable.items():
                logger.error("beat.unreadable_entry key=%s %s", key, error)
                self.due.repair_later(key, f"The entry in Redis cannot be read: {error}")
                self.upkeep.reconcile_soon()
            self._send(found.ours)
            for key in found.foreign:
                foreign.fire(self, self.mirror, key, producer=self.producer)
            if not found.ours and not found.unreadable:
                return

    def _send(self, entries: list[DueEntry]) -> None:
        """Send and move on. What the broker did not take stays due; what was sent before it failed moves on."""
        moves: list[Move] = []
        try:
            with self.sender.together(moves, producer=lambda: self.producer):
                for entry in entries:
                    move = Move(entry, self._plan(entry))
                    self._send_one(move)
                    moves.append(move)
        finally:
            # At this instant and not that of loading: it is what the ledger calls dispatched.
            at = self.clock()
            if moves and not self.due.move_on(moves, token=self.leadership.token, at=at):
                raise LockLost
            self._tell(moves, at)

    def _tell(self, moves: list[Move], at: datetime) -> None:
        sent = [(move.entry.schedule_id, scheduled_for) for move in moves for scheduled_for in move.sent]
        if not sent:
            return
        self._lateness = max(at - scheduled_for for _number, scheduled_for in sent)
        for number, scheduled_for in sent if len(sent) <= MAX_TOLD else ():
            logger.info(
                "dispatch.sent schedule_id=%d occurrence=%s late_seconds=%.3f",
                number, scheduled_for.isoformat(), (at - scheduled_for).total_seconds(),
            )  # fmt: skip
        if len(sent) > MAX_TOLD:
            logger.info("dispatch.sent_many count=%d late_seconds=%.3f", len(sent), self._lateness.total_seconds())

    def _plan(self, entry: DueEntry) -> planning.Plan:
        schedule = entry.schedule
        return planning.plan(
            schedule.recurrence, schedule.policy, pending=entry.pending, now=self.clock(), key=entry.name
        )

    def _send_one(self, move: Move) -> None:
        for scheduled_for in move.plan.dispatches:
            if not self.leadership.may_send:
                raise LockLost
            now = self.clock()
            try:
                self.sender.send(move, scheduled_for, at=now, producer=lambda: self.producer)
            except CannotBeSent as error:
                logger.error("dispatch.refused schedule_id=%d error=%s", move.entry.schedule_id, error)
                move.set_aside = str(error)[:500]
                return
            move.sent.append(scheduled_for)

    @contextmanager
    def _faults_are_waited_for(self) -> Iterator[None]:
        """A part that is away is said once, waited for, and said once when it is back."""
        try:
            yield
        except BrokerUnreachable as error:
            self._note_fault(f"The broker does not take messages: {error}")
        except LockLost:
            self._note_fault("The lock ran out before everything was sent; the rest is sent by whoever leads next.")
        except (RedisError, OSError) as error:
            self._note_fault(f"Redis does not answer: {error}")
        else:
            if self._fault:
                logger.info("beat.recovered")
                # A Redis that was away may be back with data from a while ago, or another one in its place.
                self.upkeep.reconcile_soon()
            self._fault = ""

    def _note_fault(self, sentence: str) -> None:
        if sentence != self._fault:
            logger.error("beat.fault %s", sentence)
        self._fault = sentence
        # A connection that broke is not mended by asking it again; all are made anew when next needed.
        self.mirror.connect_anew()
        self.__dict__.pop("producer", None)
        if connection := self.__dict__.pop("connection", None):
            with suppress(Exception):
                connection.release()

    def _wait(self) -> None:
        seconds = self.leadership.refresh_every
        if self._fault:
            seconds = min(seconds, RETRY_SECONDS)
        elif self.leadership.leads and self._later is not None:
            seconds = min(seconds, self._later - time.time())
        self.waker.wait(seconds)

    def _presence(self, *, leads: bool) -> Presence:
        return Presence(
            node=self.node,
            leads=leads,
            seen_at=self.clock(),
            started_at=self._started_at,
            lateness_seconds=None if self._lateness is None else self._lateness.total_seconds(),
            reconciled_at=self.upkeep.reconciled_at,
        )
