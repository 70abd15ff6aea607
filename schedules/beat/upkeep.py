"""What the leading beat does beside sending, in a thread of its own: the database may be slow or away meanwhile.

It hands beat's events to the ledger, reconciles the mirror with the database, looks after runs that nobody tends, tells
the ledger what people have skipped or moved once, and forgets old runs and changes once a day.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, close_old_connections
from redis.exceptions import RedisError

from schedules import conf
from schedules.exceptions import EngineUnreachable
from schedules.ledger import events, sweeping
from schedules.mirror import tally
from schedules.mirror.mirror import Mirror
from schedules.services import occurrence_upkeep, retention
from schedules.services.reconciling import reconcile
from schedules.services.resuming import EndedPauses

logger = logging.getLogger(__name__)

#: Seconds that one look at the stream of events waits for the next one.
EVENTS_SECONDS = 0.5
#: Events written to the database at a time.
EVENTS_AT_ONCE = 500
#: A reconcile is repeated after this many times its own CPU time at the soonest: over a hundred thousand schedules it
#: must not become what beat is busy with.
REST_AFTER_RECONCILE = 200
#: Seconds until the next try after the database or Redis has failed.
RETRY_SECONDS = 2.0
#: Seconds for which the history waits at most while beat is busy sending: both share one core.
PATIENCE_SECONDS = 10.0


class Upkeep:
    """Runs while its beat leads. ``now`` reads the clock; ``woken`` is called after a reconcile changed something."""

    def __init__(self, mirror: Mirror, *, now: Callable[[], datetime]) -> None:
        self._mirror = mirror
        self._now = now
        self._is_leading = threading.Event()
        self._reconcile_now = threading.Event()
        self._is_closed = threading.Event()
        self._is_calm = threading.Event()
        self._is_calm.set()
        self._swept_at: datetime | None = None
        self._watching_since: datetime | None = None
        self._turned_at: datetime | None = None
        self._retention = retention.DailyRetention()
        self._changed_occurrences = occurrence_upkeep.ChangedOccurrences()
        self._ended_pauses = EndedPauses()
        self._thread: threading.Thread | None = None
        #: CPU time of this thread, so that waiting for the database or for beat's sending does not count.
        self._reconcile_took = timedelta(0)
        #: When the mirror was last compared with the database, by anybody's look at this attribute.
        self.reconciled_at: datetime | None = None

    def lead(self, yes: bool) -> None:
        """Begin or cease to work, as the lock comes and goes."""
        if not yes:
            self._is_leading.clear()
        elif not self._is_leading.is_set():
            self._reconcile_now.set()
            self._is_leading.set()
        if yes and (self._thread is None or not self._thread.is_alive()):
            thread = threading.Thread(target=self._work, name="beat-upkeep", daemon=True)
            thread.start()
            # Only now: a signal to end may come in between, and a thread that never began cannot be waited for.
            self._thread = thread

    def reconcile_soon(self) -> None:
        """Compare the mirror with the database at the next opportunity, within half a second if all is well."""
        self._reconcile_now.set()

    @contextmanager
    def standing_back(self) -> Iterator[None]:
        """Let the history wait while a large number of messages is being sent."""
        self._is_calm.clear()
        try:
            yield
        finally:
            self._is_calm.set()

    def close(self) -> None:
        """Let the current step end; nothing is lost if it does not."""
        self._is_closed.set()
        self._is_leading.set()
        if self._thread is not None:
            self._thread.join(timeout=EVENTS_SECONDS * 4)

    def _work(self) -> None:
        while not self._is_closed.is_set():
            self._is_leading.wait()
            if self._is_closed.is_set():
                return
            try:
                close_old_connections()
                self._turn()
                continue
            except (DatabaseError, InterfaceError) as error:
                logger.warning("beat.database_away error=%s: what happens meanwhile is recorded later.", error)
            except (EngineUnreachable, RedisError, OSError) as error:
                logger.warning("beat.redis_away error=%s", error)
            except Exception:
                # A fault of this program must not end the upkeep for good; the log has it whole.
                logger.exception("beat.upkeep_failed")
            self._watching_since = None
            self._is_closed.wait(RETRY_SECONDS)
        close_old_connections()

    def _turn(self) -> None:
        if self._reconcile_is_due():
            self._reconcile()
        self._hand_events_over()
        now = self._now()
        watching_since = self._watch(now)
        passed = None if self._swept_at is None else now - self._swept_at
        if passed is None or not timedelta(0) <= passed < conf.duration("HEARTBEAT_EVERY_SECONDS"):
            self._swept_at = now
            sweeping.sweep(now, watching_since=watching_since)
            self._changed_occurrences.step(now)
        self._ended_pauses.step(now)
        self._retention.step(now)

    def _watch(self, now: datetime) -> datetime:
        """Return since when this thread has turned without a break: no fault, no sleep of the machine, no jump."""
        longest = conf.duration("HEARTBEAT_LOST_AFTER_SECONDS") / 2
        if self._turned_at is None or not timedelta(0) <= now - self._turned_at <= longest:
            self._watching_since = None
        self._turned_at = now
        self._watching_since = self._watching_since or now
        return self._watching_since

    def _reconcile_is_due(self) -> bool:
        if self._reconcile_now.is_set() or self.reconciled_at is None:
            return True
        # A clock that was set back must not put it off either; the sweep below neither.
        passed = self._now() - self.reconciled_at
        wait = max(conf.duration("RECONCILE_EVERY_SECONDS"), self._reconcile_took * REST_AFTER_RECONCILE)
        return not timedelta(0) <= passed < wait

    def _reconcile(self) -> None:
        # Before the work: what is asked for during it counts for the next one.
        self._reconcile_now.clear()
        now, begun = self._now(), time.thread_time()
        report = reconcile(now)
        self._reconcile_took = timedelta(seconds=time.thread_time() - begun)
        self.reconciled_at = now
        if report.pushed or report.removed:
            logger.info(
                "mirror.reconciled looked_at=%d pushed=%d removed=%d set_aside=%d",
                report.looked_at, len(report.pushed), len(report.removed), len(report.set_aside),
            )  # fmt: skip

    def _hand_events_over(self) -> None:
        key = self._mirror.keys.events
        answer = self._mirror.redis.xread({key: "0"}, count=EVENTS_AT_ONCE, block=int(EVENTS_SECONDS * 1000))
        self._is_calm.wait(PATIENCE_SECONDS)
        for _stream, messages in answer or ():
            texts = [fields.get("event", "") for _number, fields in messages]
            events.record(texts)
            # Only now: an event that was not recorded is read again. Recording twice is recording once.
            self._mirror.redis.xdel(key, *[number for number, _fields in messages])
            tally.add(self._mirror, tally.tally_of(texts))
