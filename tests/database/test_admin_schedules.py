"""Schedules through the admin's pages: what people do there, what they are told, and what the engine then holds."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import shared_task
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from schedules.forms.starting_points import STARTING_POINTS, StartingPoint
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.services.switching import pause_schedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule, an_endpoint
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/schedules/apiendpointschedule/"
ADD = f"{LIST}add/"


@shared_task(name="tests.positional")
def nothing(*args: Any) -> None:
    """A task that exists, so that endpoints may name it."""


@pytest.fixture
def endpoint() -> APIEndpoint:
    return an_endpoint(task="tests.positional")


@pytest.fixture
def chief(client: Client) -> Client:
    """Someone who may do everything, and reads English."""
    client.force_login(User.objects.create_superuser("chief"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def staff_with(client: Client) -> Callable[..., Client]:
    """Return a maker of people with just these permissions on schedules."""

    def make(*codenames: str) -> Client:
        user = User.objects.create_user("staff", is_staff=True)
        permissions = Permission.objects.filter(content_type__app_label="schedules", codename__in=codenames)
        assert permissions.count() == len(codenames)
        user.user_permissions.set(permissions)
        client.force_login(user)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return make


def typed(endpoint: APIEndpoint, **fields: Any) -> dict[str, Any]:
    """What a browser sends for a new schedule, before a kind's own fields are filled in."""
    return {
        "name": "a new schedule",
        "endpoint": endpoint.pk,
        "enabled": "on",
        "schedule_type": "daily",
        "execution_times": "",
        "short_months": "skip",
        "cron_expression": "",
        "interval_seconds_amount": "",
        "interval_seconds_unit": "1",
        "run_at": "",
        "timezone": "Asia/Tokyo",
        "trading_day_rule": "any",
        "exchange": "XTKS",
        "catch_up_policy": "latest",
        "catch_up_window_seconds_amount": "6",
        "catch_up_window_seconds_unit": "3600",
        "overlap_policy": "skip",
        "max_retries": "0",
        "jitter_seconds_amount": "0",
        "jitter_seconds_unit": "1",
        "retry_delay_seconds_amount": "1",
        "retry_delay_seconds_unit": "60",
        "args": "",
        "kwargs": "",
        **fields,
    }


def as_sent(form: Any) -> dict[str, Any]:
    """What a browser sends of a form that nobody touches."""
    data: dict[str, Any] = {}
    for name in form.fields:
        bound = form[name]
        value = bound.value()
        if name.endswith("_seconds") and hasattr(bound.field.widget, "decompress"):
            amount, unit = bound.field.widget.decompress(value)
            data[f"{name}_amount"], data[f"{name}_unit"] = "" if amount is None else amount, unit
        elif value is True:
            data[name] = "on"
        elif value is not None and value is not False and (text := bound.field.widget.format_value(value)) is not None:
            data[name] = text
    return data


def in_force() -> set[int]:
    return Mirror().schedule_ids()


KINDS = [
    ({"schedule_type": "daily", "execution_times": "0810 17:40"}, {"execution_times": {"times": ["08:10", "17:40"]}}),
    (
        {"schedule_type": "weekly", "weekdays": ["mon", "fri"], "execution_times": "25:00"},
        {"weekdays": ["mon", "fri"], "execution_times": {"times": ["25:00"]}},
    ),
    (
        {"schedule_type": "monthly", "month_days": ["1", "last", "trading:-2"], "execution_times": "８時半"},
        {"month_days": [1, "last", "trading:-2"], "execution_times": {"times": ["08:30"]}},
    ),
    ({"schedule_type": "cron", "cron_expression": "*/5 9-15 * * 1-5"}, {"cron_expression": "*/5 9-15 * * 1-5"}),
    (
        {"schedule_type": "interval", "interval_seconds_amount": "15", "interval_seconds_unit": "60"},
        {"interval_seconds": 900},
    ),
    ({"schedule_type": "once", "run_at": "2090-04-01T08:10"}, {}),
]


