"""What all schedules did and will do on each day of a span, told so that a day stays readable.

A schedule that runs often on a day is one line with its number; one that runs seldom is told run by run. What lies
ahead comes from the recurrences, what lies behind from the ledger; what a rule skips, from the recurrence, for the
whole span.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Q

from schedules.agenda import SECOND, Planned, ahead_in_slots
from schedules.models import ScheduleRun
from schedules.once_changed import OnceChanged, once_changed
from schedules.recurrence import Occurrence, Reason, Recurrence
from schedules.selectors import MOMENT, SlotCount, runs_in_slots

#: Runs of one schedule on one day that are told one by one.
FOLD = 4
#: Schedules whose occurrences are computed for one page, and runs that are read for it.
MOST_SCHEDULES, MOST_RUNS = 1000, 4000
#: Skipped dates of one schedule.
MOST_SKIPPED = 62
#: Reasons of skipped dates that one-time changes give.
BY_A_PERSON = ("skipped_once", "merged_once")
#: Runs of one schedule on one day that are looked at for collisions.
OFTEN = 24
#: Schedules that a collision names.
NAMED = 5


@dataclass(frozen=True)
class Span:
    """Whole days on the reader's clock, from ``first`` to ``last``, both included."""

    first: date
    last: date
    zone: tzinfo

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def edges(self) -> tuple[datetime, ...]:
        """The beginnings of the days, and the end of the last; aware."""
        return tuple(datetime.combine(day, time.min, self.zone) for day in [*self.days, self.last + timedelta(days=1)])


@dataclass(frozen=True)
class Entry:
    """One line of a day: one run, many of one schedule, a run that does not happen, or a day that its rule skips.

    ``at`` and ``last`` are aware; both None for a skipped day. ``states``: number of runs by state, for what lies
    behind. ``run_id`` is there for a single run. ``also``: schedules that call the same endpoint in the same minute.
    """

    schedule_id: int | None
    name: str
    number: int
    at: datetime | None = None
    last: datetime | None = None
    reason: Reason | None = None
    states: tuple[tuple[str, int], ...] = ()
    run_id: int | None = None
    #: Why a single run that lies behind did not happen, or did not as usual, in the active language.
    why: str = ""
    also: tuple[str, ...] = ()
    #: What a person decided about this one run; with no number, the run does not happen here.
    once: OnceChanged | None = None

    @property
    def is_skipped(self) -> bool:
        return self.number == 0

    @property
    def lies_behind(self) -> bool:
        return bool(self.states)


#: What stands on each day, in the order of the days.
Days = list[list[Entry]]


def days_of(span: Span, planned: Sequence[Planned], *, now: datetime, with_runs: bool) -> Days:
    """Return the entries of each day, skipped ones last; three or four queries, at most MOST_SCHEDULES recurrences."""
    days: Days = [[] for _day in span.days]
    edges = span.edges
    changed = once_changed(planned, edges[0], edges[-1], now=now)
    for index, entry in [*_ahead(planned, edges, changed, now), *_left_out(edges, changed), *_skipped(planned, span)]:
        days[index].append(entry)
    _mark_collisions(days, planned)
    if with_runs:
        for index, entry in _behind(edges, planned, now):
            days[index].append(entry)
    return [sorted(day, key=_order) for day in days]


def _order(entry: Entry) -> tuple[bool, float, str]:
    return (entry.at is None, entry.at.timestamp() if entry.at else 0.0, entry.name)


def _ahead(
    planned: Sequence[Planned], edges: tuple[datetime, ...], changed: Sequence[OnceChanged], now: datetime
) -> Iterator[tuple[int, Entry]]:
    moved = {(change.schedule_id, change.to): change for change in changed if change.to is not None}
    for each, index, number in ahead_in_slots(planned, edges, now=now):
        assert each.recurrence is not None
        after, end = max(edges[index] - SECOND, each.after(now)), edges[index + 1] - SECOND
        runs: Iterable[Occurrence] = each.recurrence.occurrences(after, until=end)
        if number > FOLD:
            first, last = each.recurrence.next_after(after), each.recurrence.latest_between(after, end)
            # What a person moved here has a line of its own; it would be lost in a number.
            here = [change.to for change in changed if change.schedule_id == each.schedule_id and change.to is not None]
            runs = [run for to in here if after < to <= end and (run := _moved_to(each.recurrence, to))]
            yield index, Entry(each.schedule_id, each.name, number - len(runs), first, last)
        for run in runs:
            once = moved.get((each.schedule_id, run.at)) if run.instead_of else None
            yield index, Entry(each.schedule_id, each.name, 1, run.at, run.at, reason=run.reason, once=once)


def _moved_to(recurrence: Recurrence, at: datetime) -> Occurrence | None:
    """Return the run that a person moved to just this instant."""
    found = recurrence.next_occurrence(at - SECOND)
    return found if found and found.at == at and found.instead_of else None


def _left_out(edges: tuple[datetime, ...], changed: Sequence[OnceChanged]) -> Iterator[tuple[int, Entry]]:
    """Yield the runs that are skipped once or moved away, where their rules have them."""
    for change in changed:
        if change.leaves_gap and edges[0] <= change.at < edges[-1]:
            index = bisect_right(edges, change.at) - 1
            yield index, Entry(change.schedule_id, change.name, 0, change.at, change.at, once=change)


