"""Keep Redis' mirror in step with the database: push and remove after commit, and repair what differs.

The database is the truth. Redis that does not answer never fails a save: the person is told that the change is
saved and not yet in force, and the next reconcile repeats the push.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

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
from schedules.models.definitions import ExceptionalDays, exceptional_days_by_exchange, recurrence_of
from schedules.models.lifecycle import is_in_force
from schedules.models.reasons import Reason
from schedules.planning import Policy
from schedules.recurrence import DefinitionError
from schedules.refusals import sentences_of

logger = logging.getLogger(__name__)

CHUNK = 500

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
    _push(mirror, [row for row in found.values() if is_in_force(row)], exceptional_days_by_exchange())


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
    report = ReconcileReport()
    days = exceptional_days_by_exchange()
    listed = mirror.schedule_ids()
    for chunk in _chunks_of_all():
        in_force = {row.pk for row in chunk if is_in_force(row)}
        listed -= in_force
        suspects = _differing(mirror, chunk, days)
        if dry_run:
            _sort_into(report, {pk: error for pk, error in suspects.items() if pk in in_force})
        elif suspects:
            _repair(mirror, list(suspects), days, now, report)
        report.looked_at += len(chunk)
        tell(report.looked_at)
    if prune:
        _remove_orphans(mirror, sorted(listed), now, report, dry_run=dry_run)
    if not dry_run:
        mirror.mark_whole()
    return report


def content_of(schedule: APIEndpointSchedule, exceptional_days: ExceptionalDays | None = None) -> EntryContent:
    """Return what the mirror should hold of a schedule. Raises DefinitionError when its row makes no recurrence."""
    task, args, kwargs = schedule.call()
    return EntryContent(
        schedule_id=schedule.pk,
        name=entry_name(schedule.pk),
        task=task,
        recurrence=recurrence_of(schedule, exceptional_days),
        policy=Policy(
            catch_up=schedule.catch_up_policy,
            window=timedelta(seconds=schedule.catch_up_window_seconds),
            jitter=timedelta(seconds=schedule.jitter_seconds),
        ),
        revision=schedule.revision,
        args=list(args),
        kwargs=dict(kwargs),
        options=schedule.message_options(),
    )


def _carry_out(step: object, schedule_ids: list[int]) -> None:
    try:
        step(schedule_ids)  # type: ignore[operator]
    except EngineUnreachable as error:
        logger.warning("mirror.unreachable schedules=%s cause=%s", schedule_ids, error.cause)
        _problem.set(
            _("Saved, but not yet in force: Redis does not answer. Beat takes the change in when Redis is back.")
        )


def _chunks_of_all() -> Iterator[list[APIEndpointSchedule]]:
    """Yield every schedule, by key and not by one long cursor: repairs commit in between."""
    rows = APIEndpointSchedule.objects.select_related("endpoint").order_by("pk")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _differing(
    mirror: Mirror, schedules: Sequence[APIEndpointSchedule], days: ExceptionalDays
) -> dict[int, DefinitionError | None]:
    """Return the schedules whose mirror is not as it should be, with the error of those that make no rule."""
    found: dict[int, DefinitionError | None] = {}
    in_force = [row for row in schedules if is_in_force(row)]
    # In force without saying since when, or the other way round: changed past the signals.
    for row in schedules:
        if is_in_force(row) is (row.effective_from is None):
            found[row.pk] = None
    for row, held in zip(in_force, mirror.read([row.pk for row in in_force]), strict=True):
        try:
            if not _is_right(row, held, days):
                found[row.pk] = None
        except DefinitionError as error:
            found[row.pk] = error
    return found


def _is_right(row: APIEndpointSchedule, held: Held, days: ExceptionalDays) -> bool:
    wanted = fingerprint(content_of(row, days).to_json())
    return held.fingerprint == wanted and held.is_listed and held.revision == str(row.revision)


def _repair(
    mirror: Mirror, suspects: list[int], days: ExceptionalDays, now: datetime, report: ReconcileReport
) -> None:
    """Look again, with the rows locked: a person may have saved one meanwhile, and then nothing is wrong with it."""
    with transaction.atomic():
        locked = APIEndpointSchedule.objects.select_for_update(of=("self",)).select_related("endpoint")
        rows = list(locked.filter(pk__in=suspects))
        wrong = _differing(mirror, rows, days)
        for row, held in zip(rows, mirror.read([row.pk for row in rows]), strict=True):
            if row.pk in wrong and _was_changed_silently(row, held):
                row.revision = max(row.revision, int(held.revision or 0)) + 1
                row.effective_from = now if is_in_force(row) else None
                APIEndpointSchedule.objects.filter(pk=row.pk).update(
                    revision=row.revision, effective_from=row.effective_from
                )
    _sort_into(report, {row.pk: wrong[row.pk] for row in rows if row.pk in wrong and is_in_force(row)})
    _push(mirror, [row for row in rows if row.pk in wrong and is_in_force(row)], days)


def _was_changed_silently(row: APIEndpointSchedule, held: Held) -> bool:
    """A proper save raises the revision and says since when it is in force; anything else came past it."""
    return is_in_force(row) is (row.effective_from is None) or (held.exists and row.revision <= int(held.revision))


def _sort_into(report: ReconcileReport, wrong: Mapping[int, DefinitionError | None]) -> None:
    for schedule_id, error in wrong.items():
        if error is None:
            report.pushed.append(schedule_id)
        else:
            report.set_aside[schedule_id] = sentences_of(error)


def _remove_orphans(
    mirror: Mirror, orphans: list[int], now: datetime, report: ReconcileReport, *, dry_run: bool
) -> None:
    """Remove what is listed and not in force, unless it has been put in force since it was looked at."""
    report.removed = orphans
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
    mirror.remove(revisions)


def _reason_for_not_sending(row: APIEndpointSchedule | None, now: datetime) -> str:
    if row is None:
        return Reason.DELETED
    if not (row.enabled and row.endpoint.enabled):
        return Reason.DISABLED
    return Reason.PAUSED if row.is_paused(now) else Reason.CHANGED


def _push(mirror: Mirror, schedules: Sequence[APIEndpointSchedule], days: ExceptionalDays) -> None:
    contents = []
    for schedule in schedules:
        try:
            contents.append(content_of(schedule, days))
        except DefinitionError as error:
            with translation.override(None):
                mirror.set_aside(schedule.pk, str(error))
    by_id = {schedule.pk: schedule for schedule in schedules}

    def watermark(content: EntryContent, held: Held) -> datetime:
        row = by_id[content.schedule_id]
        if row.effective_from is not None:
            reason = _reason_for_not_sending(row, row.effective_from)
            tell_overtaken(mirror, row.pk, held, until=row.effective_from, reason=reason)
        return _watermark(row, held)

    mirror.push(contents, watermark=watermark)


def _watermark(schedule: APIEndpointSchedule, held: Held) -> datetime:
    """Return the instant after which the next occurrence lies: nothing before a change, nothing done already.

    The ledger is asked only when Redis knows nothing, after it has lost its data.
    """
    marks = [schedule.effective_from, schedule.paused_until, held.last]
    if not held.exists:
        runs = ScheduleRun.objects.filter(schedule=schedule)
        marks.append(runs.aggregate(latest=Max("scheduled_for"))["latest"])
    return max(mark for mark in marks if mark is not None)
