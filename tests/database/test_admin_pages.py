"""Every page of the admin opens, for those who may see it and only for them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from schedules.models import ExceptionalDay, ScheduleRun
from tests.support.builders import a_schedule

pytestmark = pytest.mark.django_db(transaction=True)

LISTS = (
    "schedules_apiendpointschedule",
    "schedules_schedulerun",
    "schedules_apiendpoint",
    "schedules_exceptionalday",
    "auth_user",
    "auth_group",
    "schedules_accesstoken",
)


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chief"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.mark.parametrize("name", LISTS)
def test_each_list_and_its_adding_page_open(chief: Client, name: str) -> None:
    a_schedule()
    ExceptionalDay.objects.create(on="2026-05-01", reason_ja="障害")
    assert chief.get(reverse(f"admin:{name}_changelist")).status_code == 200
    adding = chief.get(reverse(f"admin:{name}_add"))
    assert adding.status_code == (403 if name == "schedules_schedulerun" else 200)


def test_each_page_of_one_row_opens(chief: Client) -> None:
    schedule = a_schedule()
    day = ExceptionalDay.objects.create(on="2026-05-01", reason_ja="障害")
    run = ScheduleRun.objects.create(schedule=schedule, schedule_name=schedule.name, task="t", task_id="1")
    for name, row in (
        ("schedules_apiendpointschedule", schedule),
        ("schedules_apiendpoint", schedule.endpoint),
        ("schedules_exceptionalday", day),
        ("schedules_schedulerun", run),
        ("auth_user", User.objects.get()),
    ):
        assert chief.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200
