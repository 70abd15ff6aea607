"""What is wrong with the engine: nobody leads, Redis is away, what is due is not sent, what is saved does not hold."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schedules.alerts.deciding import Finding, Look
from schedules.exceptions import EngineUnreachable
from schedules.mirror.mirror import Mirror
from schedules.mirror.presence import read_presences
from schedules.models import AlertEvent, APIEndpointSchedule
from schedules.models.lifecycle import in_force
from schedules.monitoring import Drift, drift_of, engine_health
from schedules.selectors import changed_since

#: Overdue entries that are listed, and schedules saved lately that are compared.
MOST_LATE, MOST_COMPARED = 1000, 500
COMPARED_SINCE = timedelta(minutes=30)
BEAT = "beat"


def look(now: datetime, *, late_before: datetime | None, with_drift: bool, with_beat: bool) -> Look:
    """Return what is wrong with the engine.

    While nobody leads, what is late or has drifted for that reason is not told one by one, and cannot be said to be
    over either.
    """
    depends = frozenset({AlertEvent.LATE, AlertEvent.DRIFT})
    if not (with_beat or with_drift or late_before):
        return Look([])
    # The database first: what is saved while Redis is asked is then no difference.
    wanted = set(APIEndpointSchedule.objects.filter(in_force()).values_list("pk", flat=True)) if with_drift else set()
    changed = changed_since(now - COMPARED_SINCE, limit=MOST_COMPARED) if with_drift else []
    mirror, findings = Mirror(), []
    try:
        health = engine_health(now)
        if health.leader is None:
            seen = [each.seen_at for each in read_presences(mirror, now) if each.leads]
            return Look([_silent(max(seen, default=now), "no_leader")] if with_beat else [], depends)
        if late_before is not None:
            findings += _late(dict(mirror.due_before(late_before, MOST_LATE)))
        if with_drift:
            drift = drift_of(mirror, wanted, changed, health.set_aside)
            findings += _drifted(drift, health.set_aside, now)
    except EngineUnreachable:
        return Look([_silent(now, "redis")] if with_beat else [], depends)
    return Look(findings)


def _silent(since: datetime, reason: str) -> Finding:
    return Finding(event=AlertEvent.BEAT_SILENT, subject=BEAT, title=BEAT, since=since, facts={"reason": reason})


def _late(since_by_schedule: dict[int, datetime]) -> Iterator[Finding]:
    for row in APIEndpointSchedule.objects.filter(pk__in=since_by_schedule).only("name", "endpoint_id"):
        yield _of(row, AlertEvent.LATE, since_by_schedule[row.pk], "not_sent")


def _drifted(drift: Drift, set_aside: dict[int, str], now: datetime) -> Iterator[Finding]:
    reasons = dict.fromkeys(drift.missing, "not_in_force") | dict.fromkeys(drift.stale, "stale")
    reasons |= dict.fromkeys(drift.orphans, "orphan") | dict.fromkeys(set_aside, "set_aside")
    for row in APIEndpointSchedule.objects.filter(pk__in=reasons).only("name", "endpoint_id"):
        yield _of(row, AlertEvent.DRIFT, now, reasons[row.pk], error=set_aside.get(row.pk, ""))


def _of(row: APIEndpointSchedule, event: str, since: datetime, reason: str, error: str = "") -> Finding:
    return Finding(
        event=event,
        subject=f"schedule:{row.pk}",
        title=row.name,
        since=since,
        schedule_id=row.pk,
        endpoint_id=row.endpoint_id,
        facts={"reason": reason, "error": error},
    )
