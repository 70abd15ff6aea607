"""What all schedules did and will do on each day of a span, told so that a day stays readable.

A schedule that runs often on a day is one line with its number; one that runs seldom is told run by run. What lies
ahead comes from the recurrences, what lies behind from the ledger; what a rule skips, from the recurrence, for the
whole span.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

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


class Entry(NamedTuple):
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
    whole_days: dict[tuple[Recurrence, int], list[Occurrence]] = {}
    for each, index, number in ahead_in_slots(planned, edges, now=now):
        assert each.recurrence is not None
        after, end = max(edges[index] - SECOND, each.after(now)), edges[index + 1] - SECOND
        if number > FOLD:
            first, last = each.recurrence.next_after(after), each.recurrence.latest_between(after, end)
            # What a person moved here has a line of its own; it would be lost in a number.
            here = [change.to for change in changed if change.schedule_id == each.schedule_id and change.to is not None]
            runs = [run for to in here if after < to <= end and (run := _moved_to(each.recurrence, to))]
            yield index, Entry(each.schedule_id, each.name, number - len(runs), first, last)
        elif after < edges[index]:
            # Once for all that share the rule.
            runs = whole_days.get((each.recurrence, index)) or whole_days.setdefault(
                (each.recurrence, index), list(each.recurrence.occurrences(after, until=end))
            )
        else:
            runs = list(each.recurrence.occurrences(after, until=end))
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
                at, states = run.moment, ((run.state, 1),)
                yield slot, Entry(schedule_id, name, 1, at, at, states=states, run_id=run.pk, why=run.why)
        else:
            states = tuple((count.state, count.number) for count in counts)
            yield slot, Entry(schedule_id, name, totals[key], edges[slot], states=states)


class _Run(NamedTuple):
    """What a line tells of a single run. Not the model's row: a page reads thousands."""

    pk: int
    state: str
    moment: datetime
    why: str


def _runs_read(
    edges: tuple[datetime, ...], schedule_ids: set[int], others: set[int | None]
) -> dict[int | None, list[_Run]]:
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
        .order_by("-created_at")
        .values_list("schedule_id", "pk", "state", "moment", "state_reason", "trigger_reason")[:MOST_RUNS]
    )
    found: dict[int | None, list[_Run]] = defaultdict(list)
    for schedule_id, pk, state, moment, reason, told in rows if schedule_ids else ():
        why = ScheduleRun(state_reason=reason, trigger_reason=told).reason_text if reason else ""
        found[schedule_id].append(_Run(pk, state, moment, why))
    return found


def _mark_collisions(days: Days, planned: Sequence[Planned]) -> None:
    """Note on each planned run which other schedules call its endpoint in the same minute.

    What runs more than OFTEN times on a day clashes with nearly everything, and is left out.
    """
    by_id = {each.schedule_id: each for each in planned}
    known: dict[tuple[Recurrence | None, datetime | None, datetime | None], Iterable[int]] = {}
    for day in days:
        at_minute: dict[tuple[int, int], set[str]] = defaultdict(set)
        for entry in day:
            if entry.schedule_id is not None and 0 < entry.number <= OFTEN:
                each = by_id[entry.schedule_id]
                key = (each.recurrence if entry.number > 1 else None, entry.at, entry.last)
                if key not in known:
                    known[key] = _minutes(*key)
                for minute in known[key]:
                    at_minute[each.endpoint_id, minute].add(entry.name)
        for index, entry in enumerate(day):
            if entry.number == 1 and entry.at is not None and entry.schedule_id is not None:
                here = at_minute[by_id[entry.schedule_id].endpoint_id, _minute(entry.at)]
                if len(here) > 1:
                    others = sorted(here - {entry.name})
                    more = ("…",) if len(others) > NAMED else ()
                    day[index] = entry._replace(also=(*others[:NAMED], *more))


def _minutes(recurrence: Recurrence | None, at: datetime | None, last: datetime | None) -> Iterable[int]:
    """Return the minutes in which an entry of a rule runs; without a rule it is a single run."""
    assert at is not None
    assert last is not None
    if recurrence is None:
        return (_minute(at),)
    return {second // 60 for second in recurrence.seconds(at - SECOND, until=last)}


def _minute(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


def soonest(planned: Iterable[Planned], *, now: datetime, limit: int = MOST_SCHEDULES) -> tuple[list[Planned], int]:
    """Return the ``limit`` schedules that run next, and how many there are; those that never run again come last."""
    every = list(planned)
    if len(every) <= limit:
        return every, len(every)
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(every, key=lambda each: each.next_after(now) or far)[:limit], len(every)
