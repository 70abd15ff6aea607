"""Endpoints through the pages, and what becomes of their schedules."""


import pytest
from django.test import Client
from django.urls import reverse

from schedules.models import APIEndpoint, APIEndpointSchedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.admin import in_force
from tests.support.builders import a_schedule

pytestmark = pytest.mark.django_db(transaction=True)


def test_deleting_an_endpoint_takes_its_schedules_out_of_force(chief: Client) -> None:
    schedule = a_schedule()
    chief.post(f"/admin/schedules/apiendpoint/{schedule.endpoint_id}/delete/", {"post": "yes"})
    assert not APIEndpointSchedule.objects.exists()
    assert in_force() == set()


def test_a_new_endpoint_needs_a_task_that_workers_know(chief: Client) -> None:
    fields = {
        "name": "e",
        "enabled": "on",
        "queue": "default",
        "expires_seconds_amount": "",
        "expires_seconds_unit": "60",
    }
    refused = chief.post("/admin/schedules/apiendpoint/add/", {**fields, "task": "tests.positiona"})
    assert "Did you mean" in refused.content.decode()
    chief.post("/admin/schedules/apiendpoint/add/", {**fields, "task": "tests.positional"})
    endpoint = APIEndpoint.objects.get()
    assert (endpoint.default_args, endpoint.default_kwargs, endpoint.expires_seconds) == ([], {}, None)


def test_switching_an_endpoint_off_takes_its_schedules_out_of_force(chief: Client) -> None:
    schedule = a_schedule()
    address = reverse("admin:schedules_apiendpoint_changelist")
    response = chief.post(address, {"action": "disable", "_selected_action": [schedule.endpoint_id]}, follow=True)
    assert "1 endpoint switched off" in response.content.decode()
    assert in_force() == set()
    chief.post(address, {"action": "enable", "_selected_action": [schedule.endpoint_id]})
    assert in_force() == {schedule.pk}
