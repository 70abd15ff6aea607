"""What lies ahead over all schedules, computed from their recurrences: the next runs, and how many come when.

Reading ten thousand rows and making rules of them takes long, so a process keeps the rules it has made. Each look
asks the database only which schedules are in force and at which revision, and reads the rows of those that are new.
"""

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from django.db.models import TextField
from django.db.models.functions import Cast

from schedules.models import APIEndpointSchedule
from schedules.models.definitions import read_beside
from schedules.models.lifecycle import in_force, last_paused
from schedules.models.many_rules import instant_of, rules_of
from schedules.recurrence import Occurrence, Recurrence
from schedules.recurrence.clock import whole_seconds

#: More rows than this are read all together: a list of their keys would be longer than the answer.
READ_BY_KEY = 2000
#: Counting in one slot stops here; nobody reads on.
MOST = 100_000
SECOND = timedelta(seconds=1)
#: Columns that are read besides the rule's.
ALSO_READ = ("endpoint_id", "name", "revision", "saved", "in_force_since")


class Outlook:
    """What lies ahead of one rule, computed once for all the schedules that share it.

    Threads share it, too. What is kept is therefore one tuple with what it was computed for, taken and put as a whole:
    two threads may compute the same, but none meets the half of another's answer.
    """

    def __init__(self, recurrence: Recurrence) -> None:
        self.recurrence = recurrence
        #: (since, the first occurrence after it): good for every instant from ``since`` until that occurrence.
        self._next: tuple[datetime, datetime | None] | None = None
        self._counts: tuple[tuple[datetime, ...], list[tuple[int, int]]] = ((), [])
        self._rest: tuple[datetime, datetime, int] | None = None

    def next_after(self, after: datetime) -> datetime | None:
        known = self._next
        if known is None or after < known[0] or (known[1] is not None and known[1] <= after):
            self._next = known = (after, self.recurrence.next_after(after))
        return known[1]

    def counts(self, edges: tuple[datetime, ...]) -> list[tuple[int, int]]:
        """Return (index, number) for each slot [edge, next edge) that has occurrences."""
        known = self._counts
        if known[0] != edges:
            self._counts = known = (edges, self._counted(edges))
        return known[1]

    def rest(self, after: datetime, end: datetime) -> int:
        """Return the number of occurrences in (after, end)."""
        known = self._rest
        if known is None or known[:2] != (after, end):
            self._rest = known = (after, end, self._count_from(after + SECOND, end))
        return known[2]

    def _count_from(self, start: datetime, end: datetime) -> int:
        """Return the number of occurrences in [start, end)."""
        # Occurrences lie on whole seconds.
        return self.recurrence.count_between(start - SECOND, end - SECOND, limit=MOST)

    def _counted(self, edges: tuple[datetime, ...]) -> list[tuple[int, int]]:
        total = self._count_from(edges[0], edges[-1])
        if total and total < len(edges):
            starts = [whole_seconds(edge) for edge in edges]
            found = islice(self.recurrence.seconds(edges[0] - SECOND), total)
            return sorted(Counter(bisect_right(starts, second) - 1 for second in found).items())
        slots = enumerate(pairwise(edges)) if total else ()
        counted = ((index, self._count_from(start, end)) for index, (start, end) in slots)
        return [(index, number) for index, number in counted if number]


@dataclass
class Planned:
    """A schedule that is in force.

    ``outlook`` is None when its row makes no rule: beat has set it aside, and the overview says so.
    """

    schedule_id: int
    endpoint_id: int
    name: str
    timezone: str
    outlook: Outlook | None
    mark: Any
    #: As the database writes it: of ten thousand instants a page reads the few that it asks for.
    in_force_since: str | None = None
    paused_until: datetime | None = None

    @property
    def recurrence(self) -> Recurrence | None:
        return self.outlook and self.outlook.recurrence

    @property
    def since(self) -> datetime | None:
        """No occurrence at or before it was ever this rule's."""
        return instant_of(self.in_force_since) if self.in_force_since else None

    def after(self, now: datetime) -> datetime:
        """Return the instant after which it runs: now, or the end of its pause."""
        return now if self.paused_until is None else max(now, last_paused(self.paused_until))

    def next_after(self, now: datetime) -> datetime | None:
        return self.outlook and self.outlook.next_after(self.after(now))


@dataclass(frozen=True)
class Coming:
    """One occurrence that lies ahead. ``more``: how many of the same schedule follow it, where that was counted."""

    schedule: Planned
    occurrence: Occurrence
    more: int = 0


