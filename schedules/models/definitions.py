"""From a schedule's row to the definition that the recurrence understands, and back to its fields.

The definition is self-contained: the anchor of an interval, the exchange's exceptional days and the one-time changes
of single occurrences are part of it, so that beat needs no database to compute the next occurrence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.apps import apps

from schedules.models.exceptional_day import ExceptionalDay
from schedules.recurrence import Recurrence, parse_definition

ExceptionalDays = Mapping[str, Sequence[Mapping[str, Any]]]
Changes = Mapping[int, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Beside:
    """What definitions hold besides the columns of their own rows, read once for any number of them.

    ``exceptional_days`` by exchange, ``changes`` by the key of the schedule.
    """

    exceptional_days: ExceptionalDays = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)


class Ruled(Protocol):
    """The fields of a schedule's row that make up its rule. Their meaning is the model's."""

    pk: Any
    schedule_type: str
    execution_times: Any
    weekdays: Any
    month_days: Any
    short_months: str
    cron_expression: str
    interval_seconds: int | None
    run_at: datetime | None
    timezone: str
    starts_at: datetime | None
    ends_at: datetime | None
    excluded_dates: Any
    trading_day_rule: str
    exchange: str
    created_at: datetime


#: The kind whose rule counts from when its schedule was made, to the second, unless it has a start.
ANCHORED_WHEN_MADE = "interval"

#: Where a person mends a problem that the recurrence found under a key of the definition.
FIELD_OF_KEY = {
    "kind": "schedule_type",
    "times": "execution_times",
    "weekdays": "weekdays",
    "month_days": "month_days",
    "short_months": "short_months",
    "cron": "cron_expression",
    "every_seconds": "interval_seconds",
    "anchor": "starts_at",
    "at": "run_at",
    "timezone": "timezone",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "excluded_dates": "excluded_dates",
    "trading_day_rule": "trading_day_rule",
    "exchange": "exchange",
    "exceptional_days": "exchange",
}


def definition_of(schedule: Ruled, beside: Beside | None = None) -> dict[str, Any]:
    """Return the definition of a saved or unsaved schedule.

    Without ``beside`` what is needed of it is read from the database, for this schedule alone.
    """
    definition: dict[str, Any] = {
        "kind": schedule.schedule_type,
        "timezone": schedule.timezone,
        "starts_at": _text(schedule.starts_at),
        "ends_at": _text(schedule.ends_at),
        "excluded_dates": schedule.excluded_dates or [],
        "trading_day_rule": schedule.trading_day_rule,
        "exchange": schedule.exchange,
        **_of_kind(schedule),
    }
    if asks_the_exchange(schedule):
        definition["exceptional_days"] = _days(schedule.exchange, beside and beside.exceptional_days)
    if changes := _changes(schedule.pk, beside and beside.changes):
        definition["changes"] = changes
    return definition


def recurrence_of(schedule: Ruled, beside: Beside | None = None) -> Recurrence:
    """Return the schedule's recurrence. Raises DefinitionError when its fields make none."""
    return parse_definition(definition_of(schedule, beside))


def read_beside() -> Beside:
    """Return what stands beside all schedules: two queries, ready to be handed to ``definition_of`` many times."""
    return Beside(exceptional_days_by_exchange(), changes_by_schedule())


def changes_by_schedule(schedule_id: Any = None) -> dict[int, list[dict[str, Any]]]:
    """Return the one-time changes of all schedules, or of one: one query."""
    rows = apps.get_model("schedules", "OccurrenceChange").objects.order_by("schedule_id", "scheduled_for")
    found: dict[int, list[dict[str, Any]]] = {}
    for change in rows if schedule_id is None else rows.filter(schedule_id=schedule_id):
        found.setdefault(change.schedule_id, []).append(change.for_definition())
    return found


def exceptional_days_by_exchange() -> dict[str, list[dict[str, Any]]]:
    """Return the staff's table, one query, ready to be handed to ``definition_of`` many times."""
    days: dict[str, list[dict[str, Any]]] = {}
    for day in ExceptionalDay.objects.order_by("on"):
        days.setdefault(day.exchange, []).append(
            {
                "on": day.on.isoformat(),
                "is_open": day.is_open,
                "ja": day.reason_ja,
                "en": day.reason_en or day.reason_ja,
            }
        )
    return days


def _of_kind(schedule: Ruled) -> dict[str, Any]:
    kind = schedule.schedule_type
    if kind == "cron":
        return {"cron": schedule.cron_expression}
    if kind == ANCHORED_WHEN_MADE:
        anchor = schedule.starts_at or schedule.created_at.replace(microsecond=0)
        return {"every_seconds": schedule.interval_seconds, "anchor": _text(anchor)}
    if kind == "once":
        return {"at": _text(schedule.run_at)}
    definition: dict[str, Any] = {"times": _times(schedule.execution_times)}
    if kind == "weekly":
        definition["weekdays"] = schedule.weekdays
    if kind == "monthly":
        definition |= {"month_days": schedule.month_days, "short_months": schedule.short_months}
    return definition


def _times(execution_times: Any) -> Any:
    # A wrong shape is passed on as it is: the recurrence says what it expected.
    return execution_times.get("times") if isinstance(execution_times, dict) else execution_times


def asks_the_exchange(schedule: Ruled) -> bool:
    """Say whether its occurrences depend on the exchange's trading days."""
    month_days = schedule.month_days if isinstance(schedule.month_days, list) else []
    return schedule.trading_day_rule != "any" or any(str(day).startswith("trading:") for day in month_days)


def _changes(pk: Any, known: Changes | None) -> list[dict[str, Any]]:
    if pk is None:
        return []
    changes = changes_by_schedule(pk) if known is None else known
    return [dict(change) for change in changes.get(pk, ())]


def _days(exchange: str, known: ExceptionalDays | None) -> list[dict[str, Any]]:
    days = exceptional_days_by_exchange() if known is None else known
    return [dict(day) for day in days.get(exchange, ())]


def _text(instant: Any) -> Any:
    return instant.isoformat() if isinstance(instant, datetime) else instant
