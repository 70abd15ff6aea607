"""Schedules whose single occurrences a test changes, and what became of these."""

from datetime import datetime, timedelta

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, ScheduleRun
from tests.support.builders import a_schedule

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def hourly(**fields: object) -> APIEndpointSchedule:
    return a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600, **fields)


def next_of(schedule: APIEndpointSchedule) -> datetime:
    upcoming = Mirror().read([schedule.pk])[0].next
    assert upcoming is not None
    return upcoming


def told() -> list[tuple[datetime, str, str]]:
    rows = ScheduleRun.objects.filter(scheduled_for__isnull=False).order_by("scheduled_for")
    return list(rows.values_list("scheduled_for", "state", "state_reason"))
