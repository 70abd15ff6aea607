"""End a pause, and deal with what it passed over: each occurrence is made up for, or has a row that says why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from schedules import actors, conf
from schedules.exceptions import TooManyMissed
from schedules.messages import task_id_of
from schedules.models import APIEndpointSchedule, Backfill, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.models.lifecycle import in_force, last_paused
from schedules.models.reasons import Reason
from schedules.recurrence import DefinitionError, Recurrence
from schedules.selectors import UNFINISHED
from schedules.services.backfills.asking import begin
from schedules.services.backfills.planning import BackfillRequest, largest_backfill, states_of
from schedules.services.locking import locked_schedule
from schedules.services.permitting import require_task

State = ScheduleRun.State
#: What becomes of the occurrences that a pause passed over: the same choice as for those that beat missed.
ResumePolicy = APIEndpointSchedule.CatchUpPolicy


@dataclass(frozen=True)
class PassedOver:
    """The occurrences that a pause passed over, ascending. ``is_cut``: there were more; these are the newest."""

    instants: tuple[datetime, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True)
class Resumed:
    """What resuming did. ``will_run`` and ``skipped`` (recorded now) ascend; ``backfill`` runs the former.

    ``changed`` is False when there was no pause. ``is_cut``: the pause passed over more than are named here.
    """

    changed: bool
    will_run: tuple[datetime, ...] = ()
    skipped: tuple[datetime, ...] = ()
    backfill: Backfill | None = None
    is_cut: bool = False


@transaction.atomic
def resume_schedule(
    schedule_id: int,
    *,
    now: datetime,
    policy: str = ResumePolicy.SKIP,
    by: Any = None,
    reason: str = "",
) -> Resumed:
    """End a pause, and run what ``policy`` says of what it passed over, one after the other; record the rest.

    Raises TooManyMissed when all are to be run and they are more than one backfill may hold, TaskRefused, and
    APIEndpointSchedule.DoesNotExist. Without a pause nothing happens.
    """
    schedule = locked_schedule(schedule_id)
    if schedule.paused_at is None:
        return Resumed(changed=False)
    # Whatever becomes of what was passed over, from now on the task is called again.
    require_task(schedule.endpoint.task, by=by)
    passed = passed_over(schedule, now=now)
    states = states_of(schedule.pk, passed.instants[0], passed.instants[-1]) if passed.instants else {}
    wanted = [instant for instant in passed.instants if not _is_settled(states.get(instant, ""))]
    will_run = _chosen(policy, wanted, passed)
    chosen = set(will_run)
    skipped = [instant for instant in passed.instants if instant not in chosen and instant not in states]
    schedule.paused_at = schedule.paused_until = None
    schedule.pause_reason = ""
    with actors.acting(reason=reason or actors.current().reason):
        schedule.save(update_fields={"paused_at", "paused_until", "pause_reason"})
    _record(schedule, skipped, now)
    backfill = None
    if will_run:
        request = BackfillRequest(will_run[0], will_run[-1])
        backfill = begin(schedule, will_run, request, now=now, by=by, reason=reason)
    return Resumed(True, tuple(will_run), tuple(skipped), backfill, passed.is_cut)


def passed_over(schedule: APIEndpointSchedule, *, now: datetime) -> PassedOver:
    """Return what the schedule's pause has passed over up to ``now``, by the rule as it is now.

    Nothing, if it would not have run anyway: switched off, or without a usable rule.
    """
    if schedule.paused_at is None or not (schedule.enabled and schedule.endpoint.enabled):
        return PassedOver()
    try:
        recurrence = recurrence_of(schedule)
    except DefinitionError:
        return PassedOver()
    until = min(now, last_paused(schedule.paused_until) if schedule.paused_until else now)
    return _newest(recurrence, schedule.paused_at, until, int(conf.setting("PAUSE_MAX_ROWS")))


class EndedPauses:
    """Records what pauses passed over that ended by themselves, about a minute after they did.

    The leading beat calls it. What it has recorded it knows only until it ends: recording twice is recording once.
    """

    EVERY = timedelta(minutes=1)
    #: A pause that ended longer ago than this was recorded by an earlier beat.
    LOOK_BACK = timedelta(days=7)

    def __init__(self) -> None:
        self._looked_at: datetime | None = None
        self._known: set[tuple[Any, ...]] = set()

    def step(self, now: datetime) -> None:
        """Look, if the last look is a while ago. Raises the database's errors."""
        if self._looked_at is not None and timedelta() <= now - self._looked_at < self.EVERY:
            return
        ended = APIEndpointSchedule.objects.filter(
            in_force(), paused_at__isnull=False, paused_until__lte=now, paused_until__gt=now - self.LOOK_BACK
        ).filter(Q(paused_until__gt=F("paused_at")))
        for schedule in ended.select_related("endpoint"):
            key = (schedule.pk, schedule.paused_at, schedule.paused_until)
            if key not in self._known:
                record_ended_pause(schedule, now=now)
                self._known.add(key)
        self._looked_at = now


def record_ended_pause(schedule: APIEndpointSchedule, *, now: datetime) -> None:
    """Give each occurrence that a pause passed over, which ended by itself, its row."""
    passed = passed_over(schedule, now=now)
    if passed.instants:
        known = states_of(schedule.pk, passed.instants[0], passed.instants[-1])
        _record(schedule, [instant for instant in passed.instants if instant not in known], now)


def _chosen(policy: str, wanted: Sequence[datetime], passed: PassedOver) -> list[datetime]:
    if policy == ResumePolicy.ALL:
        most = largest_backfill()
        if passed.is_cut or len(wanted) > most:
            raise TooManyMissed(most)
        return list(wanted)
    # The latest is the pause's last one: if that has succeeded, nothing older is run in its place.
    is_open = bool(wanted) and wanted[-1] == passed.instants[-1]
    return [wanted[-1]] if policy == ResumePolicy.LATEST and is_open else []


def _is_settled(state: str) -> bool:
    return state == State.SUCCEEDED or state in UNFINISHED


def _newest(recurrence: Recurrence, after: datetime, until: datetime, most: int) -> PassedOver:
    is_cut = False
    while recurrence.count_between(after, until, limit=most + 1) > most:
        is_cut = True
        after = until - (until - after) / 2
    return PassedOver(tuple(one.at for one in recurrence.occurrences(after, until=until)), is_cut)


def _record(schedule: APIEndpointSchedule, instants: Sequence[datetime], now: datetime) -> None:
    task, args, kwargs = schedule.call()
    rows = [
        ScheduleRun(
            schedule=schedule,
            schedule_name=schedule.name,
            task=task,
            task_id=task_id_of(schedule.pk, instant),
            args=args,
            kwargs=kwargs,
            scheduled_for=instant,
            state=State.SKIPPED,
            state_reason=Reason.PAUSED,
            finished_at=now,
        )
        for instant in instants
    ]
    # Beat or a worker may be telling of one at this moment: the ledger keeps what it hears first.
    ScheduleRun.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
