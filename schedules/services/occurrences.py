"""Change one occurrence of a schedule and leave its rule alone: skip it, move it, run it now instead, undo that.

An occurrence is named by the instant at which it stands now; one that is skipped or moved also by the rule's own, where
nothing else stands now. Nothing is changed that has passed or was sent: the rows of the ledger and of the schedule are
looked at under the same lock that a worker takes before it begins. A change keeps what is due and not sent yet as it
is, so it raises the schedule's revision and not the instant from which it is in force.

Instants are brought to UTC first: in an hour that comes twice Python takes equal ones of two zones for different.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from schedules import actors
from schedules.exceptions import OccurrenceRefused
from schedules.models import APIEndpointSchedule, OccurrenceChange, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.recurrence import Recurrence
from schedules.recurrence.clock import in_utc
from schedules.recurrence.reading_changes import MAX_CHANGES
from schedules.services.locking import locked_schedule
from schedules.services.permitting import require_permission
from schedules.services.triggering import run_now

Kind = OccurrenceChange.Kind

#: An occurrence is moved at most this far ahead of now; further is a slip.
LONGEST_MOVE = timedelta(days=400)


@transaction.atomic
def skip_occurrence(
    schedule_id: int, at: datetime, *, now: datetime, by: Any = None, reason: str = ""
) -> OccurrenceChange:
    """Let the occurrence at ``at`` (aware) not happen. Skipping twice is skipping once; the later reason counts.

    Raises OccurrenceRefused, TaskRefused, DefinitionError and APIEndpointSchedule.DoesNotExist.
    """
    found = _Changeable.read(schedule_id, at, now, by)
    return found.set(Kind.SKIP, None, by=by, reason=reason)


@transaction.atomic
def move_occurrence(
    schedule_id: int, at: datetime, *, to: datetime, now: datetime, by: Any = None, reason: str = ""
) -> OccurrenceChange | None:
    """Let the occurrence at ``at`` happen at ``to`` instead; both are aware. A part of a second is cut off ``to``.

    Its identity is then ``to``. Where another occurrence stands there, the two become one. Moved back to where the rule
    has it, the change is undone, and the answer None. Raises OccurrenceRefused, TaskRefused,
    DefinitionError and APIEndpointSchedule.DoesNotExist.
    """
    at, to = in_utc(at), in_utc(to).replace(microsecond=0)
    found = _Changeable.read(schedule_id, at, now, by)
    if to <= now:
        raise OccurrenceRefused("target_passed", at, to)
    if to - now > LONGEST_MOVE:
        raise OccurrenceRefused("target_too_far", at, to)
    schedule = found.schedule
    if (schedule.starts_at and to < schedule.starts_at) or (schedule.ends_at and to > schedule.ends_at):
        raise OccurrenceRefused("target_outside", at, to)
    if to == at and found.recurrence.has(at):
        raise OccurrenceRefused("target_same", at, to)
    if [row.scheduled_for for row in found.rows] == [to]:
        found.forget()
        return None
    return found.set(Kind.MOVE, to, by=by, reason=reason)


@transaction.atomic
def run_instead(schedule_id: int, at: datetime, *, now: datetime, by: Any = None, reason: str = "") -> ScheduleRun:
    """Run the occurrence at ``at`` now, and not at its time. Raises what ``skip_occurrence`` and ``run_now`` raise."""
    skip_occurrence(schedule_id, at, now=now, by=by, reason=reason)
    return run_now(schedule_id, now=now, by=by, reason=reason)


@transaction.atomic
def undo_change(
    schedule_id: int, at: datetime | None = None, *, now: datetime, change_id: int | None = None, by: Any = None
) -> OccurrenceChange:
    """Let the occurrence happen as the rule has it. ``at`` is the rule's instant, or where it was moved to.

    Where one was moved away and another came to stand, ``at`` would name two: then ``change_id`` says which is meant.
    Only while neither of its two instants has passed, or nothing would be left to undo; a change without effect can
    always be removed. Returns what was undone. Raises OccurrenceRefused, TaskRefused, DefinitionError
    and APIEndpointSchedule.DoesNotExist.
    """
    schedule = locked_schedule(schedule_id)
    require_permission(schedule.endpoint.task, by=by)
    recurrence = recurrence_of(schedule)
    at = at and in_utc(at)
    row = _named(list(schedule.occurrence_changes.all()), at, change_id, recurrence)
    if refusal := refusal_of_undo(row, recurrence, now):
        raise refusal
    row.delete()
    _say(schedule)
    return row


def _named(
    rows: Sequence[OccurrenceChange], at: datetime | None, change_id: int | None, recurrence: Recurrence
) -> OccurrenceChange:
    """Return the one change that is meant. Raises OccurrenceRefused when it is none, or more than one."""
    if change_id is not None:
        found = [row for row in rows if row.pk == change_id]
        if not found:
            raise OccurrenceRefused("change_gone", at)
        return found[0]
    found = [row for row in rows if at in (row.scheduled_for, row.moved_to)]
    if len(found) > 1:
        # What has no effect is not what somebody sees there.
        found = [row for row in found if not is_void(row, recurrence)] or found
    if not found:
        raise OccurrenceRefused("not_changed", at)
    if len(found) > 1:
        raise OccurrenceRefused("ambiguous", at)
    return found[0]


def refusal_of_undo(row: OccurrenceChange, recurrence: Recurrence, now: datetime) -> OccurrenceRefused | None:
    """Return why a change cannot be undone at ``now``; None when it can."""
    if is_void(row, recurrence):
        return None
    if row.moved_to is not None and (row.moved_to <= now or _was_sent(row.schedule, row.moved_to)):
        return OccurrenceRefused("passed", row.moved_to)
    if row.scheduled_for <= now or row.recorded_at is not None:
        return OccurrenceRefused("original_passed" if row.moved_to else "passed", row.scheduled_for)
    return None


def is_void(row: OccurrenceChange, recurrence: Recurrence) -> bool:
    """Return whether a change has no effect: the rule has nothing there any more, or ends before the new time."""
    return any(change.at == row.scheduled_for.timestamp() for change in recurrence.void_changes)


@dataclass
class _Changeable:
    """An occurrence that may still be changed. ``rows``: one for each occurrence of the rule that stands there."""

    schedule: APIEndpointSchedule
    recurrence: Recurrence
    rows: Sequence[OccurrenceChange]
    count: int
    now: datetime

    @classmethod
    def read(cls, schedule_id: int, at: datetime, now: datetime, by: Any) -> "_Changeable":
        schedule = locked_schedule(schedule_id)
        require_permission(schedule.endpoint.task, by=by)
        recurrence = recurrence_of(schedule)
        at = in_utc(at)
        known = {row.scheduled_for: row for row in schedule.occurrence_changes.all()}
        if recurrence.has(at):
            # Moved ones may have met another here; they are changed together.
            rows = [row for row in known.values() if row.moved_to == at and not is_void(row, recurrence)]
            own = known.get(at)
            if recurrence.plain.has(at) and (own is None or is_void(own, recurrence)):
                rows.append(own or OccurrenceChange(schedule=schedule, scheduled_for=at))
            stands_at = at
        elif recurrence.leaves_out(at):
            rows = [known[at]]
            stands_at = known[at].moved_to or at
        else:
            raise OccurrenceRefused("no_occurrence", at)
        if stands_at <= now:
            raise OccurrenceRefused("passed", stands_at)
        if _was_sent(schedule, stands_at):
            raise OccurrenceRefused("sent", stands_at)
        return cls(schedule, recurrence, rows, len(known), now)

    def set(self, kind: str, to: datetime | None, *, by: Any, reason: str) -> OccurrenceChange:
        if self.count >= MAX_CHANGES and any(row.pk is None for row in self.rows):
            raise OccurrenceRefused("too_many", self.rows[0].scheduled_for, most=MAX_CHANGES)
        changed = [row for row in self.rows if row.scheduled_for != to]
        # Back where the rule has it, and another comes to stand there too: of its own it is not changed any more.
        self._delete([row for row in self.rows if row.scheduled_for == to])
        for row in changed:
            row.kind, row.moved_to, row.reason = kind, to, reason
            row.changed_by, row.changed_by_name, row.created_at = by, str(by or "")[:150], self.now
            # What the ledger was told of it may be otherwise now.
            row.recorded_at = None
            with actors.acting(reason=reason or actors.current().reason):
                row.save()
        _say(self.schedule)
        return changed[0]

    def forget(self) -> None:
        self._delete(self.rows)
        _say(self.schedule)

    @staticmethod
    def _delete(rows: Sequence[OccurrenceChange]) -> None:
        for row in rows:
            if row.pk is not None:
                row.delete()


def _was_sent(schedule: APIEndpointSchedule, at: datetime) -> bool:
    return ScheduleRun.objects.filter(schedule=schedule, scheduled_for=at).exists()


def _say(schedule: APIEndpointSchedule) -> None:
    """Raise the revision, by which the mirror and everybody who keeps rules learn of it; no column has changed."""
    schedule.save(update_fields=())
