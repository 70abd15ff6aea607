"""What there is to know of one occurrence: where it stands, what somebody decided about it, what can still be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.models import APIEndpointSchedule, OccurrenceChange, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.recurrence import Occurrence, Recurrence
from schedules.recurrence.clock import in_utc
from schedules.services.occurrences import is_void, refusal_of_undo

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class OccurrenceFacts:
    """``occurrence`` is None when nothing runs there: skipped, or moved away by ``change``."""

    at: datetime
    recurrence: Recurrence
    occurrence: Occurrence | None
    change: OccurrenceChange | None
    can_be_changed: bool
    can_be_undone: bool


def facts_of(
    schedule: APIEndpointSchedule, at: datetime, now: datetime, *, change_id: int | None = None
) -> OccurrenceFacts | None:
    """Return the facts of the occurrence at ``at``; None when the schedule neither has one there nor had.

    Where one was moved away and another came to stand, ``change_id`` says of which change is to be told. Raises
    DefinitionError.
    """
    recurrence, at = recurrence_of(schedule), in_utc(at)
    rows = list(schedule.occurrence_changes.all())
    here = [row for row in rows if row.moved_to == at and not is_void(row, recurrence)]
    own = next((row for row in rows if row.scheduled_for == at), None)
    if recurrence.has(at):
        occurrence = recurrence.next_occurrence(at - SECOND)
        change = here[0] if here else own
    elif own is not None:
        occurrence, change = None, own
    else:
        return None
    asked = [row for row in rows if row.pk == change_id and at in (row.scheduled_for, row.moved_to)]
    change = asked[0] if asked else change
    stands_at = at if occurrence else (own.moved_to if own and own.moved_to else at)
    was_sent = ScheduleRun.objects.filter(schedule=schedule, scheduled_for=stands_at).exists()
    return OccurrenceFacts(
        at=at,
        recurrence=recurrence,
        occurrence=occurrence,
        change=change,
        can_be_changed=stands_at > now and not was_sent and (occurrence is not None or recurrence.leaves_out(at)),
        can_be_undone=change is not None and refusal_of_undo(change, recurrence, now) is None,
    )
