"""A real beat and a real worker over a minute and more: what the preview listed before is what was done."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule
from schedules.services.previewing import preview_of
from tests.support.builders import an_endpoint
from tests.support.stack import Stack
from tests.support.storm import is_full_size
from tests.support.waiting import wait_until

#: The database plays no part in it.
pytestmark = pytest.mark.one_database

#: A whole minute begins within it, wherever it starts.
WINDOW = timedelta(seconds=90 if is_full_size() else 65)
TOKYO = timedelta(hours=9)


def test_two_hundred_schedules_of_every_kind_fire_exactly_as_previewed(stack: Stack) -> None:
    stack.worker("--concurrency=2", "--loglevel=WARNING")
    stack.beat()
    wait_until(lambda: Mirror().is_whole(), within=10, saying="beat to lead")
    endpoint = an_endpoint(task="tests.effect")
    # On a second that few schedules share, and late enough for all of them to be saved before it.
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=25)
    end = start + WINDOW
    schedules = [make(endpoint, number, start, end) for number in range(200)]
    assert datetime.now(UTC) < start, "The machine was too slow to save the schedules before their first instant."

    previewed = {
        (schedule.pk, run.at)
        for schedule in schedules
        for run in preview_of(schedule, now=start, count=500).runs
        if run.at <= end
    }
    assert len(previewed) > 200
    time.sleep((end - datetime.now(UTC)).total_seconds())

    def fired() -> list[tuple[int, datetime]]:
        found = [(number, datetime.fromisoformat(when)) for number, when, _task_id in stack.effects()]
        return [(number, when) for number, when in found if start < when <= end]

    wait_until(lambda: len(fired()) >= len(previewed), within=60, saying="the worker to get through the queue")
    assert sorted(fired()) == sorted(previewed)


def make(endpoint: object, number: int, start: datetime, end: datetime) -> APIEndpointSchedule:
    """Make the ``number``-th schedule; the kinds take turns, and each has an occurrence in the window or nearly so."""
    minute = (start + timedelta(minutes=1)).replace(second=0)
    local = minute + TOKYO
    time_of_day = {"times": [f"{local:%H:%M}"]}
    kinds = (
        {"schedule_type": "interval", "interval_seconds": 20 + number % 7, "starts_at": start},
        {"schedule_type": "cron", "cron_expression": "* * * * *"},
        {"schedule_type": "cron", "cron_expression": f"{minute.minute} * * * *", "timezone": "UTC"},
        {"schedule_type": "daily", "execution_times": time_of_day},
        {"schedule_type": "weekly", "execution_times": time_of_day, "weekdays": [f"{local:%a}".lower()]},
        {"schedule_type": "monthly", "execution_times": time_of_day, "month_days": [local.day]},
        {"schedule_type": "once", "run_at": start + timedelta(seconds=5 + number % 60)},
        {"schedule_type": "daily", "execution_times": time_of_day, "trading_day_rule": "skip"},
    )
    return APIEndpointSchedule.objects.create(name=f"{number}", endpoint=endpoint, **kinds[number % len(kinds)])
