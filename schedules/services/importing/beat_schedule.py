"""The entries of Celery's setting ``beat_schedule``, which stand in code."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from celery import Celery
from celery.schedules import crontab, maybe_schedule, schedule, solar

from schedules.services.importing.found import Found, not_taken, rule_of

_TAKEN = {"queue", "priority", "expires"}


def found_entries(app: Celery, *, now: datetime, last_run_at: datetime | None = None) -> list[Found]:
    """Return every entry. ``last_run_at`` is from when intervals count, such as when its beat was stopped."""
    entries = dict(app.conf.beat_schedule or {})
    return [_found(name, entry, app=app, now=now, last_run_at=last_run_at) for name, entry in sorted(entries.items())]


def _found(name: str, entry: Mapping[str, Any], *, app: Celery, now: datetime, last_run_at: datetime | None) -> Found:
    options = dict(entry.get("options") or {})
    row = {"last_run_at": last_run_at, **_schedule_of(entry.get("schedule"), app)}
    rule = rule_of(row, now=now, timezone=str(app.timezone))
    rule["notices"] = (*rule.get("notices", ()), *not_taken(set(options) - _TAKEN))
    return Found(
        name=name,
        task=str(entry.get("task") or ""),
        args=list(entry.get("args") or []),
        kwargs=dict(entry.get("kwargs") or {}),
        options={
            "queue": options.get("queue"),
            "priority": options.get("priority"),
            "expires_seconds": _seconds(options.get("expires"), now),
        },
        last_run_at=last_run_at,
        **rule,
    )


def _schedule_of(given: Any, app: Celery) -> dict[str, Any]:
    found = maybe_schedule(given, app=app)
    if isinstance(found, crontab):
        names = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")
        return {"crontab": {name: getattr(found, f"_orig_{name}") for name in names} | {"timezone": str(found.tz)}}
    if isinstance(found, solar):
        return {"solar": {"event": found.event}}
    if isinstance(found, schedule):
        return {"interval": {"every": found.run_every // timedelta(microseconds=1), "period": "microseconds"}}
    return {}


def _seconds(expires: Any, now: datetime) -> int | None:
    if isinstance(expires, timedelta):
        return round(expires.total_seconds())
    # A moment at which every later message has expired is no length of time.
    return round(expires) if isinstance(expires, int | float) and not isinstance(expires, bool) else None
