"""What is wrong by the ledger: failed, missed, running too long, not begun."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from schedules.alerts.deciding import Finding
from schedules.models import AlertEvent, APIEndpointSchedule, ScheduleRun
from schedules.models.reasons import Reason
from schedules.selectors import BAD, EVER, TROUBLE_WINDOW

State = ScheduleRun.State

FAILURES = (State.FAILED, State.ABANDONED)
#: Of a schedule so many runs are looked at beyond what a rule waits for; longer rows of failures are "at least".
MORE = 20
#: Schedules asked for in one statement.
CHUNK = 500
#: Characters of an error that a message repeats.
SHORT_ERROR = 300
#: Runs of one kind that are listed; beyond it a message has no use.
MOST = 1000


def troubles(now: datetime, *, failures: int, remembered: Collection[int]) -> Iterator[Finding]:
    """Yield the schedules that failed, or missed a run, and have not succeeded since."""
    recent = _telling().filter(state__in=BAD, created_at__gte=now - TROUBLE_WINDOW, schedule__isnull=False)
    ids = sorted({*recent.order_by().values_list("schedule_id", flat=True).distinct(), *remembered})
    for start in range(0, len(ids), CHUNK):
        rows: dict[int, list[dict[str, Any]]] = {}
        for row in _newest_of(ids[start : start + CHUNK], failures + MORE):
            rows.setdefault(row["pk"], []).append(row)
        for newest_first in rows.values():
            yield from _of_one(newest_first, is_cut=len(newest_first) >= failures + MORE)


def running_since(before: datetime) -> Iterator[Finding]:
    """Yield the schedules with a run that began before ``before`` and has not ended."""
    runs = ScheduleRun.objects.filter(state=State.RUNNING, started_at__lt=before, schedule__isnull=False)
    for run in _listed(runs.order_by("started_at")):
        yield _finding(AlertEvent.RUNNING_LONG, run, since=run.started_at)


def not_begun_since(before: datetime) -> Iterator[Finding]:
    """Yield the schedules with a run that was due before ``before`` and waits in a queue still."""
    runs = ScheduleRun.objects.filter(state=State.DISPATCHED, schedule__isnull=False)
    # One that waits for the previous run to end is in nobody's queue; that one may be running too long.
    runs = runs.exclude(state_reason=Reason.WAITING).alias(due_at=Coalesce("scheduled_for", "created_at"))
    for run in _listed(runs.filter(due_at__lt=before).order_by("created_at")):
        yield _finding(AlertEvent.LATE, run, since=run.scheduled_for or run.created_at, reason="not_begun")


def ended_without_beginning(run_ids: Collection[int | None]) -> set[int]:
    """Return those of the runs that no worker has begun and none will: they expired, were skipped or revoked."""
    ended = ScheduleRun.objects.filter(pk__in=run_ids, started_at__isnull=True, finished_at__isnull=False)
    return set(ended.values_list("pk", flat=True))


def _telling() -> Any:
    """Runs that say something of how a schedule goes. What was made up for by a later run is none."""
    return ScheduleRun.objects.filter(state__in=(State.SUCCEEDED, *BAD)).exclude(state_reason=Reason.COALESCED)


def _newest_of(schedule_ids: list[int], count: int) -> Any:
    newest = _telling().filter(schedule=OuterRef("pk")).order_by("-created_at")
    # As in ``selectors.latest_runs_of``: found in the index, so that the whole history is not read.
    oldest = Subquery(newest.values("created_at")[count - 1 : count])
    return (
        APIEndpointSchedule.objects.filter(pk__in=schedule_ids, enabled=True, endpoint__enabled=True)
        .alias(oldest=Coalesce(oldest, Value(EVER), output_field=DateTimeField()))
        .filter(runs__created_at__gte=F("oldest"), runs__state__in=(State.SUCCEEDED, *BAD))
        .order_by("pk", "-runs__created_at", "-runs__pk")
        .values(
            "pk",
            "name",
            "endpoint_id",
            "runs__pk",
            "runs__state",
            "runs__state_reason",
            "runs__error",
            "runs__scheduled_for",
            "runs__created_at",
            "runs__finished_at",
        )
    )


def _of_one(newest_first: list[dict[str, Any]], *, is_cut: bool) -> Iterator[Finding]:
    since_success = []
    for row in newest_first:
        if row["runs__state"] == State.SUCCEEDED:
            is_cut = False
            break
        if row["runs__state_reason"] != Reason.COALESCED:
            since_success.append(row)
    for event, rows in (
        (AlertEvent.FAILED, [row for row in since_success if row["runs__state"] in FAILURES]),
        (AlertEvent.MISSED, [row for row in since_success if row["runs__state"] not in FAILURES]),
    ):
        if not rows:
            continue
        latest, first = rows[0], rows[-1]
        yield Finding(
            event=event,
            subject=f"schedule:{latest['pk']}",
            title=latest["name"],
            since=first["runs__finished_at"]
            if event == AlertEvent.FAILED
            else first["runs__scheduled_for"] or first["runs__created_at"],
            schedule_id=latest["pk"],
            endpoint_id=latest["endpoint_id"],
            count=len(rows),
            facts={
                "run_id": latest["runs__pk"],
                "count": len(rows),
                "at_least": is_cut,
                "error": latest["runs__error"][:SHORT_ERROR],
                "reason": latest["runs__state_reason"],
            },
        )


def _listed(runs: Any) -> Any:
    wanted = runs.filter(schedule__enabled=True, schedule__endpoint__enabled=True).select_related("schedule")
    return wanted.defer("traceback", "result", "args", "kwargs")[:MOST]


def _finding(event: str, run: ScheduleRun, *, since: datetime, reason: str = "") -> Finding:
    assert run.schedule is not None
    return Finding(
        event=event,
        subject=f"schedule:{run.schedule_id}",
        title=run.schedule.name,
        since=since,
        schedule_id=run.schedule_id,
        endpoint_id=run.schedule.endpoint_id,
        facts={"run_id": run.pk, "reason": reason},
    )