class Agenda:
    """What one process knows of the schedules in force. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[int, Planned] = {}
        self._days: Any = None
        self._outlooks: WeakValueDictionary[Recurrence, Outlook] = WeakValueDictionary()

    def planned(self) -> list[Planned]:
        """Return the schedules in force, as the database has them now: at most four queries."""
        with self._lock:
            beside = read_beside()
            # A one-time change raises its schedule's revision; a day of an exchange concerns any number of them.
            if beside.exceptional_days != self._days:
                self._known, self._days = {}, beside.exceptional_days
            # Only compared, so as text: ten thousand instants take longer to read than all the rest.
            rows = APIEndpointSchedule.objects.filter(in_force()).annotate(
                saved=Cast("updated_at", TextField()), in_force_since=Cast("effective_from", TextField())
            )
            marks = {
                # The revision says all in ordinary life; after a restored backup it may be another row's.
                pk: ((revision, saved), paused_until)
                for pk, revision, saved, paused_until in rows.order_by().values_list(
                    "pk", "revision", "saved", "paused_until"
                )
            }
            unknown = [pk for pk, (mark, _until) in marks.items() if not self._knows(pk, mark)]
            if unknown:
                wanted = rows.filter(pk__in=unknown) if len(unknown) <= READ_BY_KEY else rows
                for row, recurrence in rules_of(wanted, beside, also=ALSO_READ):
                    outlook, mark = self._outlook(recurrence), (row.revision, row.saved)
                    self._known[row.pk] = Planned(
                        row.pk, row.endpoint_id, row.name, row.timezone, outlook, mark, row.in_force_since
                    )
            self._known = {pk: self._known[pk] for pk in marks if pk in self._known}
            for pk, planned in self._known.items():
                planned.paused_until = marks[pk][1]
            return list(self._known.values())

    def _knows(self, pk: int, mark: Any) -> bool:
        return pk in self._known and self._known[pk].mark == mark

    def _outlook(self, recurrence: Recurrence | None) -> Outlook | None:
        if recurrence is None:
            return None
        return self._outlooks.get(recurrence) or self._outlooks.setdefault(recurrence, Outlook(recurrence))


#: This process' own.
agenda = Agenda()


def next_of_each(planned: Sequence[Planned], *, now: datetime, until: datetime, limit: int) -> list[Coming]:
    """Return the first occurrence in (now, until] of the ``limit`` schedules that come first, with what follows it."""
    found = []
    for each in _earliest(planned, now, until, limit):
        assert each.recurrence is not None
        if first := each.recurrence.next_occurrence(each.after(now)):
            found.append(Coming(each, first, each.recurrence.count_between(first.at, until, limit=MOST)))
    return found


def next_occurrences(planned: Sequence[Planned], *, now: datetime, until: datetime, limit: int) -> list[Coming]:
    """Return the first occurrences in (now, until] over all of ``planned``, in the order of their time and name."""
    # They all belong to the ``limit`` schedules that come first.
    walks = [_walk(each, now, until, limit) for each in _earliest(planned, now, until, limit)]
    merged = heapq.merge(*walks, key=lambda coming: (coming.occurrence.at, coming.schedule.name))
    return [coming for coming, _number in zip(merged, range(limit), strict=False)]


def _earliest(planned: Sequence[Planned], now: datetime, until: datetime, limit: int) -> list[Planned]:
    firsts = [(instant, each.name, each) for each in planned if (instant := each.next_after(now)) and instant <= until]
    return [each for *_order, each in heapq.nsmallest(limit, firsts, key=lambda first: first[:2])]


def ahead_in_slots(
    planned: Sequence[Planned], edges: tuple[datetime, ...], *, now: datetime
) -> Iterator[tuple[Planned, int, int]]:
    """Yield (schedule, slot, number) for what lies ahead in each slot [edge, next edge)."""
    for each in planned:
        if each.outlook is None:
            continue
        after = each.after(now)
        for index, number in each.outlook.counts(edges):
            if edges[index] > after:
                yield each, index, number
            elif edges[index + 1] > after and (rest := each.outlook.rest(after, edges[index + 1])):
                yield each, index, rest


def _walk(planned: Planned, now: datetime, until: datetime, limit: int) -> Iterator[Coming]:
    assert planned.recurrence is not None
    for occurrence in planned.recurrence.occurrences(planned.after(now), until=until, limit=limit):
        yield Coming(planned, occurrence)
