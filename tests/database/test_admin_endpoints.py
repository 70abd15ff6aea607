"""Endpoints through the pages, and what becomes of their schedules."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from schedules.models import APIEndpoint, APIEndpointSchedule, RecordedChange
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.admin import in_force
from tests.support.builders import a_schedule, an_endpoint

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


def test_switching_endpoints_shows_what_it_means_and_asks_why_before_it_does_it(chief: Client) -> None:
    schedule = a_schedule()
    off = an_endpoint(name="other", enabled=False)
    address = reverse("admin:schedules_apiendpoint_changelist")
    chosen = [schedule.endpoint_id, off.pk]
    asking = chief.post(address, {"action": "disable", "_selected_action": chosen}).content.decode()
    assert "1 schedule does not run any more." in asking
    assert "It is off already." in asking
    assert 'name="reason"' in asking
    assert in_force() == {schedule.pk}

    answered = {"endpoint": chosen, "reason": "the source is gone"}
    response = chief.post(reverse("admin:schedules_apiendpoint_switch_off"), answered, follow=True)
    assert "1 endpoint switched off" in response.content.decode()
    assert "Already off: other" in response.content.decode()
    assert in_force() == set()
    history = chief.get(reverse("admin:schedules_apiendpoint_history", args=[schedule.endpoint_id]))
    assert "the source is gone" in history.content.decode()
    chief.post(reverse("admin:schedules_apiendpoint_switch_on"), {"endpoint": [schedule.endpoint_id]})
    assert in_force() == {schedule.pk}


def test_odd_requests_to_switch_endpoints_change_nothing(chief: Client) -> None:
    endpoint = an_endpoint()
    switch_off = reverse("admin:schedules_apiendpoint_switch_off")
    assert chief.get(switch_off, {"endpoint": endpoint.pk}).status_code == 302
    for sent in ({}, {"endpoint": ["x", "9" * 40, "-1"]}, {"endpoint": endpoint.pk, "reason": "x" * 501}):
        assert chief.post(switch_off, sent, follow=True).status_code == 200
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_apiendpoint"))
    client = Client()
    client.force_login(reader)
    assert client.post(switch_off, {"endpoint": endpoint.pk}).status_code == 403
    endpoint.refresh_from_db()
    assert endpoint.enabled


def test_the_form_of_an_endpoint_asks_why_and_deleting_many_does_too(chief: Client) -> None:
    endpoint = an_endpoint(task="tests.nothing")
    page = f"/admin/schedules/apiendpoint/{endpoint.pk}/change/"
    assert 'name="change_reason"' in chief.get(page).content.decode()
    fields = {
        "name": "renamed", "enabled": "on", "queue": "default", "task": "tests.nothing", "expires_seconds_amount": "",
        "expires_seconds_unit": "60", "change_reason": "a better name",
    }  # fmt: skip
    chief.post(page, fields)
    history = reverse("admin:schedules_apiendpoint_history", args=[endpoint.pk])
    assert "a better name" in chief.get(history).content.decode()

    chosen = {"action": "delete_selected", "_selected_action": [endpoint.pk]}
    address = reverse("admin:schedules_apiendpoint_changelist")
    assert 'name="reason"' in chief.post(address, chosen).content.decode()
    chief.post(address, {**chosen, "post": "yes", "reason": "gone"})
    assert RecordedChange.objects.get(action=RecordedChange.Action.DELETE).reason == "gone"
