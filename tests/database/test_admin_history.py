"""The history of changes in the admin: read in words, undone with a reason, and both versions of a lost update."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schedules import actors
from schedules.models import APIEndpointSchedule, RecordedChange
from schedules.services.switching import pause_schedule, set_enabled
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule, an_endpoint

pytestmark = pytest.mark.django_db

LIST = "/admin/schedules/apiendpointschedule/"


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chief"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def schedule() -> APIEndpointSchedule:
    schedule = a_schedule(name="morning", endpoint=an_endpoint())
    schedule.execution_times = {"times": ["09:00"]}
    with actors.acting(reason="the list comes later"):
        schedule.save()
    return schedule


def page(client: Client, address: str) -> str:
    return re.sub(r"\s+", " ", client.get(address).content.decode())


def revert_address(schedule: APIEndpointSchedule) -> str:
    entry = RecordedChange.objects.get_for_object(schedule).first()
    return reverse("admin:schedules_apiendpointschedule_revert", args=[schedule.pk, entry.pk])


def mark_of(client: Client, address: str) -> str:
    return re.search(r'name="mark" value="(\w+)"', page(client, address))[1]  # type: ignore[index]


def typed(schedule: APIEndpointSchedule, **fields: Any) -> dict[str, Any]:
    usual = {
        "name": schedule.name, "endpoint": schedule.endpoint_id, "schedule_type": "daily", "execution_times": "9:00",
        "timezone": "Asia/Tokyo", "trading_day_rule": "any", "short_months": "skip", "exchange": "XTKS",
        "catch_up_policy": "latest", "catch_up_window_seconds_amount": "6", "catch_up_window_seconds_unit": "3600",
        "overlap_policy": "skip", "max_retries": "0", "enabled": "on",
    }  # fmt: skip
    return usual | fields


def test_the_history_says_the_rule_in_words_and_why(chief: Client, schedule: APIEndpointSchedule) -> None:
    shown = page(chief, f"{LIST}{schedule.pk}/history/")

    assert "the list comes later" in shown
    assert re.search(r"8:10.*</td><td>.*9:00", shown)
    assert "A program" in shown


def test_the_page_of_a_schedule_shows_its_latest_changes(chief: Client, schedule: APIEndpointSchedule) -> None:
    assert "the list comes later" in page(chief, f"{LIST}{schedule.pk}/change/")


def test_a_revert_shows_what_it_will_do_asks_why_and_does_it(chief: Client, schedule: APIEndpointSchedule) -> None:
    address = revert_address(schedule)
    asked = page(chief, address)
    assert re.search(r"9:00.*</td><td>.*8:10", asked)

    without = chief.post(address, {"mark": mark_of(chief, address), "reason": ""})
    assert without.status_code == 200
    chief.post(address, {"mark": mark_of(chief, address), "reason": "wrong"})
    schedule.refresh_from_db()
    undone = RecordedChange.objects.get_for_object(schedule).first()
    assert schedule.execution_times == {"times": ["08:10"]}
    assert (undone.reason, undone.actor_name, undone.door) == ("wrong", "chief", "admin")
    assert LogEntry.objects.filter(object_id=str(schedule.pk)).count() == 1
    assert "Reverted" in page(chief, f"{LIST}{schedule.pk}/history/")


def test_a_revert_of_what_was_changed_meanwhile_is_shown_again(chief: Client, schedule: APIEndpointSchedule) -> None:
    address = revert_address(schedule)
    mark = mark_of(chief, address)
    schedule.execution_times = {"times": ["10:00"]}
    schedule.save()
    answer = chief.post(address, {"mark": mark, "reason": "wrong"})

    assert "changed meanwhile" in answer.content.decode()
    schedule.refresh_from_db()
    assert schedule.execution_times == {"times": ["10:00"]}


def test_a_revert_that_is_not_valid_any_more_is_refused_with_a_sentence(
    chief: Client, schedule: APIEndpointSchedule
) -> None:
    schedule.name = "evening"
    schedule.save()
    a_schedule(name="morning", endpoint=schedule.endpoint)
    answer = chief.get(revert_address(schedule), follow=True)

    assert "cannot be reverted any more" in answer.content.decode()


def test_a_deleted_schedule_is_found_and_restored(chief: Client, schedule: APIEndpointSchedule) -> None:
    pk = schedule.pk
    chief.post(f"{LIST}{pk}/delete/", {"post": "yes", "reason": "not needed"})
    shown = page(chief, f"{LIST}deleted/")
    assert ("morning" in shown, "not needed" in shown) == (True, True)

    address = re.search(r'href="([^"]+/revert/)"', shown)[1]  # type: ignore[index]
    chief.post(address, {"mark": mark_of(chief, address), "reason": "needed after all"})
    assert APIEndpointSchedule.objects.get(pk=pk).execution_times == {"times": ["09:00"]}
    assert "/revert/" not in page(chief, f"{LIST}deleted/")


def test_who_may_only_look_sees_the_history_and_reverts_nothing(client: Client, schedule: APIEndpointSchedule) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_apiendpointschedule"))
    client.force_login(reader)

    assert "/revert/" not in page(client, f"{LIST}{schedule.pk}/history/")
    assert client.get(revert_address(schedule)).status_code == 403


def test_who_may_pause_may_revert_a_pause_and_nothing_else(client: Client, schedule: APIEndpointSchedule) -> None:
    pauser = User.objects.create_user("pauser", is_staff=True)
    wanted = ["view_apiendpointschedule", "pause_apiendpointschedule"]
    pauser.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client.force_login(pauser)
    assert client.get(revert_address(schedule)).status_code == 403

    pause_schedule(schedule.pk, now=timezone.now(), reason="holiday")
    address = revert_address(schedule)
    client.post(address, {"mark": mark_of(client, address), "reason": "over"})
    schedule.refresh_from_db()
    assert schedule.paused_at is None


def test_the_form_takes_a_reason(chief: Client, schedule: APIEndpointSchedule) -> None:
    body = typed(schedule, execution_times="9:30", change_reason="one more try")
    chief.post(f"{LIST}{schedule.pk}/change/", body)

    change = RecordedChange.objects.get_for_object(schedule).first()
    assert (change.reason, list(change.changes)) == ("one more try", ["execution_times"])


def test_a_lost_update_is_refused_with_both_versions_and_nothing_typed_is_lost(
    chief: Client, schedule: APIEndpointSchedule
) -> None:
    seen = schedule.revision
    with actors.acting(reason="maintenance"):
        set_enabled(schedule.pk, False)
    body = typed(schedule, execution_times="9:45", seen_revision=seen)
    address = f"{LIST}{schedule.pk}/change/"
    refused = re.sub(r"\s+", " ", chief.post(address, body).content.decode())

    assert "Theirs, as it is stored" in refused
    assert re.search(r"9:00.*</td><td>.*9:45", refused)
    assert re.search(r"enabled</th><td>no</td><td>yes", refused)
    assert "maintenance" in refused
    assert "09:45" in refused
    assert APIEndpointSchedule.objects.get().enabled is False

    again = re.search(r'name="seen_revision" value="(\d+)"', refused)[1]  # type: ignore[index]
    body.pop("enabled")
    chief.post(address, body | {"seen_revision": again})
    stored = APIEndpointSchedule.objects.get()
    assert (stored.execution_times, stored.enabled) == ({"times": ["09:45"]}, False)


def test_all_changes_stand_in_one_list(chief: Client, schedule: APIEndpointSchedule) -> None:
    shown = page(chief, "/admin/schedules/recordedchange/")
    assert ("morning" in shown, "the list comes later" in shown) == (True, True)
    assert chief.get("/admin/schedules/recordedchange/?kind=apiendpoint&q=nothing").status_code == 200


@pytest.mark.parametrize(
    "address", ["0/history/", "x/history/", "1/history/9/revert/", "99999999999999999999/history/"]
)
def test_what_is_not_there_is_not_found(chief: Client, address: str) -> None:
    assert chief.get(f"{LIST}{address}").status_code == 404
