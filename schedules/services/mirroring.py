"""Keep Redis' mirror in step with the database: push and remove after commit, and repair what differs.

The database is the truth. Redis that does not answer never fails a save: the person is told that the change is
saved and not yet in force, and the next reconcile repeats the push.
"""

import logging
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from schedules.beat.entry import EntryContent
from schedules.beat.keys import entry_name
from schedules.beat.mirror import Held, Mirror, fingerprint
from schedules.definitions import ExceptionalDays, exceptional_days_by_exchange, recurrence_of
from schedules.exceptions import EngineUnreachable
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.models.lifecycle import is_in_force
from schedules.planning import Policy
from schedules.recurrence import DefinitionError

logger = logging.getLogger(__name__)

CHUNK = 500

#: What went wrong with the last push of this thread or request; read once by the door that saved.
_problem: ContextVar[str | None] = ContextVar("mirror_problem", default=None)


@dataclass
class ReconcileReport:
    """What a reconcile changed, by schedule."""

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
    days = exceptional_days_by_exchange()
    found = APIEndpointSchedule.objects.select_related("endpoint").in_bulk(schedule_ids)
    for schedule_id in schedule_ids:
        schedule = found.get(schedule_id)
        if schedule is None or not is_in_force(schedule):
            mirror.remove([schedule_id])
        else:
            _push(mirror, schedule, days)


def remove_schedules(schedule_ids: Sequence[int]) -> None:
    """Take these schedules out of force. Raises EngineUnreachable."""
    Mirror().remove(schedule_ids)


def reconcile(now: datetime, *, dry_run: bool = False) -> ReconcileReport:
    """Make the mirror say what the database says, and report what was changed (or would be, with ``dry_run``).

    Missing, stale and orphan entries of ours are repaired; nothing fires that lies before a change. A row that was
    changed past the signals (``QuerySet.update``, raw SQL, a restored backup) is taken to have changed ``now``.
    Entries of others are left alone. Raises EngineUnreachable.
    """
    mirror = Mirror()
    report = ReconcileReport()
    days = exceptional_days_by_exchange()
    listed = mirror.schedule_ids()
    rows = APIEndpointSchedule.objects.select_related("endpoint").order_by("pk")
    silently_stopped: list[int] = []
    chunk: list[APIEndpointSchedule] = []
    for schedule in rows.iterator(chunk_size=CHUNK):
        if is_in_force(schedule):
            listed.discard(schedule.pk)
            chunk.append(schedule)
        elif schedule.effective_from is not None:
            silently_stopped.append(schedule.pk)
        if len(chunk) == CHUNK:
            _repair(mirror, chunk, days, now, report, dry_run=dry_run)
            chunk = []
    _repair(mirror, chunk, days, now, report, dry_run=dry_run)
    report.removed = sorted(listed)
    if not dry_run:
        mirror.remove(listed)
        if silently_stopped:
            APIEndpointSchedule.objects.filter(pk__in=silently_stopped).update(effective_from=None)
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


def _repair(
    mirror: Mirror,
    schedules: list[APIEndpointSchedule],
    days: ExceptionalDays,
    now: datetime,
    report: ReconcileReport,
    *,
    dry_run: bool,
) -> None:
    for schedule, held in zip(schedules, mirror.read([each.pk for each in schedules]), strict=True):
        try:
            wanted = fingerprint(content_of(schedule, days).to_json())
        except DefinitionError as error:
            report.set_aside[schedule.pk] = str(error)
        else:
            is_right = held.fingerprint == wanted and held.is_listed and held.revision == str(schedule.revision)
            if is_right and schedule.effective_from is not None:
                continue
            report.pushed.append(schedule.pk)
        if dry_run:
            continue
        if schedule.effective_from is None or (held.exists and _changed_silently(schedule, held)):
            schedule.effective_from = now
            APIEndpointSchedule.objects.filter(pk=schedule.pk).update(effective_from=now)
        _push(mirror, schedule, days)


def _changed_silently(schedule: APIEndpointSchedule, held: Held) -> bool:
    """A proper save raises the revision; anything else that differs came past it."""
    return schedule.revision <= int(held.revision)


def _push(mirror: Mirror, schedule: APIEndpointSchedule, days: ExceptionalDays) -> None:
    try:
        content = content_of(schedule, days)
    except DefinitionError as error:
        with translation.override(None):
            mirror.set_aside(schedule.pk, str(error))
        return
    mirror.push(content, watermark=partial(_watermark, schedule))


def _watermark(schedule: APIEndpointSchedule, held: Held) -> datetime:
    """Return the instant after which the next occurrence lies: nothing before a change, nothing done already.

    The ledger is asked only when Redis knows nothing, after it has lost its data.
    """
    marks = [schedule.effective_from, schedule.paused_until, held.last]
    if not held.exists:
        runs = ScheduleRun.objects.filter(schedule=schedule)
        marks.append(runs.aggregate(latest=Max("scheduled_for"))["latest"])
    return max(mark for mark in marks if mark is not None)
