"""Keep Redis' mirror in step with the database: push and remove after commit, and repair what differs.

The database is the truth. Redis that does not answer never fails a save: the person is told that the change is
saved and not yet in force, and the next reconcile repeats the push.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Self

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from schedules.exceptions import EngineUnreachable
from schedules.mirror.entry import EntryContent
from schedules.mirror.keys import entry_name
from schedules.mirror.mirror import Held, Mirror, fingerprint
from schedules.mirror.telling import tell_overtaken
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.models.definitions import Beside, read_beside, recurrence_of
from schedules.models.lifecycle import in_force, is_in_force, last_paused
from schedules.models.reasons import Reason
from schedules.planning import Policy
from schedules.recurrence import DefinitionError
from schedules.refusals import sentences_of
from schedules.services.seals import SealedRow, sealed_rows

logger = logging.getLogger(__name__)

#: What went wrong with the last push of this thread or request; read once by the door that saved.
_problem: ContextVar[str | None] = ContextVar("mirror_problem", default=None)


#: Hears how far a long piece of work is.
Tell = Callable[[int], None]


def silent(count: int) -> None:
    """Tell nobody."""


@dataclass
class ReconcileReport:
    """What a reconcile changed, by schedule."""

    looked_at: int = 0
    pushed: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    set_aside: dict[int, str] = field(default_factory=dict)

    @property
    def changed_anything(self) -> bool:
        return bool(self.pushed or self.removed or self.set_aside)


def mirror_problem() -> str | None:
    """Return why the last change of this thread is not in force yet, once; None when it is."""
    problem = _problem.get()
    _problem.set(None)
    return problem


def push_on_commit(schedule_ids: Iterable[int]) -> None:
    """Bring these schedules' entries up to date once the transaction is committed; a rollback leaves no ghost."""
    transaction.on_commit(partial(_carry_out, push_schedules, list(schedule_ids)))


def remove_on_commit(schedule_ids: Iterable[int]) -> None:
    """Remove these schedules' entries once the transaction is committed."""
    transaction.on_commit(partial(_carry_out, remove_schedules, list(schedule_ids)))


def endpoint_saved(endpoint: APIEndpoint) -> list[int]:
    """Start or end the schedules of an endpoint that was switched on or off; return all of its schedules."""
    schedules = APIEndpointSchedule.objects.filter(endpoint=endpoint)
    if endpoint.enabled:
        waits = Q(paused_at__isnull=False, paused_until__isnull=True)
        started = schedules.filter(enabled=True, effective_from__isnull=True).exclude(waits)
        started.update(effective_from=timezone.now())
    else:
        schedules.update(effective_from=None)
    return list(schedules.values_list("pk", flat=True))


def schedules_asking(exchange: str) -> list[int]:
    """Return the schedules whose occurrences may depend on the days of an exchange."""
    asking = APIEndpointSchedule.objects.filter(exchange=exchange).exclude(
        Q(trading_day_rule="any") & ~Q(schedule_type="monthly")
    )
    return list(asking.values_list("pk", flat=True))


def push_schedules(schedule_ids: Sequence[int]) -> None:
    """Push those in force, remove the others. Raises EngineUnreachable."""
    mirror = Mirror()
    found = APIEndpointSchedule.objects.select_related("endpoint").in_bulk(schedule_ids)
    out_of_force = {row.pk: row.revision for row in found.values() if not is_in_force(row)}
    _remove(mirror, {**dict.fromkeys(set(schedule_ids) - found.keys()), **out_of_force}, found, timezone.now())
    beside = read_beside()
    _push(mirror, [_Examined.of(row, beside) for row in found.values() if is_in_force(row)])


def remove_schedules(schedule_ids: Sequence[int]) -> None:
    """Take deleted schedules out of force. Raises EngineUnreachable."""
    _remove(Mirror(), dict.fromkeys(schedule_ids), {}, timezone.now())


