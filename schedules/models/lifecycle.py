"""What a save means for the engine: which changes raise the revision, and which start a schedule anew."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Q

from schedules.models.locking import locked

#: A change of one of these may place occurrences elsewhere, so that none before the change may fire. Renaming, other
#: arguments or another policy leave a pending occurrence as it is.
TIMING_FIELDS = (
    "schedule_type",
    "execution_times",
    "weekdays",
    "month_days",
    "short_months",
    "cron_expression",
    "interval_seconds",
    "run_at",
    "timezone",
    "starts_at",
    "ends_at",
    "excluded_dates",
    "trading_day_rule",
    "exchange",
    "enabled",
    "paused_at",
    "endpoint_id",
)
#: Written by ``advance`` whatever a caller asked to be saved.
ADVANCED_FIELDS = frozenset({"revision", "effective_from", "updated_at"})


class Living(Protocol):
    """A schedule's row, as far as its being in force is concerned."""

    pk: Any
    endpoint: Any
    enabled: bool
    paused_at: datetime | None
    paused_until: datetime | None
    revision: int
    effective_from: datetime | None


def advance(schedule: Living, *, now: datetime, update_fields: set[str] | None) -> None:
    """Raise the revision and decide from when the schedule is in force; called in the transaction of its save.

    The stored row is locked and compared with, not the instance, which may be stale.
    """
    stored = _stored(schedule)
    schedule.revision = (stored["revision"] if stored else 0) + 1
    if not is_in_force(schedule):
        schedule.effective_from = None
    elif stored is None or stored["effective_from"] is None or _timing_changes(schedule, stored, update_fields):
        schedule.effective_from = now
    else:
        schedule.effective_from = stored["effective_from"]


def is_in_force(schedule: Living) -> bool:
    """Say whether beat should know the schedule. One paused until some time is in force: it waits in the mirror."""
    waits = schedule.paused_at is not None and schedule.paused_until is None
    return schedule.enabled and schedule.endpoint.enabled and not waits


def in_force() -> Q:
    """Return the condition that finds what ``is_in_force`` is true of."""
    waits = Q(paused_at__isnull=False, paused_until__isnull=True)
    return Q(enabled=True, endpoint__enabled=True) & ~waits


def last_paused(until: datetime) -> datetime:
    """Return the last instant that a pause until ``until`` covers: an occurrence at its very end runs."""
    return until - timedelta(microseconds=1)


def pause_holds(now: datetime) -> Q:
    """Return the condition that finds what ``APIEndpointSchedule.is_paused(now)`` is true of."""
    return Q(paused_at__isnull=False) & (Q(paused_until__isnull=True) | Q(paused_until__gt=now))


def _stored(schedule: Living) -> dict[str, Any] | None:
    if schedule.pk is None:
        return None
    rows = locked(type(schedule)._base_manager).filter(pk=schedule.pk)
    return rows.values("revision", "effective_from", *TIMING_FIELDS).first()


def _timing_changes(schedule: Living, stored: dict[str, Any], update_fields: set[str] | None) -> bool:
    saved = TIMING_FIELDS if update_fields is None else [name for name in TIMING_FIELDS if name in update_fields]
    return any(getattr(schedule, name) != stored[name] for name in saved)