@pytest.mark.parametrize(("filled", "stored"), KINDS, ids=[filled["schedule_type"] for filled, _stored in KINDS])
def test_a_schedule_of_each_kind_is_saved_and_in_force_at_once(
    chief: Client, endpoint: APIEndpoint, filled: dict[str, Any], stored: dict[str, Any]
) -> None:
    response = chief.post(ADD, typed(endpoint, **filled))
    assert response.status_code == 302, response.context["adminform"].form.errors
    schedule = APIEndpointSchedule.objects.get()
    assert {name: getattr(schedule, name) for name in stored} == stored
    assert in_force() == {schedule.pk}


def test_a_date_and_time_is_meant_in_the_zone_of_the_schedule(chief: Client, endpoint: APIEndpoint) -> None:
    chief.post(ADD, typed(endpoint, schedule_type="once", run_at="2090-07-01T16:30", timezone="America/New_York"))
    schedule = APIEndpointSchedule.objects.get()
    assert schedule.run_at.isoformat() == "2090-07-01T20:30:00+00:00"
    page = chief.get(f"{LIST}{schedule.pk}/change/")
    assert 'value="2090-07-01T16:30"' in page.content.decode()


@pytest.mark.parametrize(
    ("filled", "field", "words"),
    [
        ({"execution_times": "8:00", "catch_up_window_seconds_amount": ""}, "catch_up_window_seconds", "required"),
        ({"execution_times": "31:00"}, "execution_times", "31:00"),
        ({"execution_times": ""}, "execution_times", "time"),
        ({"schedule_type": "cron", "cron_expression": "61 * * * *"}, "cron_expression", "61"),
        ({"schedule_type": "cron", "cron_expression": "0 0 30 2 *"}, "cron_expression", ""),
        ({"schedule_type": "weekly", "execution_times": "8:00"}, "weekdays", ""),
        ({"schedule_type": "interval", "interval_seconds_amount": "0"}, "interval_seconds", ""),
        ({"schedule_type": "interval", "interval_seconds_amount": "9" * 30}, "interval_seconds", ""),
        ({"schedule_type": "once", "run_at": "tomorrow"}, "run_at", "tomorrow"),
        (
            {"schedule_type": "once", "run_at": "2027-03-14T02:30", "timezone": "America/New_York"},
            "run_at",
            "2027-03-14 03:30",
        ),
        ({"execution_times": "8:00", "timezone": "Asia/Nowhere"}, "timezone", ""),
        ({"execution_times": "8:00", "excluded_dates": "2026-02-30"}, "excluded_dates", "2026-02-30"),
        ({"execution_times": "8:00", "kwargs": '{"x": 1}'}, "kwargs", "tests.positional"),
        ({"execution_times": "8:00", "args": "{}"}, "args", "list"),
        ({"execution_times": "8:00", "endpoint": "999"}, "endpoint", ""),
        ({"execution_times": "8:00", "name": ""}, "name", ""),
        ({"schedule_type": "sometimes"}, "schedule_type", ""),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    chief: Client, endpoint: APIEndpoint, filled: dict[str, Any], field: str, words: str
) -> None:
    response = chief.post(ADD, typed(endpoint) | filled)
    assert response.status_code == 200
    shown = re.search(rf'id="id_{field}_error".*?</div>', response.content.decode(), re.DOTALL)
    assert shown
    assert shown[0].count("<p>") == 1
    assert words in shown[0]
    assert not APIEndpointSchedule.objects.exists()


@pytest.mark.parametrize("rubbish", ["\x00", "１" * 500, "<script>", '{"times": 1}', "٣", "-1", "9" * 400, "🗓"])
@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly", "cron", "interval", "once", "\x00"])
def test_nothing_that_can_be_typed_breaks_the_page(
    chief: Client, endpoint: APIEndpoint, kind: str, rubbish: str
) -> None:
    names = [name for name in typed(endpoint) if name not in ("name", "endpoint", "enabled", "schedule_type")]
    everywhere = dict.fromkeys([*names, "weekdays", "month_days", "starts_at", "ends_at", "excluded_dates"], rubbish)
    for extra in ({}, {"_preview": "1"}):
        answer = chief.post(ADD, typed(endpoint, **{**everywhere, "schedule_type": kind, **extra}))
        assert answer.status_code == 200
        live = chief.post(
            ADD,
            typed(endpoint, **{**everywhere, "schedule_type": kind, "_preview": "1"}),
            headers={"HX-Request": "true"},
        )
        assert live.status_code == 200


def test_what_was_left_in_fields_of_another_kind_is_put_aside(chief: Client, endpoint: APIEndpoint) -> None:
    response = chief.post(
        ADD,
        typed(
            endpoint, execution_times="8:00", cron_expression="61 61", run_at="nonsense", interval_seconds_amount="x"
        ),
    )
    assert response.status_code == 302
    schedule = APIEndpointSchedule.objects.get()
    assert (schedule.cron_expression, schedule.run_at, schedule.interval_seconds) == ("", None, None)


def test_a_new_form_holds_the_usual_values_from_the_start(chief: Client, endpoint: APIEndpoint) -> None:
    form = chief.get(ADD).context["adminform"].form
    for name in form.Meta.fields:
        usual = APIEndpointSchedule._meta.get_field(name).get_default()
        assert (form[name].value() or None) == (usual or None), name


def test_an_edit_is_stored_and_in_force(chief: Client, endpoint: APIEndpoint) -> None:
    schedule = a_schedule(endpoint=endpoint)
    before = Mirror().read([schedule.pk])[0]
    chief.post(f"{LIST}{schedule.pk}/change/", typed(endpoint, name="renamed", execution_times="9:00"))
    schedule.refresh_from_db()
    assert (schedule.name, schedule.execution_times) == ("renamed", {"times": ["09:00"]})
    assert Mirror().read([schedule.pk])[0].revision != before.revision


def test_saving_the_page_as_it_is_changes_nothing(chief: Client, endpoint: APIEndpoint) -> None:
    schedule = a_schedule(
        endpoint=endpoint,
        schedule_type="monthly",
        month_days=[1, "3-fri", "trading:-1", "trading:15"],
        excluded_dates=["2026-12-31"],
        starts_at=timezone.now().replace(second=0, microsecond=0),
        catch_up_window_seconds=5400,
        jitter_seconds=30,
    )
    data = as_sent(chief.get(f"{LIST}{schedule.pk}/change/").context["adminform"].form)
    response = chief.post(f"{LIST}{schedule.pk}/change/", data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    stored = APIEndpointSchedule.objects.get()
    for field in APIEndpointSchedule._meta.fields:
        if field.name not in ("revision", "updated_at"):
            assert getattr(stored, field.name) == getattr(schedule, field.name), field.name


def test_deleting_one_and_deleting_many_takes_them_out_of_force(chief: Client) -> None:
    first, second, third = a_schedule(), a_schedule(), a_schedule()
    chief.post(f"{LIST}{first.pk}/delete/", {"post": "yes"})
    assert in_force() == {second.pk, third.pk}
    chief.post(LIST, {"action": "delete_selected", "_selected_action": [second.pk, third.pk], "post": "yes"})
    assert not APIEndpointSchedule.objects.exists()
    assert in_force() == set()


def test_deleting_an_endpoint_takes_its_schedules_out_of_force(chief: Client) -> None:
    schedule = a_schedule()
    chief.post(f"/admin/schedules/apiendpoint/{schedule.endpoint_id}/delete/", {"post": "yes"})
    assert not APIEndpointSchedule.objects.exists()
    assert in_force() == set()


def test_switching_many_says_how_many_were_and_why_the_others_were_not(chief: Client) -> None:
    on, off = a_schedule(name="on"), a_schedule(name="off", enabled=False)
    response = chief.post(LIST, {"action": "switch_off", "_selected_action": [on.pk, off.pk]}, follow=True)
    assert "1 schedule switched off: on" in response.content.decode()
    assert "1 not changed, because it was off: off" in response.content.decode()
    assert in_force() == set()
    chief.post(LIST, {"action": "switch_on", "_selected_action": [on.pk, off.pk]})
    assert in_force() == {on.pk, off.pk}


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


def test_a_save_while_redis_is_down_stands_and_is_said_to_be_not_yet_in_force(
    chief: Client, endpoint: APIEndpoint, redis_server: OwnRedis
) -> None:
    redis_server.stop()
    response = chief.post(ADD, typed(endpoint, execution_times="8:00"), follow=True)
    assert "not yet in force" in response.content.decode()
    schedule = APIEndpointSchedule.objects.get()
    assert "Not known" in chief.get(LIST).content.decode()

    redis_server.start()
    page = chief.get(LIST).content.decode()
    assert "Change not in force yet" in page
    comparison = chief.get(f"{LIST}reconcile/").content.decode()
    assert schedule.name in comparison
    assert in_force() == set()
    chief.post(f"{LIST}reconcile/")
    assert in_force() == {schedule.pk}
    assert "In force" in chief.get(LIST).content.decode()


def test_the_list_says_the_rule_the_next_run_and_where_each_schedule_stands(chief: Client) -> None:
    a_schedule(name="on", trading_day_rule="skip")
    a_schedule(name="off", enabled=False)
    paused = a_schedule(name="paused")
    pause_schedule(paused.pk, now=timezone.now(), reason="exchange closed")
    dead = an_endpoint(name="dead", enabled=False)
    a_schedule(name="of a dead endpoint", endpoint=dead)
    a_schedule(name="over", schedule_type="once", run_at="2020-01-01T00:00+09:00")
    page = chief.get(LIST)
    rows = {schedule.name: schedule.place for schedule in page.context["cl"].result_list}
    assert {name: place.standing.value for name, place in rows.items()} == {
        "on": "in_force",
        "off": "off",
        "paused": "paused",
        "of a dead endpoint": "endpoint_off",
        "over": "ended",
    }
    text = page.content.decode()
    assert "Every day at 8:10 (only on trading days of the Tokyo Stock Exchange)" in text
    assert "exchange closed" in text
    assert [name for name, place in rows.items() if place.next_run_at] == ["on"]


def test_a_drift_from_the_engine_is_shown(chief: Client) -> None:
    schedule = a_schedule()
    APIEndpointSchedule.objects.filter(pk=schedule.pk).update(enabled=False)
    assert "Change not in force yet" in chief.get(LIST).content.decode()


def test_the_list_takes_as_many_queries_for_fifty_schedules_as_for_two(chief: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert chief.get(LIST).status_code == 200
        return len(captured)

    def add(count: int) -> None:
        for _number in range(count):
            schedule = a_schedule(trading_day_rule="skip")
            ScheduleRun.objects.create(
                schedule=schedule, schedule_name=schedule.name, task="t", task_id=f"run {schedule.pk}"
            )

    add(2)
    chief.get(LIST)
    few = queries()
    add(48)
    assert queries() == few
    assert few <= 12


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=off", {"off"}),
        ("state=on", {"on", "failing"}),
        ("state=paused", {"paused"}),
        ("last=failed", {"failing"}),
        ("last=none", {"on", "off", "paused"}),
        ("q=fail", {"failing"}),
        ("schedule_type__exact=cron", set()),
        ("endpoint__id__exact=nonsense", {"on", "off", "paused", "failing"}),
        ("trading_day_rule__exact=skip", {"on"}),
    ],
)
def test_filters_and_search_find_what_they_say(chief: Client, query: str, names: set[str]) -> None:
    a_schedule(name="on", trading_day_rule="skip")
    a_schedule(name="off", enabled=False)
    pause_schedule(a_schedule(name="paused").pk, now=timezone.now(), reason="")
    failing = a_schedule(name="failing")
    for number, state in enumerate(("succeeded", "failed")):
        ScheduleRun.objects.create(
            schedule=failing, schedule_name="failing", task="t", task_id=str(number), state=state
        )
    found = chief.get(f"{LIST}?{query}").context["cl"].result_list
    assert {schedule.name for schedule in found} == names


def test_readers_see_everything_and_change_nothing(staff_with: Callable[..., Client]) -> None:
    reader = staff_with("view_apiendpointschedule", "view_schedulerun")
    schedule = a_schedule()
    page = reader.get(f"{LIST}{schedule.pk}/change/").content.decode()
    assert "Every day at 8:10" in page
    assert "Next 10 runs" in page
    assert 'name="execution_times"' not in page
    assert "Switch off" not in page
    listed = reader.get(LIST).content.decode()
    assert schedule.name in listed
    assert "do/run/" not in listed
    for code in ("run", "pause", "resume", "enable", "disable"):
        assert reader.post(f"{LIST}do/{code}/", {"schedule": schedule.pk, "confirmed": "1"}).status_code == 403
    assert reader.post(f"{LIST}{schedule.pk}/change/", {"_preview": "1"}).status_code == 403
    assert reader.post(f"{LIST}{schedule.pk}/change/", {"name": "mine"}).status_code == 403
    assert reader.get(ADD).status_code == 403
    assert reader.get(f"{LIST}reconcile/").status_code == 403
    assert in_force() == {schedule.pk}


def test_running_and_pausing_have_permissions_of_their_own(staff_with: Callable[..., Client]) -> None:
    operator = staff_with("view_apiendpointschedule", "run_apiendpointschedule", "pause_apiendpointschedule")
    schedule = a_schedule()
    listed = operator.get(LIST).content.decode()
    assert "do/run/" in listed
    assert "do/pause/" in listed
    assert "do/disable/" not in listed
    assert operator.post(f"{LIST}do/run/", {"schedule": schedule.pk, "confirmed": "1"}).status_code == 302
    assert operator.post(f"{LIST}do/disable/", {"schedule": schedule.pk}).status_code == 403
    assert ScheduleRun.objects.count() == 1


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


def test_the_list_shows_the_latest_twenty_runs_of_each_schedule_in_their_order(chief: Client) -> None:
    busy, calm, new = a_schedule(name="busy"), a_schedule(name="calm"), a_schedule(name="new")
    start = timezone.now() - timedelta(days=1)
    for number in range(25):
        state = "failed" if number in (3, 7, 24) else "succeeded"
        a_run(busy, state=state, created_at=start + timedelta(minutes=number))
    a_run(calm, state="missed", scheduled_for=start)
    bars = {row.pk: row.bar for row in chief.get(LIST).context["cl"].result_list}
    assert [mark.tone for mark in bars[busy.pk].marks] == ["good"] * 2 + ["bad"] + ["good"] * 16 + ["bad"]
    assert bars[busy.pk].summary == "The latest 20 runs: 2 failed or missed, 18 succeeded"
    # A single one stands at the right, where the newest is.
    assert [(mark.tone, mark.x) for mark in bars[calm.pk].marks] == [("bad", "95")]
    assert bars[new.pk] is None


@pytest.mark.parametrize("point", STARTING_POINTS.values(), ids=lambda point: point.code)
def test_a_starting_point_fills_the_form_so_that_a_name_is_all_it_lacks(
    chief: Client, endpoint: APIEndpoint, point: StartingPoint
) -> None:
    page = chief.get(f"{ADD}?start={point.code}")
    assert len(page.context["pane"].runs) == 10
    form = page.context["adminform"].form
    sent = as_sent(form) | {"name": "from a template", "endpoint": endpoint.pk}
    response = chief.post(f"{ADD}?start={point.code}", sent)
    assert response.status_code == 302, response.context["adminform"].form.errors
    schedule = APIEndpointSchedule.objects.get()
    assert {name: getattr(schedule, name) for name in point.values} == point.values


@pytest.mark.parametrize("start", ["", "nonsense", "\x00"])
def test_without_a_starting_point_the_form_is_as_ever(chief: Client, endpoint: APIEndpoint, start: str) -> None:
    page = chief.get(ADD, {"start": start})
    assert page.context["pane"].missing
    assert 'href="?start=morning"' in page.content.decode()


def test_a_form_opened_before_somebody_else_saved_undoes_nothing(chief: Client, endpoint: APIEndpoint) -> None:
    schedule = a_schedule(endpoint=endpoint)
    address = f"{LIST}{schedule.pk}/change/"
    seen = re.search(r'name="seen_revision" value="(\d+)"', chief.get(address).content.decode())
    assert seen
    schedule.enabled = False
    schedule.save()
    late = typed(endpoint, name="another name", execution_times="08:10")

    refused = chief.post(address, late | {"seen_revision": seen[1]})

    assert "has been changed since you opened it" in refused.content.decode()
    schedule.refresh_from_db()
    assert (schedule.enabled, schedule.name) == (False, "schedule 1")
    chief.post(address, late | {"seen_revision": str(schedule.revision)})
    schedule.refresh_from_db()
    assert (schedule.enabled, schedule.name) == (True, "another name")
