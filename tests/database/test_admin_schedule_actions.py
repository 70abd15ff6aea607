"""What people do to schedules without their form, and what they are told."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from schedules.models import APIEndpointSchedule, ScheduleRun
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.admin import LIST, in_force
from tests.support.builders import a_schedule
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)


def test_deleting_one_and_deleting_many_takes_them_out_of_force(chief: Client) -> None:
    first, second, third = a_schedule(), a_schedule(), a_schedule()
    chief.post(f"{LIST}{first.pk}/delete/", {"post": "yes"})
    assert in_force() == {second.pk, third.pk}
    chief.post(LIST, {"action": "delete_selected", "_selected_action": [second.pk, third.pk], "post": "yes"})
    assert not APIEndpointSchedule.objects.exists()
    assert in_force() == set()


def test_switching_many_says_how_many_were_and_why_the_others_were_not(chief: Client) -> None:
    on, off = a_schedule(name="on"), a_schedule(name="off", enabled=False)
    asking = chief.post(LIST, {"action": "switch_off", "_selected_action": [on.pk, off.pk]})
    assert 'name="reason"' in asking.content.decode()
    assert "Nothing is sent until they are switched on again." in asking.content.decode()
    assert in_force() == {on.pk}

    chosen = {"schedule": [on.pk, off.pk], "confirmed": "1", "reason": "the source is gone"}
    response = chief.post(f"{LIST}do/disable/", chosen, follow=True)
    assert "1 schedule switched off: on" in response.content.decode()
    assert "1 not changed, because it was off: off" in response.content.decode()
    assert in_force() == set()
    assert "the source is gone" in chief.get(f"{LIST}{on.pk}/history/").content.decode()
    # The button of a single one does it at once.
    chief.post(f"{LIST}do/enable/", {"schedule": [on.pk]})
    assert in_force() == {on.pk}


def test_deleting_many_asks_why_and_the_history_knows_it(chief: Client) -> None:
    first, second = a_schedule(name="first"), a_schedule(name="second")
    chosen = {"action": "delete_selected", "_selected_action": [first.pk, second.pk]}
    asking = chief.post(LIST, chosen).content.decode()
    assert 'name="reason"' in asking
    assert "Their runs stay in the run history" in asking
    assert APIEndpointSchedule.objects.count() == 2

    chief.post(LIST, {**chosen, "post": "yes", "reason": "no longer published"})

    assert not APIEndpointSchedule.objects.exists()
    assert chief.get(f"{LIST}deleted/").content.decode().count("no longer published") == 2


def test_a_pause_asks_for_its_reason_and_shows_it_in_the_list(chief: Client) -> None:
    first, second = a_schedule(), a_schedule()
    asking = chief.post(LIST, {"action": "pause", "_selected_action": [first.pk, second.pk]})
    assert 'name="reason"' in asking.content.decode()
    assert in_force() == {first.pk, second.pk}

    address, chosen = f"{LIST}do/pause/", {"schedule": [first.pk, second.pk], "confirmed": "1"}
    assert "id_reason_error" in chief.post(address, {**chosen, "reason": ""}).content.decode()
    assert in_force() == {first.pk, second.pk}

    response = chief.post(address, {**chosen, "reason": "maintenance"}, follow=True)
    assert "2 schedules paused" in response.content.decode()
    assert response.content.decode().count("maintenance") >= 2
    assert in_force() == set()
    assert "Paused: maintenance" in LogEntry.objects.latest("pk").change_message

    chief.post(f"{LIST}do/resume/", {"schedule": [first.pk], "confirmed": "1"})
    assert in_force() == {first.pk}


def test_a_pause_that_would_have_ended_already_is_refused_at_its_field(chief: Client) -> None:
    schedule = a_schedule()
    response = chief.post(
        f"{LIST}do/pause/",
        {"schedule": schedule.pk, "confirmed": "1", "reason": "x", "until": "2020-01-01T00:00"},
    )
    assert re.search(r'id="id_until_error".*?<p>', response.content.decode(), re.DOTALL)
    schedule.refresh_from_db()
    assert schedule.paused_at is None


def test_running_now_records_who_asked_and_why(chief: Client) -> None:
    schedule = a_schedule(enabled=False)
    assert chief.get(f"{LIST}do/run/?schedule={schedule.pk}").status_code == 200
    assert not ScheduleRun.objects.exists()
    response = chief.post(
        f"{LIST}do/run/", {"schedule": schedule.pk, "confirmed": "1", "reason": "try it"}, follow=True
    )
    assert "1 run handed to the workers" in response.content.decode()
    run = ScheduleRun.objects.get()
    assert (run.trigger, run.triggered_by.username, run.trigger_reason) == ("manual", "chief", "try it")


def test_a_run_that_the_queue_does_not_take_is_an_error_message(chief: Client, redis_server: OwnRedis) -> None:
    schedule = a_schedule()
    redis_server.stop()
    response = chief.post(f"{LIST}do/run/", {"schedule": schedule.pk, "confirmed": "1"}, follow=True)
    assert "was not started" in response.content.decode()
    assert ScheduleRun.objects.get().state == "failed"


def test_looking_at_an_action_never_carries_it_out(chief: Client) -> None:
    schedule = a_schedule()
    for code in ("run", "pause", "resume", "enable", "disable"):
        assert chief.get(f"{LIST}do/{code}/?schedule={schedule.pk}&confirmed=1&reason=x").status_code == 200
    schedule.refresh_from_db()
    assert schedule.enabled
    assert schedule.paused_at is None
    assert not ScheduleRun.objects.exists()


@pytest.mark.parametrize("named", ["", "abc", "-1", "9" * 30, "٣", "424242"])
def test_an_action_on_a_schedule_that_is_not_there_says_so(chief: Client, named: str) -> None:
    response = chief.post(f"{LIST}do/disable/", {"schedule": named}, follow=True)
    assert response.status_code == 200
    assert "not there any more" in response.content.decode()
    assert chief.get(f"{LIST}do/explode/").status_code == 404


def test_after_an_action_people_are_back_where_they_were_and_nowhere_else(chief: Client) -> None:
    schedule = a_schedule()
    filtered = f"{LIST}?state=on"
    assert chief.post(f"{LIST}do/disable/", {"schedule": schedule.pk, "back": filtered}).url == filtered
    outside = chief.post(f"{LIST}do/enable/", {"schedule": schedule.pk, "back": "https://elsewhere.example/"})
    assert outside.url == LIST
