"""Reads of more than a line: what needs a person, and what happened when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from schedules import conf
from schedules.models import Alert, APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.models.lifecycle import pause_holds
from schedules.models.reasons import Reason

State = ScheduleRun.State

#: What went otherwise than it should.
BAD = (State.FAILED, State.MISSED, State.EXPIRED, State.ABANDONED)
#: What has not come to its end yet.
UNFINISHED = (State.DISPATCHED, State.RUNNING, State.RETRYING)
#: How far back the overview looks for what went wrong: on Monday morning Friday's failure is still news.
TROUBLE_WINDOW = timedelta(days=7)
#: How the reason of an automatic pause begins: see ``ledger.recording``.
PAUSED_BY_ITSELF = "Paused by itself"

#: Before any run.
EVER = datetime(1970, 1, 1, tzinfo=UTC)
#: When a run belongs on a time line: where it was planned. What a person asked for, a single run or a backfill of the
#: past, ran when it was handed over: what ran today ran today.
MOMENT = Case(
    When(trigger=ScheduleRun.Trigger.BACKFILL, then=F("created_at")),
    default=Coalesce("scheduled_for", "created_at"),
    output_field=DateTimeField(),
)


@dataclass(frozen=True)
class Trouble:
    """A schedule whose latest trouble no success has followed. ``run``: the latest bad one of ``count``."""

    run: ScheduleRun
    count: int
    is_under_way_again: bool


@dataclass(frozen=True)
class Unfinished:
    """What is on its way. ``oldest_waiting_at``: when the oldest that no worker has begun was dispatched."""

    running: int
    waiting: int
    oldest_waiting_at: datetime | None


class SlotCount(NamedTuple):
    """How many runs of one state lie in a slot. ``schedule_id`` is None for runs whose schedule is gone."""

    slot: int
    state: str
    number: int
    schedule_id: int | None = None
    schedule_name: str = ""


def troubles(now: datetime, *, limit: int) -> tuple[list[Trouble], int]:
    """Return the schedules that went wrong within TROUBLE_WINDOW and have not succeeded since; and how many there are.

    The latest come first, at most ``limit``; three queries. Schedules that were switched off or deleted since need
    nobody. A success counts when it was recorded after the bad run was meant to happen.
    """
    recent = ScheduleRun.objects.filter(created_at__gte=now - TROUBLE_WINDOW, schedule__enabled=True).order_by()
    bad = {
        row["schedule_id"]: row
        for row in recent.filter(state__in=BAD)
        .values("schedule_id")
        .annotate(meant_at=Max(MOMENT), run_id=Max("pk"), count=Count("pk"))
    }
    if not bad:
        return [], 0
    # Deleted rows have no schedule; named here, PostgreSQL would not find its way through NULLs.
    troubled = recent.filter(state__in=BAD, schedule__isnull=False).values("schedule_id")
    since = {
        row["schedule_id"]: row
        for row in ScheduleRun.objects.filter(schedule_id__in=troubled, created_at__gte=now - TROUBLE_WINDOW)
        .filter(state__in=(State.SUCCEEDED, *UNFINISHED))
        .order_by()
        .values("schedule_id")
        .annotate(
            succeeded_at=Max("created_at", filter=Q(state=State.SUCCEEDED)),
            under_way=Max("pk", filter=Q(state__in=UNFINISHED)),
        )
    }
    open_ones = []
    for schedule_id, row in bad.items():
        other = since.get(schedule_id, {})
        succeeded_at = other.get("succeeded_at")
        if succeeded_at is None or succeeded_at <= row["meant_at"]:
            open_ones.append((row["meant_at"], row["run_id"], row["count"], bool(other.get("under_way"))))
    shown = sorted(open_ones, key=lambda one: one[:2], reverse=True)[:limit]
    rows = ScheduleRun.objects.defer("traceback", "args", "kwargs")
    runs = rows.in_bulk([run_id for _at, run_id, *_rest in shown])
    found = [Trouble(runs[run_id], count, again) for _at, run_id, count, again in shown if run_id in runs]
    return found, len(open_ones)


def unfinished() -> Unfinished:
    """Return what is on its way now, whenever it began; one query."""
    begun = Q(state__in=(State.RUNNING, State.RETRYING))
    waiting = Q(state=State.DISPATCHED)
    # One that waits for the previous run to end is in nobody's queue.
    queued = waiting & ~Q(state_reason=Reason.WAITING)
    return Unfinished(
        **ScheduleRun.objects.filter(state__in=UNFINISHED).aggregate(
            running=Count("pk", filter=begun),
            waiting=Count("pk", filter=waiting),
            oldest_waiting_at=Min("dispatched_at", filter=queued),
        )
    )


def open_alerts() -> dict[str, int]:
    """Return of each event how many things it is open for, whichever and how many rules say so; one query."""
    rows = Alert.objects.filter(state=Alert.State.OPEN).order_by("event").values("event")
    return dict(rows.annotate(count=Count("subject", distinct=True)).values_list("event", "count"))


def doubtful_pauses(now: datetime) -> QuerySet[APIEndpointSchedule]:
    """Return the schedules that paused themselves, and those paused for long without an end; the oldest first.

    The latter may have been forgotten.
    """
    holds = APIEndpointSchedule.objects.filter(pause_holds(now), enabled=True, endpoint__enabled=True)
    forgotten = Q(paused_until__isnull=True, paused_at__lt=now - conf.days("LONG_PAUSE_DAYS"))
    return holds.filter(forgotten | Q(pause_reason__startswith=PAUSED_BY_ITSELF)).order_by("paused_at", "pk")


def count_out_of_force(now: datetime) -> tuple[int, int]:
    """Return how many schedules are paused, and how many are off or have an endpoint that is off; one query."""
    off = Q(enabled=False) | Q(endpoint__enabled=False)
    counts = APIEndpointSchedule.objects.aggregate(
        paused=Count("pk", filter=Q(pause_holds(now)) & ~off), off=Count("pk", filter=off)
    )
    return counts["paused"], counts["off"]


def runs_in_slots(edges: Sequence[datetime], *, by_schedule: bool = False) -> list[SlotCount]:
    """Return how many runs of each state lie in each slot [edge, next edge), by their MOMENT; one query.

    ``edges`` ascend. The database counts, however many runs there are; a chain of comparisons, because truncating to
    hours calls back into Python on SQLite.
    """
    whens = [When(moment__lt=edge, then=Value(index)) for index, edge in enumerate(edges[1:])]
    fields = ["slot", "state", *(["schedule_id", "schedule_name"] if by_schedule else [])]
    rows = (
        # A run is never recorded before its moment, so the index on the first condition narrows it down.
        ScheduleRun.objects.filter(created_at__gte=edges[0])
        .annotate(moment=MOMENT)
        .filter(moment__gte=edges[0], moment__lt=edges[-1])
        .annotate(slot=Case(*whens, output_field=IntegerField()))
        .order_by()
        .values(*fields)
        .annotate(number=Count("pk"))
        .values_list("slot", "state", "number", *fields[2:])
    )
    return [SlotCount(*row) for row in rows]


def latest_runs_of(schedule_ids: Sequence[int], count: int) -> dict[int, list[tuple[str, datetime]]]:
    """Return state and planned moment of the ``count`` newest runs of each schedule, the oldest first; one query.

    The count-th newest of each is found in the index, and only what is as new as it is read: ranking all runs would
    read the whole history.
    """
    newest = ScheduleRun.objects.filter(schedule=OuterRef("pk")).order_by("-created_at")
    oldest_shown = Subquery(newest.values("created_at")[count - 1 : count])
    rows = (
        APIEndpointSchedule.objects.filter(pk__in=schedule_ids)
        .alias(since=Coalesce(oldest_shown, Value(EVER), output_field=DateTimeField()))
        .filter(runs__created_at__gte=F("since"))
        .order_by("pk", "runs__created_at", "runs__pk")
        # One instant of each: a thousand of them take longer to read than all the rest.
        .values_list("pk", "runs__state", Coalesce("runs__scheduled_for", "runs__created_at"))
    )
    found: dict[int, list[tuple[str, datetime]]] = {}
    for pk, state, moment in rows:
        found.setdefault(pk, []).append((state, moment))
    # Runs recorded in the same instant may be more than were asked for.
    return {pk: of_one[-count:] for pk, of_one in found.items()}


def queue_names() -> list[str]:
    """Return every queue that an endpoint or a schedule names; one query."""
    own = APIEndpointSchedule.objects.exclude(queue="").order_by().values_list("queue", flat=True)
    return sorted(set(APIEndpoint.objects.order_by().values_list("queue", flat=True).union(own)))


def changed_since(instant: datetime | None, *, limit: int) -> list[tuple[Any, int]]:
    """Return (key, revision) of schedules saved at or after ``instant`` (None: ever), the newest first."""
    rows = APIEndpointSchedule.objects.order_by("-updated_at")
    if instant is not None:
        rows = rows.filter(updated_at__gte=instant)
    return list(rows.values_list("pk", "revision")[:limit])
