"""Take what beat tells (sent, missed) into the ledger. Repeating it changes nothing."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction

from schedules.models import APIEndpointSchedule, ScheduleRun

logger = logging.getLogger(__name__)

State = ScheduleRun.State
STATES = {"dispatched": State.DISPATCHED, "missed": State.MISSED}
MAX_REASON = ScheduleRun._meta.get_field("state_reason").max_length


def record(texts: Sequence[str]) -> None:
    """Write one row for each event that has none yet. What cannot be read is logged and left out."""
    told = [event for text in texts if (event := _read(text)) is not None]
    names = dict(
        APIEndpointSchedule.objects.filter(pk__in={event["schedule"] for event in told}).values_list("pk", "name")
    )
    rows = [_row(event, names) for event in told]
    try:
        with transaction.atomic():
            ScheduleRun.objects.bulk_create(rows, ignore_conflicts=True)
    except (IntegrityError, DataError, ValueError):
        # A schedule was deleted between the two statements, or the database cannot keep what one of them holds: the
        # rest must not be lost with it, nor wait behind it.
        for row in rows:
            _record_alone(row)


def _record_alone(row: ScheduleRun) -> None:
    if not APIEndpointSchedule.objects.filter(pk=row.schedule_id).exists():
        row.schedule_id = None
    try:
        with transaction.atomic():
            ScheduleRun.objects.bulk_create([row], ignore_conflicts=True)
    except (DataError, ValueError) as error:
        logger.error("ledger.event_not_kept task_id=%s error=%s", row.task_id, error)


def _read(text: str) -> dict[str, Any] | None:
    """Return an event with all that a row needs; None for anything else, which must not hold up what comes after."""
    try:
        event = json.loads(text)
        return {
            "state": STATES[event["kind"]],
            "scheduled_for": datetime.fromisoformat(event["scheduled_for"]),
            "at": datetime.fromisoformat(event["at"]),
            "schedule": int(event["schedule"]),
            **{name: str(event[name]) for name in ("task", "task_id", "reason")},
            **{name: event[name] for name in ("args", "kwargs")},
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        logger.error("ledger.unreadable_event error=%s text=%.200s", error, text)
        return None


def _row(event: dict[str, Any], names: dict[int, str]) -> ScheduleRun:
    number = event["schedule"]
    is_sent = event["state"] == State.DISPATCHED
    return ScheduleRun(
        schedule_id=number if number in names else None,
        schedule_name=names.get(number, f"#{number}"),
        task=event["task"],
        task_id=event["task_id"],
        args=event["args"],
        kwargs=event["kwargs"],
        scheduled_for=event["scheduled_for"],
        state=event["state"],
        state_reason=event["reason"][:MAX_REASON],
        dispatched_at=event["at"] if is_sent else None,
        finished_at=None if is_sent else event["at"],
    )
