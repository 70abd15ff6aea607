"""What a backfill of a period would run: worked out without changing anything, for the preview and for the deed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from schedules import conf
from schedules.exceptions import BackfillRefused
from schedules.models import APIEndpointSchedule, Backfill, BackfillOccurrence, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.models.reasons import Reason
from schedules.selectors import UNFINISHED

State = ScheduleRun.State

#: Occurrences that one period may hold, whether they are run or not: a second's walk over the rule.
MAX_LOOKED_AT = 20_000
#: Runs of one backfill that may be under way at the same time.
MAX_AT_ONCE = 20
#: Before it nobody's schedule can have run.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class LeftOut(models.TextChoices):
    """Why an occurrence of the period is not run."""

    SUCCEEDED = "succeeded", _("It has succeeded already.")
    UNDER_WAY = "under_way", _("It is under way.")
    TAKEN_OUT = "taken_out", _("A person skipped it or moved it to another time.")


@dataclass(frozen=True)
class BackfillRequest:
    """What is asked for. Both instants are aware and belong to the period. ``limit``: None means the largest one.

    ``at_once``: how many runs of this backfill may be under way at the same time, whatever the schedule's own overlap
    policy says.
    """

    from_at: datetime
    to_at: datetime
    order: str = Backfill.Order.OLDEST
    at_once: int = 1
    limit: int | None = None
    include_succeeded: bool = False


@dataclass(frozen=True)
class PlannedOccurrence:
    """``earlier_state``: what became of it before, such as missed; empty when nothing did."""

    scheduled_for: datetime
    earlier_state: str = ""


@dataclass(frozen=True)
class BackfillPlan:
    """``to_run`` stands in the order of its being run; ``beyond_limit`` counts what the limit leaves for another time.

    ``left_out``: instant and reason of what is not run, ascending.
    """

    to_run: tuple[PlannedOccurrence, ...]
    left_out: tuple[tuple[datetime, LeftOut], ...]
    beyond_limit: int


def largest_backfill() -> int:
    """Return how many occurrences one backfill may run."""
    return int(conf.setting("BACKFILL_MAX_OCCURRENCES"))


def plan_backfill(schedule: APIEndpointSchedule, request: BackfillRequest, *, now: datetime) -> BackfillPlan:
    """Return what a backfill of ``schedule`` by ``request`` would run, by the rule as it is now.

    Raises BackfillRefused for a period or a number that makes no sense, and DefinitionError for a row without a rule.
    """
    _refuse_nonsense(request, now)
    recurrence = recurrence_of(schedule)
    # The first instant belongs to the period, and the recurrence answers what is strictly later.
    after = max(request.from_at, EARLIEST) - timedelta(microseconds=1)
    if recurrence.count_between(after, request.to_at, limit=MAX_LOOKED_AT + 1) > MAX_LOOKED_AT:
        raise BackfillRefused.too_many(MAX_LOOKED_AT)
    instants = [occurrence.at for occurrence in recurrence.occurrences(after, until=request.to_at)]
    states = states_of(schedule.pk, request.from_at, request.to_at) if instants else {}
    taken_out = _taken_out(schedule.pk, request.from_at, request.to_at) if instants else set()
    to_run, left_out = [], []
    for instant in instants:
        state = states.get(instant, "")
        if state in UNFINISHED:
            left_out.append((instant, LeftOut.UNDER_WAY))
        elif state == State.SUCCEEDED and not request.include_succeeded:
            left_out.append((instant, LeftOut.SUCCEEDED))
        elif instant in taken_out:
            left_out.append((instant, LeftOut.TAKEN_OUT))
        else:
            to_run.append(PlannedOccurrence(instant, state))
    if request.order == Backfill.Order.NEWEST:
        to_run.reverse()
    limit = largest_backfill() if request.limit is None else request.limit
    return BackfillPlan(tuple(to_run[:limit]), tuple(left_out), max(0, len(to_run) - limit))


def states_of(schedule_id: int, from_at: datetime, to_at: datetime) -> Mapping[datetime, str]:
    """Return what became of each recorded occurrence of the period, counting what earlier backfills made of it.

    What is under way goes before a success, and that before anything else; two queries.
    """
    own = ScheduleRun.objects.filter(schedule=schedule_id, scheduled_for__range=(from_at, to_at)).order_by()
    repeated = BackfillOccurrence.objects.filter(
        backfill__schedule=schedule_id, scheduled_for__range=(from_at, to_at), run__isnull=False
    ).order_by()
    found: dict[datetime, str] = {}
    for instant, state in [
        *own.values_list("scheduled_for", "state"),
        *repeated.values_list("scheduled_for", "run__state"),
    ]:
        if instant not in found or _weight(state) > _weight(found[instant]):
            found[instant] = state
    return found


def _taken_out(schedule_id: int, from_at: datetime, to_at: datetime) -> set[datetime]:
    """Return the occurrences that the ledger knows to have been skipped or moved by a person.

    The change itself is part of the rule only for a while; without this, what was moved and has succeeded would run
    a second time at its old place.
    """
    rows = ScheduleRun.objects.filter(
        schedule=schedule_id,
        scheduled_for__range=(from_at, to_at),
        state=State.SKIPPED,
        state_reason__in=Reason.by_a_person(),
    )
    return set(rows.order_by().values_list("scheduled_for", flat=True))


def _weight(state: str) -> int:
    if state in UNFINISHED:
        return 2
    return 1 if state == State.SUCCEEDED else 0


def _refuse_nonsense(request: BackfillRequest, now: datetime) -> None:
    if request.to_at > now:
        raise BackfillRefused.in_the_future()
    if request.from_at > request.to_at:
        raise BackfillRefused.ends_before_it_begins()
    most = largest_backfill()
    if request.limit is not None and not 1 <= request.limit <= most:
        raise BackfillRefused.out_of_range("limit", most)
    if not 1 <= request.at_once <= MAX_AT_ONCE:
        raise BackfillRefused.out_of_range("at_once", MAX_AT_ONCE)
