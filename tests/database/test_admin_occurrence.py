"""The page of one run, and what the next runs of a schedule's page offer."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schedules.admin.occurrence_page import occurrence_address
from schedules.forms.occurrence import MoveForm
from schedules.models import APIEndpointSchedule, OccurrenceChange, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.services.occurrences import move_occurrence, skip_occurrence
from tests.support.builders import a_schedule

pytestmark = pytest.mark.django_db

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def schedule() -> APIEndpointSchedule:
    return a_schedule(name="morning")


@pytest.fixture
def client(admin_client: Client) -> Client:
    admin_client.cookies["django_language"] = "en"
    return admin_client


def a_client(*permissions: str) -> Client:
    user = User.objects.create_user(f"user{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def next_of(schedule: APIEndpointSchedule) -> datetime:
    upcoming = recurrence_of(schedule).next_after(timezone.now())
    assert upcoming is not None
    return upcoming


def page_of(schedule: APIEndpointSchedule) -> str:
    return reverse("admin:schedules_apiendpointschedule_change", args=[schedule.pk])


def do(client: Client, schedule: APIEndpointSchedule, at: datetime, code: str, **answers: Any) -> Any:
    address = reverse("admin:schedules_apiendpointschedule_occurrence", args=[schedule.pk])
    return client.post(address, {"at": at.isoformat(), "do": code, **answers}, follow=True)


def html(response: Any) -> str:
    return response.content.decode()


def test_the_next_runs_offer_what_can_be_done_to_each(client: Client, schedule: APIEndpointSchedule) -> None:
    at = next_of(schedule)
    page = html(client.get(page_of(schedule)))

    for code in ("skip", "move", "run"):
        assert occurrence_address(schedule.pk, at, do=code).replace("&", "&amp;") in page
    assert "do=undo" not in page
    shown = html(client.get(occurrence_address(schedule.pk, at, do="skip")))
    assert "Skip this run" in shown
    assert "Move this run" not in shown


def test_a_run_is_skipped_with_a_reason_and_that_is_undone(client: Client, schedule: APIEndpointSchedule) -> None:
    at = next_of(schedule)
    page = html(do(client, schedule, at, "skip", reason="Stocktaking"))

    assert "08:10 is skipped." in page
    assert "One-time changes" in page
    assert "Stocktaking · admin" in page
    assert next_of(schedule) > at
    change = OccurrenceChange.objects.get()
    assert (change.scheduled_for, change.changed_by_name) == (at, "admin")
    assert "Undo" in html(client.get(occurrence_address(schedule.pk, at)))
    assert "The one-time change is undone." in html(do(client, schedule, at, "undo"))
    assert next_of(schedule) == at


def test_a_run_is_moved_to_the_time_that_was_typed_in_the_zone_of_the_schedule(client: Client) -> None:
    schedule = a_schedule(name="evening", timezone="America/New_York")
    at = next_of(schedule)
    local = (at + 2 * HOUR).astimezone(recurrence_of(schedule).zone)
    page = html(do(client, schedule, at, "move", moved_to=f"{local:%Y-%m-%d %H:%M}", reason=""))

    assert "is moved." in page
    assert f"moved once from {at.astimezone(local.tzinfo).day} " in page
    assert next_of(schedule) == at + 2 * HOUR
    assert "do=undo" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2020-01-01 08:00", "has passed. Choose a later time."),
        ("2199-01-01 08:00", "more than a year away"),
        ("soon", "is not a date and time"),
        ("", "This field is required"),
        ("9999-12-31 23:59", "more than a year away"),
    ],
)
def test_a_time_that_makes_no_sense_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, schedule: APIEndpointSchedule, typed: str, sentence: str
) -> None:
    page = html(do(client, schedule, next_of(schedule), "move", moved_to=typed, reason="because of this"))

    assert sentence in page
    assert "because of this" in page
    assert not OccurrenceChange.objects.exists()


@pytest.mark.parametrize("instead", [True, False])
def test_a_run_is_run_now_and_left_out_later_if_wanted(
    client: Client, schedule: APIEndpointSchedule, instead: bool
) -> None:
    at = next_of(schedule)
    do(client, schedule, at, "run", reason="early", **({"instead": "on"} if instead else {}))

    assert ScheduleRun.objects.get().trigger_reason == "early"
    assert (next_of(schedule) > at) is instead


def test_a_get_changes_nothing_and_odd_addresses_lead_back_to_the_schedule(
    client: Client, schedule: APIEndpointSchedule
) -> None:
    address = reverse("admin:schedules_apiendpointschedule_occurrence", args=[schedule.pk])
    client.get(occurrence_address(schedule.pk, next_of(schedule), do="skip"))
    assert not OccurrenceChange.objects.exists()
    for at in ("", "soon", "2026-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x" * 5000):
        response = client.get(address, {"at": at, "do": "skip"}, follow=True)
        assert response.redirect_chain == [(page_of(schedule), 302)]
        assert "The schedule has no run there." in html(response)
    plus = next_of(schedule).isoformat().replace("+", " ")
    assert client.get(address, {"at": plus}).status_code == 200
    gone = reverse("admin:schedules_apiendpointschedule_occurrence", args=[schedule.pk + 1])
    assert client.get(gone).status_code == 302


def test_a_time_that_comes_twice_means_the_run_itself_as_long_as_nobody_touches_it() -> None:
    zone = ZoneInfo("America/New_York")
    second = datetime(2027, 11, 7, 6, 30, tzinfo=UTC)  # 01:30, for the second time

    def moved(typed: str) -> datetime:
        form = MoveForm({"moved_to": typed, "reason": ""}, at=second, zone=zone)
        assert form.is_valid(), form.errors
        return form.cleaned_data["moved_to"].astimezone(UTC)

    assert moved("2027-11-07T01:30") == second
    assert moved("2027-11-07T01:40") == datetime(2027, 11, 7, 5, 40, tzinfo=UTC)


def test_a_moved_run_is_found_by_its_old_time_too(client: Client, schedule: APIEndpointSchedule) -> None:
    at = next_of(schedule)
    skip_occurrence(schedule.pk, at, now=at - HOUR)
    page = html(do(client, schedule, at, "undo"))
    assert "undone" in page
    move_occurrence(schedule.pk, at, to=at + HOUR, now=at - HOUR)
    page = html(client.get(occurrence_address(schedule.pk, at)))
    assert "Moved to" in page
    assert "Skip this run" not in page


def test_the_page_undoes_the_change_that_it_showed_though_another_run_was_moved_to_its_time(
    client: Client, schedule: APIEndpointSchedule
) -> None:
    at = next_of(schedule)
    second = recurrence_of(schedule).next_after(at)
    assert second is not None
    away = move_occurrence(schedule.pk, at, to=at + HOUR, now=at - HOUR)
    assert away is not None
    [form] = [
        item["form"]
        for item in client.get(occurrence_address(schedule.pk, at + HOUR)).context["choices"]
        if item["choice"].code == "undo"
    ]
    move_occurrence(schedule.pk, second, to=at, now=at - HOUR)

    assert form["change"].value() == away.pk
    assert "Several one-time changes" in html(do(client, schedule, at, "undo"))
    assert "undone" in html(do(client, schedule, at, "undo", change=away.pk))
    assert [change.scheduled_for for change in OccurrenceChange.objects.all()] == [second]
    assert "not there any more" in html(do(client, schedule, at, "undo", change=away.pk))


def test_where_one_run_left_and_another_came_each_undo_names_and_undoes_its_own(
    client: Client, schedule: APIEndpointSchedule
) -> None:
    at = next_of(schedule)
    second = recurrence_of(schedule).next_after(at)
    assert second is not None
    away = move_occurrence(schedule.pk, at, to=at + HOUR, now=at - HOUR)
    came = move_occurrence(schedule.pk, second, to=at, now=at - HOUR)
    assert away is not None
    assert came is not None
    page = html(client.get(page_of(schedule)))
    links = {int(change): link for link, change in re.findall(r'href="([^"]*do=undo[^"]*change=(\d+)[^"]*)"', page)}

    assert set(links) == {away.pk, came.pk}
    shown = {pk: client.get(link.replace("&amp;", "&")) for pk, link in links.items()}
    assert "08:10: moved to 09:10" in html(shown[away.pk])
    assert "08:10: moved to 09:10" not in html(shown[came.pk])
    [choice] = shown[away.pk].context["choices"]
    do(client, schedule, at, "undo", change=choice["form"]["change"].value())
    assert list(OccurrenceChange.objects.all()) == [came]


def test_who_may_only_look_sees_the_run_and_changes_nothing(schedule: APIEndpointSchedule) -> None:
    viewer = a_client("view_apiendpointschedule")
    at = next_of(schedule)

    assert "do=skip" not in html(viewer.get(page_of(schedule)))
    assert "you may only look" in html(viewer.get(occurrence_address(schedule.pk, at)))
    for code in ("skip", "move", "run", "undo", "other"):
        assert do(viewer, schedule, at, code).status_code == 403
    runner = a_client("view_apiendpointschedule", "run_apiendpointschedule")
    page = html(runner.get(occurrence_address(schedule.pk, at)))
    assert "Run it now" in page
    assert "Leave out the planned run" not in page
    do(runner, schedule, at, "run", reason="", instead="on")
    assert ScheduleRun.objects.count() == 1
    assert not OccurrenceChange.objects.exists()
    assert a_client().get(occurrence_address(schedule.pk, at)).status_code == 403


def test_a_change_that_the_rule_has_overtaken_is_said_on_the_page_and_can_be_removed(
    client: Client, schedule: APIEndpointSchedule
) -> None:
    at = next_of(schedule)
    skip_occurrence(schedule.pk, at, now=at - HOUR)
    schedule.refresh_from_db()
    schedule.execution_times = {"times": ["09:00"]}
    schedule.save()
    page = html(client.get(page_of(schedule)))

    assert "has no effect: nothing runs then any more." in page
    assert "without effect" in page
    do(client, schedule, at, "undo")
    assert not OccurrenceChange.objects.exists()


def test_the_overview_and_the_list_show_what_was_changed(client: Client, schedule: APIEndpointSchedule) -> None:
    at = next_of(schedule)
    to = timezone.now().replace(microsecond=0) + HOUR
    move_occurrence(schedule.pk, at, to=to, now=timezone.now(), reason="source is early")

    assert "source is early" in html(client.get(reverse("admin:index")))
    listed = html(client.get(reverse("admin:schedules_apiendpointschedule_changelist")))
    assert f"{timezone.localtime(to):%H:%M}" in listed