def reconcile(now: datetime, *, dry_run: bool = False, prune: bool = True, tell: Tell = silent) -> ReconcileReport:
    """Make the mirror say what the database says, and report what was changed (or would be, with ``dry_run``).

    Missing, stale and orphan entries of ours are repaired (orphans only with ``prune``); nothing fires that lies before
    a change. A row that was changed past the signals (``QuerySet.update``, raw SQL, a restored backup) is taken to have
    changed ``now``. Entries of others are left alone. ``tell`` hears how many rows have been looked at so far. Raises
    EngineUnreachable.
    """
    mirror = Mirror()
    mark = "" if dry_run else mirror.begin_filling()
    report = ReconcileReport()
    beside = read_beside()
    in_force_count = 0
    for chunk in sealed_rows(beside, content_of):
        in_force_count += sum(row.is_in_force for row in chunk)
        if suspects := _suspects(mirror, chunk):
            if dry_run:
                rows = APIEndpointSchedule.objects.select_related("endpoint").filter(pk__in=suspects).order_by("pk")
                _sort_into(report, _examine(mirror, rows, suspects))
            else:
                _repair(mirror, suspects, now, report)
        report.looked_at += len(chunk)
        tell(report.looked_at)
    # As many entries as there ought to be: then none is an orphan, and what is listed need not be walked.
    if prune and (dry_run or mirror.count() != in_force_count - len(report.set_aside)):
        for listed in mirror.schedule_ids_in_slices():
            _remove_orphans(mirror, listed, now, report, dry_run=dry_run)
        report.removed.sort()
    if not dry_run:
        mirror.mark_whole(mark)
    return report


def content_of(schedule: APIEndpointSchedule, beside: Beside | None = None, *, seal: str = "") -> EntryContent:
    """Return what the mirror should hold of a schedule. Raises DefinitionError when its row makes no recurrence."""
    task, args, kwargs = schedule.call()
    return EntryContent(
        schedule_id=schedule.pk,
        name=entry_name(schedule.pk),
        task=task,
        recurrence=recurrence_of(schedule, beside),
        policy=Policy(
            catch_up=schedule.catch_up_policy,
            window=timedelta(seconds=schedule.catch_up_window_seconds),
            jitter=timedelta(seconds=schedule.jitter_seconds),
        ),
        revision=schedule.revision,
        args=list(args),
        kwargs=dict(kwargs),
        options=schedule.message_options(),
        seal=seal,
    )


def _carry_out(step: object, schedule_ids: list[int]) -> None:
    try:
        step(schedule_ids)  # type: ignore[operator]
    except EngineUnreachable as error:
        logger.warning("mirror.unreachable schedules=%s cause=%s", schedule_ids, error.cause)
        _problem.set(
            _("Saved, but not yet in force: Redis does not answer. Beat takes the change in when Redis is back.")
        )


@dataclass
class _Examined:
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
            or (self.content is not None and not _is_right(self.content, held))
        )


def _suspects(mirror: Mirror, rows: Sequence[SealedRow]) -> dict[int, str]:
    """Return the schedules, with their seals, that something may be wrong with."""
    wanted = [row for row in rows if row.is_in_force]
    found = {row.pk: row.seal for row in rows if row.is_in_force is not row.says_since_when}
    seals = mirror.seals([row.pk for row in wanted])
    return found | {row.pk: row.seal for row, seal in zip(wanted, seals, strict=True) if seal != row.seal}


def _examine(mirror: Mirror, rows: Iterable[APIEndpointSchedule], seals: Mapping[int, str]) -> list[_Examined]:
    """Compare rows with the mirror; what is not in force is only looked at for its own contradictions."""
    read = list(rows)
    # After the rows, which may be locked: what stands beside them is then as new as they are.
    beside = read_beside()
    found = [_Examined.of(row, beside, seal=seals[row.pk]) for row in read]
    for each, held in zip(found, mirror.read([each.row.pk for each in found]), strict=True):
        each.compare_with(held)
    return found


def _is_right(content: EntryContent, held: Held) -> bool:
    wanted = fingerprint(content.to_json())
    return held.fingerprint == wanted and held.is_listed and held.revision == str(content.revision)


def _repair(mirror: Mirror, suspects: Mapping[int, str], now: datetime, report: ReconcileReport) -> None:
    """Look again, with the rows locked: a person may have saved one meanwhile, and then nothing is wrong with it."""
    with transaction.atomic():
        # Not joined: a few endpoints serve thousands of schedules, and each would be built as often.
        locked = APIEndpointSchedule.objects.select_for_update().prefetch_related("endpoint")
        # The seals are older than the rows: one may be out of date, which is found out, but never ahead of its entry.
        examined = _examine(mirror, locked.filter(pk__in=suspects).order_by("pk"), suspects)
        wrong = [each for each in examined if each.is_wrong]
        right = {
            each.row.pk: (each.held.fingerprint, suspects[each.row.pk])
            for each in examined
            if each.content is not None and not each.is_wrong
        }
        for each in wrong:
            row, held = each.row, each.held
            if _was_changed_silently(row, held):
                row.revision = max(row.revision, int(held.revision or 0)) + 1
                row.effective_from = now if is_in_force(row) else None
                APIEndpointSchedule.objects.filter(pk=row.pk).update(
                    revision=row.revision, effective_from=row.effective_from
                )
                each.content = each.content and replace(each.content, revision=row.revision, seal="")
    _sort_into(report, wrong)
    _push(mirror, [each for each in wrong if is_in_force(each.row)])
    mirror.note_seals(right)


