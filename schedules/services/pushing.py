"""Put schedules in force and take them out: what is written, after which instant each runs next, what is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from django.db.models import OuterRef, Q, Subquery
from django.utils import translation

from schedules.mirror.entry import Entry, EntryContent
from schedules.mirror.mirror import Held, Mirror, fingerprint
from schedules.mirror.telling import tell_overtaken
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.definitions import Beside
from schedules.models.lifecycle import is_in_force, last_paused
from schedules.models.reasons import Reason
from schedules.recurrence import DefinitionError
from schedules.services.contents import content_of


@dataclass
class Examined:
    """A row, what the mirror should hold of it (or why nothing can be made of it), and what it does hold.

    ``content`` and ``error`` are both None for a row that is not in force.
    """

    row: APIEndpointSchedule
    content: EntryContent | None = None
    error: DefinitionError | None = None
    held: Held | None = None
    is_wrong: bool = False

    @classmethod
    def of(cls, row: APIEndpointSchedule, beside: Beside, *, seal: str = "") -> Self:
        if not is_in_force(row):
            return cls(row)
        try:
            return cls(row, content=content_of(row, beside, seal=seal))
        except DefinitionError as error:
            return cls(row, error=error)

    def compare_with(self, held: Held) -> None:
        self.held = held
        self.is_wrong = (
            # In force without saying since when, or the other way round: changed past the signals.
            is_in_force(self.row) is (self.row.effective_from is None)
            or self.error is not None
            or (self.content is not None and not is_right(self.content, held))
        )


def is_right(entry: Entry, held: Held) -> bool:
    wanted = fingerprint(entry.to_json())
    return held.fingerprint == wanted and held.is_listed and held.revision == str(entry.revision)


def remove(
    mirror: Mirror, revisions: Mapping[int, int | None], rows: Mapping[int, APIEndpointSchedule], now: datetime
) -> None:
    """Take entries out of force; what was due and not sent by ``now`` is told to the ledger with the reason."""
    for schedule_id, held in zip(revisions, mirror.read(list(revisions)), strict=True):
        reason = _reason_for_not_sending(rows.get(schedule_id), now)
        tell_overtaken(mirror, schedule_id, held, until=now, reason=reason)
    mirror.remove(revisions, at=now)


def _reason_for_not_sending(row: APIEndpointSchedule | None, now: datetime) -> str:
    if row is None:
        return Reason.DELETED
    if not (row.enabled and row.endpoint.enabled):
        return Reason.DISABLED
    return Reason.PAUSED if row.is_paused(now) else Reason.CHANGED


def push(mirror: Mirror, examined: Sequence[Examined]) -> None:
    for each in examined:
        if each.error is not None:
            with translation.override(None):
                mirror.set_aside(each.row.pk, str(each.error))
    sound = {each.row.pk: each for each in examined if each.content is not None}
    runs = LatestRuns(Q(pk__in=list(sound)))

    def watermark(entry: Entry, held: Held) -> datetime:
        row = sound[entry.schedule_id].row
        if row.effective_from is not None:
            reason = _reason_for_not_sending(row, row.effective_from)
            tell_overtaken(mirror, row.pk, held, until=row.effective_from, reason=reason)
        return watermark_of(row.pk, row.effective_from, row.paused_until, held, runs)

    mirror.push(
        [each.content for each in sound.values()],
        watermark=watermark,
        held={pk: each.held for pk, each in sound.items() if each.held is not None},
    )


class LatestRuns:
    """The latest recorded occurrence of each of some schedules: read at once, when the first is asked for."""

    def __init__(self, schedules: Q) -> None:
        self._schedules = APIEndpointSchedule.objects.filter(schedules).order_by()

    @cached_property
    def _found(self) -> dict[int, datetime | None]:
        # What a person skipped or moved is told by the clock: beat may still have something before it to deal with.
        runs = ScheduleRun.objects.exclude(state_reason__in=Reason.by_a_person()).filter(scheduled_for__isnull=False)
        if not runs.filter(schedule__in=self._schedules.values("pk")).order_by().exists():
            return {}
        # One look into the index for each schedule, however many runs it has.
        latest = runs.filter(schedule=OuterRef("pk")).order_by("-scheduled_for").values("scheduled_for")
        return dict(self._schedules.values_list("pk", Subquery(latest[:1])))

    def of(self, schedule_id: int) -> datetime | None:
        return self._found.get(schedule_id)


def watermark_of(
    schedule_id: int,
    effective_from: datetime | None,
    paused_until: datetime | None,
    held: Held,
    runs: LatestRuns,
) -> datetime:
    """Return the instant after which the next occurrence lies: nothing before a change, nothing done already.

    The ledger is asked only when Redis does not know: before the first run, and since it has lost its data.
    """
    done = runs.of(schedule_id) if held.last is None else held.last
    if done is None and paused_until is None and effective_from is not None:
        return effective_from
    paused = paused_until and last_paused(paused_until)
    return max(filter(None, (effective_from, paused, done)))
