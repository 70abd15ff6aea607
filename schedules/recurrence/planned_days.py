"""On which days a rule runs, day by day: for a calendar. Days are those that the rule itself speaks of.

Friday 25:00 belongs to Friday, as in the rule, although clocks then show Saturday 01:00.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from schedules.recurrence.recurrence import Recurrence
from schedules.recurrence.values import Occurrence, Reason

#: With more occurrences than this they are counted by the day and not looked at one by one.
MOST_LOOKED_AT = 400
#: More in one day than this are not counted further.
MOST_PER_DAY = 100_000
#: Business days reach this far into the next date.
LATEST_HOUR = timedelta(hours=6)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class PlannedDay:
    """A day with occurrences. ``times`` are wall-clock texts of the first few, up to 29:59; the rest is only counted.

    ``moved_from`` and ``reason`` are those of the first occurrence.
    """

    on: date
    number: int
    times: list[str] = field(default_factory=list)
    moved_from: date | None = None
    reason: Reason | None = None


def planned_days(recurrence: Recurrence, after: datetime, first: date, last: date, *, times: int) -> list[PlannedDay]:
    """Return the days from ``first`` to ``last`` with occurrences later than ``after``, ascending.

    At most ``times`` times of each day are told. ``after`` is aware; the days are those of the rule's zone.
    """
    start = max(after, _midnight(recurrence, first) - _SECOND)
    end = _midnight(recurrence, last + timedelta(days=1)) - _SECOND
    if start >= end:
        return []
    if recurrence.count_between(start, end + LATEST_HOUR, limit=MOST_LOOKED_AT + 1) > MOST_LOOKED_AT:
        return _counted(recurrence, start, first, last)
    found: dict[date, list[Occurrence]] = {}
    for occurrence in recurrence.occurrences(start, until=end + LATEST_HOUR):
        if first <= occurrence.business_day <= last:
            found.setdefault(occurrence.business_day, []).append(occurrence)
    return [
        PlannedDay(
            on=day,
            number=len(occurrences),
            times=[_clock(recurrence, each) for each in occurrences[:times]],
            moved_from=occurrences[0].moved_from,
            reason=occurrences[0].reason,
        )
        for day, occurrences in sorted(found.items())
    ]


def _counted(recurrence: Recurrence, start: datetime, first: date, last: date) -> list[PlannedDay]:
    """Return the days of a rule that runs all day long; its days are those of the calendar."""
    days = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        begin = max(start, _midnight(recurrence, day) - _SECOND)
        end = _midnight(recurrence, day + timedelta(days=1)) - _SECOND
        number = recurrence.count_between(begin, end, limit=MOST_PER_DAY) if begin < end else 0
        if number and (occurrence := recurrence.next_occurrence(begin)):
            days.append(PlannedDay(day, number, [], occurrence.moved_from, occurrence.reason))
    return days


def _midnight(recurrence: Recurrence, day: date) -> datetime:
    return datetime.combine(day, time.min, recurrence.zone).astimezone(UTC)


def _clock(recurrence: Recurrence, occurrence: Occurrence) -> str:
    local = occurrence.at.astimezone(recurrence.zone)
    hours = (local.date() - occurrence.business_day).days * 24 + local.hour
    seconds = f":{local.second:02}" if local.second else ""
    return f"{hours:02}:{local.minute:02}{seconds}"
