"""Forget old runs, backfills and changes: in small batches, so that neither memory nor a lock grows with the history.

What is never deleted, however old: a run that has not ended, and of each schedule the run recorded last and the one of
its latest occurrence. The first two are what people look at; the last is what tells beat, after Redis has lost its
data, how far the schedule had got (``mirroring``).
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Exists, OuterRef, Q, QuerySet

from schedules import conf
from schedules.models import Backfill, RecordedChange, ScheduleRun
from schedules.models.reasons import Reason

logger = logging.getLogger(__name__)

State = ScheduleRun.State

UNFINISHED = (State.DISPATCHED, State.RUNNING, State.RETRYING)
#: Runs deleted in one statement: milliseconds, in which others wait for SQLite's only writer.
BATCH = 500
#: Backfills deleted in one statement, each with up to a thousand occurrences.
BACKFILLS = 5
#: Between two batches others get their turn: who waits for SQLite asks again only every few dozen milliseconds.
PAUSE_SECONDS = 0.05
#: A hundred years; beyond it dates have no meaning any more.
MAX_DAYS = 36_500
DAY = timedelta(days=1)


def kept_since(now: datetime, days: int | None = None, *, setting: str = "RUNS_KEPT_DAYS") -> datetime | None:
    """Return the instant before which runs may be forgotten; None when the history is kept for ever.

    ``days`` stands for the setting when it is given; backfills and the history of changes have settings of their own.
    """
    days = int(conf.setting(setting)) if days is None else days
    return now - timedelta(days=min(days, MAX_DAYS)) if days else None


def old_runs(before: datetime) -> QuerySet[ScheduleRun]:
    """Return the runs recorded before ``before`` that may be forgotten."""
    of_same = ScheduleRun.objects.filter(schedule=OuterRef("schedule"))
    recorded_later = Exists(of_same.filter(created_at__gt=OuterRef("created_at")))
    dealt_with = of_same.exclude(state_reason__in=Reason.by_a_person())
    occurs_later = Exists(dealt_with.filter(scheduled_for__gt=OuterRef("scheduled_for")))
    is_superseded = recorded_later & (Q(scheduled_for__isnull=True) | occurs_later)
    old = ScheduleRun.objects.filter(created_at__lt=before).exclude(state__in=UNFINISHED)
    return old.filter(Q(schedule__isnull=True) | is_superseded)


def delete_old_runs(before: datetime, *, tell: Callable[[int], None] = lambda count: None) -> int:
    """Delete ``old_runs(before)`` and return how many there were; ``tell`` hears how many have gone so far."""
    deleted = 0
    for count in _batches(before):
        deleted += count
        tell(deleted)
        time.sleep(PAUSE_SECONDS)
    return deleted


class DailyRetention:
    """Forgets what is too old once a day, a batch at each ``step``: for a loop that has other things to do.

    The leading beat calls it. A task would need a worker that is free, and would be one more message to lose or to send
    twice; here a beat that takes over just begins anew, which finds little to do.
    """

    def __init__(self) -> None:
        self._done_at: datetime | None = None
        self._batches: Iterator[int] | None = None
        self._deleted = 0

    def step(self, now: datetime) -> None:
        """Delete one batch, if the last look is a day ago or not finished. Raises the database's errors."""
        if self._batches is None:
            if not self._is_due(now):
                return
            kinds = (_runs_too_old(now), _backfills_too_old(now), _changes_too_old(now))
            self._batches, self._deleted = chain(*kinds), 0
        try:
            count = next(self._batches, 0)
        except Exception:
            # A generator that failed has ended; the next step looks anew.
            self._batches = None
            raise
        self._deleted += count
        if not count:
            self._batches, self._done_at = None, now
            if self._deleted:
                logger.info("retention.deleted rows=%d", self._deleted)

    def _is_due(self, now: datetime) -> bool:
        # A clock that was set back must not put it off.
        return self._done_at is None or not timedelta() <= now - self._done_at < DAY


def _runs_too_old(now: datetime) -> Iterator[int]:
    before = kept_since(now)
    return iter(()) if before is None else _batches(before)


def _backfills_too_old(now: datetime) -> Iterator[int]:
    """Delete what ended longer ago than BACKFILLS_KEPT_DAYS, and yield how many of each batch. Its runs stay."""
    before = kept_since(now, setting="BACKFILLS_KEPT_DAYS")
    ended = Backfill.objects.exclude(state__in=Backfill.OPEN)
    old = ended.filter(finished_at__lt=before).order_by("created_at") if before else None
    while old is not None and (found := list(old.values_list("pk", flat=True)[:BACKFILLS])):
        Backfill.objects.filter(pk__in=found).delete()
        yield len(found)


def _changes_too_old(now: datetime) -> Iterator[int]:
    """Delete what was changed longer ago than CHANGES_KEPT_DAYS, and yield how many of each batch."""
    before = kept_since(now, setting="CHANGES_KEPT_DAYS")
    old = RecordedChange.objects.filter(timestamp__lt=before).order_by("timestamp") if before else None
    while old is not None and (found := list(old.values_list("pk", flat=True)[:BATCH])):
        yield RecordedChange.objects.filter(pk__in=found).delete()[0]


def _batches(before: datetime) -> Iterator[int]:
    """Delete batch after batch, the oldest first, and yield how many each had (never 0)."""
    old = old_runs(before).order_by("created_at")
    reached: datetime | None = None
    while True:
        # From where the last batch ended, so that what is kept is not looked at again for each batch.
        rest = old if reached is None else old.filter(created_at__gte=reached)
        found = list(rest.values_list("pk", "created_at")[:BATCH])
        if not found:
            return
        reached = found[-1][1]
        # The state once more: a run may have been taken up since, however unlikely that is at its age.
        batch = ScheduleRun.objects.filter(pk__in=[pk for pk, _created_at in found])
        count, _by_model = batch.exclude(state__in=UNFINISHED).delete()
        if count:
            yield count
