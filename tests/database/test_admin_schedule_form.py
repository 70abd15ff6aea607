"""The form of a schedule: what people type there, what they are told, and what the engine then holds."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from schedules.forms.schedule import ScheduleForm
from schedules.forms.starting_points import STARTING_POINTS, StartingPoint
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.admin import ADD, LIST, as_sent, in_force, typed
from tests.support.builders import a_schedule
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)

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
    ("field", "value"),
    [
        ("endpoint", "9" * 5000),
        ("starts_at", "0001-01-01T00:00"),
        ("ends_at", "9999-12-31T23:59"),
    ],
)
def test_what_no_database_and_no_clock_can_hold_is_refused_at_its_field(
    chief: Client, endpoint: APIEndpoint, field: str, value: str
) -> None:
    # East of Greenwich the year 1 begins in the year 0 of UTC; west of it 9999 ends in 10000.
    zone = "Asia/Tokyo" if value.startswith("0") else "America/New_York"
    sent = typed(endpoint, schedule_type="daily", execution_times="0810", timezone=zone)
    page = chief.post(ADD, sent | {field: value})

    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == [field]
    assert not APIEndpointSchedule.objects.exists()


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
        ({"execution_times": "8:00", "kwargs": '{"x": 1}'}, "kwargs", "x"),
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


#: What PostgreSQL can hold less of than SQLite is tried on both.
HELD_BY_FEW = ["\x00", "9" * 400]
RUBBISH = ["１" * 500, "<script>", '{"times": 1}', "٣", "-1", "🗓"]


@pytest.mark.parametrize(
    "rubbish", [*HELD_BY_FEW, *(pytest.param(each, marks=pytest.mark.one_database) for each in RUBBISH)]
)
@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly", "cron", "interval", "once", "\x00"])
def test_nothing_that_can_be_typed_breaks_the_page(
    chief: Client, endpoint: APIEndpoint, kind: str, rubbish: str
) -> None:
    names = [name for name in typed(endpoint) if name not in ("name", "endpoint", "enabled", "schedule_type")]
    everywhere = dict.fromkeys([*names, "weekdays", "month_days", "starts_at", "ends_at", "excluded_dates"], rubbish)
    for extra in ({}, {"_preview": "1"}):
        answer = chief.post(ADD, typed(endpoint, **{**everywhere, "schedule_type": kind, **extra}))
        assert answer.status_code == 200
    previewed = typed(endpoint, **{**everywhere, "schedule_type": kind, "_preview": "1"})
    live = chief.post(ADD, previewed, headers={"HX-Request": "true"})
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
    for name in ScheduleForm.Meta.fields:
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