def _skipped(planned: Sequence[Planned], span: Span) -> Iterator[tuple[int, Entry]]:
    start, end = span.edges[0] - SECOND, span.edges[-1]
    for each in planned:
        if each.recurrence is None:
            continue
        # What lies before the schedule was in force, or within its pause, it is not for the rule that nothing ran.
        bounds = [start, *(bound for bound in (each.since, each.paused_until) if bound is not None)]
        if (after := max(bounds)) >= end:
            continue
        for skipped in each.recurrence.skipped(after, end, limit=MOST_SKIPPED):
            # What a person skips has a line of its own, at its time.
            if span.first <= skipped.on <= span.last and skipped.reason.code not in BY_A_PERSON:
                yield (skipped.on - span.first).days, Entry(each.schedule_id, each.name, 0, reason=skipped.reason)


def _behind(edges: tuple[datetime, ...], planned: Sequence[Planned], now: datetime) -> Iterator[tuple[int, Entry]]:
    """Yield what the ledger holds of the span. Runs of one schedule on one day are counted where they are many."""
    if edges[0] > now:
        return
    by_day: dict[tuple[int, int | None, str], list[SlotCount]] = defaultdict(list)
    for count in runs_in_slots(edges, by_schedule=True):
        by_day[count.slot, count.schedule_id, count.schedule_name].append(count)
    totals = {key: sum(count.number for count in counts) for key, counts in by_day.items()}
    single = {key for key, total in totals.items() if total <= FOLD}
    wanted = {schedule_id for _slot, schedule_id, _name in single if schedule_id is not None}
    read = _runs_read(edges, wanted, {schedule_id for _slot, schedule_id, _name in totals.keys() - single} - wanted)
    for key, counts in by_day.items():
        slot, schedule_id, name = key
        runs = [run for run in read.get(schedule_id, ()) if edges[slot] <= run.moment < edges[slot + 1]]
        if key in single and len(runs) == totals[key]:
            for run in runs:
                states = ((run.state, 1),)
                facts = {"states": states, "run_id": run.pk, "why": run.reason_text}
                yield slot, Entry(schedule_id, name, 1, run.moment, run.moment, **facts)
        else:
            states = tuple((count.state, count.number) for count in counts)
            yield slot, Entry(schedule_id, name, totals[key], edges[slot], states=states)


def _runs_read(
    edges: tuple[datetime, ...], schedule_ids: set[int], others: set[int | None]
) -> dict[int | None, list[ScheduleRun]]:
    """Return the newest runs of ``schedule_ids``; ``others`` are the schedules of the span that are none of these.

    Of very many, those that are not wanted are named: a query of ten thousand keys takes longer than the page.
    """
    are_many = len(schedule_ids) > MOST_SCHEDULES
    of_these = ~Q(schedule_id__in=sorted(filter(None, others))[:MOST_SCHEDULES])
    rows = (
        # A run is never recorded before its moment, so the index on the first condition narrows it down.
        ScheduleRun.objects.filter(of_these if are_many else Q(schedule_id__in=schedule_ids), created_at__gte=edges[0])
        .annotate(moment=MOMENT)
        .filter(moment__gte=edges[0], moment__lt=edges[-1])
        .only("pk", "state", "state_reason", "trigger_reason", "schedule_id", "scheduled_for", "created_at")
        .order_by("-created_at")[:MOST_RUNS]
    )
    found: dict[int | None, list[ScheduleRun]] = defaultdict(list)
    for run in rows if schedule_ids else ():
        found[run.schedule_id].append(run)
    return found


def _mark_collisions(days: Days, planned: Sequence[Planned]) -> None:
    """Note on each planned run which other schedules call its endpoint in the same minute.

    What runs more than OFTEN times on a day clashes with nearly everything, and is left out.
    """
    by_id = {each.schedule_id: each for each in planned}
    for day in days:
        at_minute: dict[tuple[int, datetime], set[str]] = defaultdict(set)
        for entry in day:
            if entry.schedule_id is not None and 0 < entry.number <= OFTEN:
                for instant in _instants(entry, by_id[entry.schedule_id]):
                    at_minute[by_id[entry.schedule_id].endpoint_id, _minute(instant)].add(entry.name)
        for index, entry in enumerate(day):
            if entry.number == 1 and entry.at is not None and entry.schedule_id is not None:
                others = at_minute[by_id[entry.schedule_id].endpoint_id, _minute(entry.at)] - {entry.name}
                if others:
                    more = ("…",) if len(others) > NAMED else ()
                    day[index] = replace(entry, also=(*sorted(others)[:NAMED], *more))


def _instants(entry: Entry, planned: Planned) -> list[datetime]:
    assert entry.at is not None
    if entry.number == 1 or planned.recurrence is None:
        return [entry.at]
    return [each.at for each in planned.recurrence.occurrences(entry.at - SECOND, until=entry.last)]


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def soonest(planned: Iterable[Planned], *, now: datetime, limit: int = MOST_SCHEDULES) -> tuple[list[Planned], int]:
    """Return the ``limit`` schedules that run next, and how many there are; those that never run again come last."""
    every = list(planned)
    if len(every) <= limit:
        return every, len(every)
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(every, key=lambda each: each.next_after(now) or far)[:limit], len(every)
