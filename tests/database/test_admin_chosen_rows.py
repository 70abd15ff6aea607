"""Lists of the admin: whatever is sent as chosen rows, as the action and as filters."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from schedules.models import APIEndpoint
from tests.support.builders import a_run, a_schedule, an_endpoint

pytestmark = pytest.mark.django_db

NO_KEYS = ["", "x", "9" * 30, "9" * 5000, "1.5", "\x00", "�", "１\x00"]
LISTS = {
    f"{model._meta.app_label}_{model._meta.model_name}": ["delete_selected", *(each.actions or [])]
    for model, each in admin.site._registry.items()
    if model._meta.app_label in ("schedules", "companies", "auth")
}


@pytest.mark.parametrize("name", LISTS)
def test_what_is_no_row_is_not_chosen(chief: Client, name: str) -> None:
    address = reverse(f"admin:{name}_changelist")

    answers = [chief.post(address, {"action": action, "_selected_action": NO_KEYS}) for action in LISTS[name]]

    assert {answer.status_code for answer in answers} <= {200, 302, 403}


def test_what_is_no_row_is_said_to_be_none_and_does_not_keep_the_others_from_being_changed(chief: Client) -> None:
    endpoint = a_schedule().endpoint
    address = reverse("admin:schedules_apiendpoint_changelist")

    nothing = chief.post(address, {"action": "disable", "_selected_action": "x"}, follow=True)
    assert "No items have been changed." in nothing.content.decode()
    assert APIEndpoint.objects.get().enabled

    asking = chief.post(address, {"action": "disable", "_selected_action": ["x", "9" * 30, str(endpoint.pk)]})
    assert [chosen for chosen, _told in asking.context["lines"]] == [endpoint]


@pytest.mark.parametrize(
    "query",
    [
        "backfill/?schedule__id__exact={}",
        "schedulerun/?schedule__id__exact={}",
        "schedulerun/?created_at__year={}",
        "alertrule/?schedule={}",
        "apiendpointschedule/?endpoint={}",
        "apiendpoint/?id__in=1,{}",
        "exceptionalday/?p={}",
    ],
)
def test_a_number_that_no_database_holds_is_no_filter(chief: Client, query: str) -> None:
    answer = chief.get(f"/admin/schedules/{query.format('9' * 30)}", follow=True)

    assert answer.status_code == 200


def test_a_long_number_may_be_searched_for(chief: Client) -> None:
    a_run(None, schedule_name="9" * 30)

    assert "9" * 30 in chief.get(f"/admin/schedules/schedulerun/?q={'9' * 30}").content.decode()


def test_endpoints_to_choose_from_stand_in_the_order_of_their_names(chief: Client) -> None:
    for name in ("b", "c", "a"):
        an_endpoint(name=name)
    query = {"app_label": "schedules", "model_name": "apiendpointschedule", "field_name": "endpoint", "term": ""}

    found = chief.get(reverse("admin:autocomplete"), query).json()["results"]

    assert [each["text"] for each in found] == ["a", "b", "c"]
