"""What the page of one schedule asks of the database, with its chart and its latest runs."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.admin import run_chart
from schedules.models import APIEndpointSchedule, ScheduleRun
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.admin import LIST
from tests.support.builders import a_run, a_schedule

pytestmark = pytest.mark.django_db

STATES = ("succeeded", "failed", "skipped", "running", "missed")


def test_the_page_of_a_schedule_takes_as_many_queries_for_many_runs_as_for_few(chief: Client) -> None:
    boss = User.objects.create_superuser("boss")
    schedule = a_schedule(trading_day_rule="skip")

    def ran(count: int) -> None:
        now = timezone.now()
        for number in range(count):
            begun = now - timedelta(minutes=number)
            asked = {"trigger": ScheduleRun.Trigger.MANUAL, "triggered_by": boss} if number % 2 else {}
            a_run(schedule, state=STATES[number % 5], started_at=begun, finished_at=now, error="HTTP 503", **asked)

    def asked_for_the_page() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as captured:
            page = chief.get(f"{LIST}{schedule.pk}/change/")
        return len(captured), page.content.decode()

    ran(run_chart.FEWEST)
    asked_for_the_page()
    few, _page = asked_for_the_page()
    ran(run_chart.COUNT)
    # Other schedules with runs of their own are nothing to it.
    for _number in range(5):
        a_run(a_schedule(endpoint=schedule.endpoint))
    many, page = asked_for_the_page()

    assert many == few
    assert page.count("data-seconds=") == run_chart.COUNT
    assert APIEndpointSchedule.objects.count() == 6
