"""Find what is wrong now: in the ledger, in the rows of the schedules, and in the engine."""

from collections.abc import Collection
from datetime import datetime, timedelta

from schedules.alerts.deciding import Look
from schedules.alerts.facts import of_engine, of_runs, of_schedules
from schedules.models import AlertEvent

__all__ = ["look"]


def look(
    now: datetime,
    *,
    events: Collection[str],
    failures: int,
    lasting: dict[str, timedelta],
    remembered: Collection[int],
) -> Look:
    """Return all that is wrong of ``events``, as far as any rule could ask for it.

    ``failures``: the most in a row that a rule waits for. ``lasting``: event → the shortest time that a rule waits for.
    ``remembered``: schedules whose last trouble may lie longer ago than one looks back. Raises the database's errors;
    a Redis that does not answer is a finding.
    """
    findings = []
    if {AlertEvent.FAILED, AlertEvent.MISSED}.intersection(events):
        findings += of_runs.troubles(now, failures=failures, remembered=remembered)
    if AlertEvent.RUNNING_LONG in events:
        findings += of_runs.running_since(now - lasting[AlertEvent.RUNNING_LONG])
    if AlertEvent.PAUSED_LONG in events:
        findings += of_schedules.paused_since(now - lasting[AlertEvent.PAUSED_LONG], now=now)
    if AlertEvent.CALENDAR in events:
        findings += of_schedules.calendars_ending(now)
    late_before = now - lasting[AlertEvent.LATE] if AlertEvent.LATE in events else None
    if late_before is not None:
        findings += of_runs.not_begun_since(late_before)
    engine = of_engine.look(
        now, late_before=late_before, with_drift=AlertEvent.DRIFT in events, with_beat=AlertEvent.BEAT_SILENT in events
    )
    # Of one schedule and event the oldest trouble stands for all.
    findings = sorted([*findings, *engine.findings], key=lambda finding: finding.since, reverse=True)
    return Look(list({finding.key: finding for finding in findings}.values()), engine.unknown)