def _was_changed_silently(row: APIEndpointSchedule, held: Held) -> bool:
    """A proper save raises the revision and says since when it is in force; anything else came past it.

    So did a row that says to have been in force when it was taken out: a backup from before that was restored.
    """
    if is_in_force(row) is (row.effective_from is None):
        return True
    if held.exists:
        return row.revision <= int(held.revision)
    return bool(held.removed_at and row.effective_from and row.effective_from < held.removed_at)


def _sort_into(report: ReconcileReport, examined: Sequence[_Examined]) -> None:
    for each in examined:
        if each.is_wrong and is_in_force(each.row):
            if each.error is None:
                report.pushed.append(each.row.pk)
            else:
                report.set_aside[each.row.pk] = sentences_of(each.error)


def _remove_orphans(
    mirror: Mirror, listed: Sequence[int], now: datetime, report: ReconcileReport, *, dry_run: bool
) -> None:
    """Remove what is listed and not in force, unless it has been put in force since it was looked at."""
    kept = set(APIEndpointSchedule.objects.filter(in_force(), pk__in=listed).values_list("pk", flat=True))
    orphans = [pk for pk in listed if pk not in kept]
    report.removed += orphans
    if dry_run or not orphans:
        return
    seen = {pk: held.revision for pk, held in zip(orphans, mirror.read(orphans), strict=True)}
    rows = APIEndpointSchedule.objects.select_related("endpoint").in_bulk(orphans)
    gone = [pk for pk in orphans if pk not in rows or not is_in_force(rows[pk])]
    _remove(mirror, {pk: int(seen[pk] or 0) for pk in gone}, rows, now)


def _remove(
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


def _push(mirror: Mirror, examined: Sequence[_Examined]) -> None:
    for each in examined:
        if each.error is not None:
            with translation.override(None):
                mirror.set_aside(each.row.pk, str(each.error))
    sound = {each.row.pk: each for each in examined if each.content is not None}
    runs = _LatestRuns(list(sound))

    def watermark(content: EntryContent, held: Held) -> datetime:
        row = sound[content.schedule_id].row
        if row.effective_from is not None:
            reason = _reason_for_not_sending(row, row.effective_from)
            tell_overtaken(mirror, row.pk, held, until=row.effective_from, reason=reason)
        return _watermark(row, held, runs)

    mirror.push(
        [each.content for each in sound.values()],
        watermark=watermark,
        held={pk: each.held for pk, each in sound.items() if each.held is not None},
    )


class _LatestRuns:
    """The latest recorded occurrence of each of some schedules: one query, when the first is asked for."""

    def __init__(self, schedule_ids: Sequence[int]) -> None:
        self._ids = schedule_ids

    @cached_property
    def _found(self) -> dict[int, datetime | None]:
        # What a person skipped or moved is told by the clock: beat may still have something before it to deal with.
        runs = ScheduleRun.objects.filter(schedule__in=self._ids).exclude(state_reason__in=Reason.by_a_person())
        runs = runs.order_by().values_list("schedule")
        return dict(runs.annotate(latest=Max("scheduled_for")))

    def of(self, schedule_id: int) -> datetime | None:
        return self._found.get(schedule_id)


def _watermark(schedule: APIEndpointSchedule, held: Held, runs: _LatestRuns) -> datetime:
    """Return the instant after which the next occurrence lies: nothing before a change, nothing done already.

    The ledger is asked only when Redis does not know: before the first run, and since it has lost its data.
    """
    paused = schedule.paused_until and last_paused(schedule.paused_until)
    marks = [schedule.effective_from, paused, held.last]
    if held.last is None:
        marks.append(runs.of(schedule.pk))
    return max(mark for mark in marks if mark is not None)
