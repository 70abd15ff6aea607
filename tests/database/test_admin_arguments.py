"""What a task is told, in the pages of endpoints and schedules: a labelled field for each thing."""

from typing import Any, Literal

import pytest
from celery import shared_task
from django.contrib.auth.models import User
from django.test import Client

from schedules.models import APIEndpoint, APIEndpointSchedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule, an_endpoint

pytestmark = pytest.mark.django_db(transaction=True)

ENDPOINTS = "/admin/schedules/apiendpoint/"
SCHEDULES = "/admin/schedules/apiendpointschedule/"
FETCH, TURN = "tests.arguments.fetch", "tests.arguments.turn"


@shared_task(name=FETCH)
def fetch(market: Literal["prime", "growth"], limit: int = 100, force: bool = False, note: str = "") -> None:
    """Fetch prices.

    Args:
        limit: How many at the most.
    """


@shared_task(name=TURN)
def turn(limit: int, angle: float) -> None:
    """Turn."""


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chief"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def endpoint() -> APIEndpoint:
    return an_endpoint(task=FETCH, default_args=["prime"], default_kwargs={"limit": 5})


def endpoint_form(task: str, **fields: Any) -> dict[str, Any]:
    usual = {
        "name": "prices",
        "enabled": "on",
        "queue": "default",
        "expires_seconds_amount": "",
        "expires_seconds_unit": "60",
        "default_args": "",
        "default_kwargs": "",
    }
    return {**usual, "task": task, "arguments_of": task, **fields}


def schedule_form(endpoint: APIEndpoint, **fields: Any) -> dict[str, Any]:
    usual = {
        "name": "s",
        "enabled": "on",
        "schedule_type": "daily",
        "execution_times": "08:10",
        "short_months": "skip",
        "timezone": "Asia/Tokyo",
        "trading_day_rule": "any",
        "catch_up_policy": "latest",
        "catch_up_window_seconds_amount": "6",
        "catch_up_window_seconds_unit": "3600",
        "overlap_policy": "skip",
        "max_retries": "0",
        "arguments_from": "own",
    }
    return {**usual, "endpoint": endpoint.pk, "arguments_of": endpoint.task, **fields}


def errors_of(response: Any) -> dict[str, list[str]]:
    return response.context["adminform"].form.errors


def test_the_page_asks_for_each_thing_by_name(chief: Client, endpoint: APIEndpoint) -> None:
    page = chief.get(f"{ENDPOINTS}{endpoint.pk}/change/").content.decode()
    for name in ("market", "limit", "force", "note"):
        assert f'for="id_argument_{name}"' in page
    assert "How many at the most." in page
    assert 'name="default_args"' not in page


def test_what_is_filled_in_is_what_the_task_is_told(chief: Client) -> None:
    filled = {"argument_market": '"growth"', "argument_limit": "１２", "argument_force": "true"}
    response = chief.post(f"{ENDPOINTS}add/", endpoint_form(FETCH, **filled))
    assert response.status_code == 302, errors_of(response)
    endpoint = APIEndpoint.objects.get()
    assert (endpoint.default_args, endpoint.default_kwargs) == ([], {"market": "growth", "limit": 12, "force": True})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("argument_market", ""),
        ("argument_market", '"mothers"'),
        ("argument_market", "\x00"),
        ("argument_limit", "many"),
        ("argument_force", "[]"),
        ("argument_note", "\x00"),
    ],
)
def test_what_the_task_does_not_take_is_said_at_its_field(chief: Client, field: str, typed: str) -> None:
    filled = {"argument_market": '"prime"', field: typed}
    response = chief.post(f"{ENDPOINTS}add/", endpoint_form(FETCH, **filled))
    assert list(errors_of(response)) == [field]
    assert not APIEndpoint.objects.exists()


def test_saving_an_endpoint_as_it_is_leaves_its_arguments_as_they_were_written(
    chief: Client, endpoint: APIEndpoint
) -> None:
    filled = {"argument_market": '"prime"', "argument_limit": "5"}
    chief.post(f"{ENDPOINTS}{endpoint.pk}/change/", endpoint_form(FETCH, name="renamed", **filled))
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.default_args, endpoint.default_kwargs) == ("renamed", ["prime"], {"limit": 5})


def test_arguments_can_be_taken_away_again(chief: Client) -> None:
    endpoint = an_endpoint(task="tests.fail", default_args=["sentence"])
    chief.post(f"{ENDPOINTS}{endpoint.pk}/change/", endpoint_form("tests.fail", argument_sentence=""))
    endpoint.refresh_from_db()
    assert (endpoint.default_args, endpoint.default_kwargs) == ([], {})


def test_a_task_that_takes_anything_is_told_in_json(chief: Client) -> None:
    sent = {**endpoint_form("tests.nothing"), "_arguments": "1"}
    page = chief.post(f"{ENDPOINTS}add/", sent, headers={"HX-Request": "1"})
    assert 'name="default_args"' in page.content.decode()
    assert not APIEndpoint.objects.exists()
    chief.post(f"{ENDPOINTS}add/", endpoint_form("tests.nothing", arguments_of="", default_kwargs='{"a": 1}'))
    assert APIEndpoint.objects.get().default_kwargs == {"a": 1}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("9" * 5000, "A number in it is too large."),
        ("[1e999]", "A number in it is too large."),
        ("[NaN]", "A number in it is too large."),
        ("[" * 100 + "]" * 100, "Lists and objects are nested too deep in it."),
        ("[" * 99_999, "Lists and objects are nested too deep in it."),
        ('["\\u0000"]', "A text in it holds a character that cannot be stored."),
        ('{"\\ud800": 1}', "A text in it holds a character that cannot be stored."),
        ("[", "Enter a valid JSON."),
    ],
)
def test_json_that_cannot_be_kept_is_said_at_its_field_and_stands_there_still(
    chief: Client, typed: str, said: str
) -> None:
    data = endpoint_form("tests.positional", default_args=typed, default_kwargs="")

    answer = chief.post("/admin/schedules/apiendpoint/add/", data)

    assert answer.status_code == 200
    assert said in " ".join(errors_of(answer)["default_args"])
    assert answer.context["adminform"].form["default_args"].value() == typed
    assert not APIEndpoint.objects.exists()


@pytest.mark.parametrize("headers", [{"HX-Request": "1"}, {}], ids=["htmx", "button"])
def test_another_task_brings_its_own_fields(chief: Client, endpoint: APIEndpoint, headers: dict[str, str]) -> None:
    sent = endpoint_form(TURN, arguments_of=FETCH, argument_limit="5", name="typed", _arguments="1")
    page = chief.post(f"{ENDPOINTS}{endpoint.pk}/change/", sent, headers=headers).content.decode()
    assert "argument_angle" in page
    assert "argument_market" not in page
    assert ('value="typed"' in page) == (not headers)
    endpoint.refresh_from_db()
    assert endpoint.task == FETCH


def test_fields_of_one_task_are_never_taken_for_those_of_another(chief: Client, endpoint: APIEndpoint) -> None:
    sent = endpoint_form(TURN, arguments_of=FETCH, argument_limit="5", argument_angle="1")
    response = chief.post(f"{ENDPOINTS}{endpoint.pk}/change/", sent)
    assert "Another task takes other arguments" in response.content.decode()
    # Looked at, they are saved.
    chief.post(f"{ENDPOINTS}{endpoint.pk}/change/", {**sent, "arguments_of": TURN})
    endpoint.refresh_from_db()
    assert (endpoint.task, endpoint.default_args, endpoint.default_kwargs) == (TURN, [], {"limit": 5, "angle": 1.0})


def test_a_schedule_follows_its_endpoint_unless_it_has_its_own(chief: Client, endpoint: APIEndpoint) -> None:
    filled = {"argument_market": '"growth"', "argument_limit": "7"}
    chief.post(f"{SCHEDULES}add/", schedule_form(endpoint, name="own", **filled))
    chief.post(f"{SCHEDULES}add/", schedule_form(endpoint, name="same", arguments_from="endpoint", **filled))
    own, same = APIEndpointSchedule.objects.order_by("name")
    assert own.call() == (FETCH, ["growth"], {"limit": 7})
    assert (same.args, same.kwargs) == (None, None)
    chief.post(f"{SCHEDULES}{own.pk}/change/", schedule_form(endpoint, name="own", arguments_from="endpoint", **filled))
    own.refresh_from_db()
    assert own.call() == (FETCH, ["prime"], {"limit": 5})


def test_a_wrong_argument_of_a_schedule_is_said_at_its_field_only_where_it_counts(
    chief: Client, endpoint: APIEndpoint
) -> None:
    wrong = {"argument_market": '"prime"', "argument_limit": "x"}
    assert list(errors_of(chief.post(f"{SCHEDULES}add/", schedule_form(endpoint, **wrong)))) == ["argument_limit"]
    response = chief.post(f"{SCHEDULES}add/", schedule_form(endpoint, arguments_from="endpoint", **wrong))
    assert response.status_code == 302


def test_the_preview_brings_the_fields_of_another_endpoint_and_no_others(chief: Client, endpoint: APIEndpoint) -> None:
    schedule = a_schedule(endpoint=endpoint)
    other = an_endpoint(name="other", task=TURN, default_kwargs={"limit": 1, "angle": 2.5})
    ask = {"headers": {"HX-Request": "1"}}
    address = f"{SCHEDULES}{schedule.pk}/change/"
    same = chief.post(address, {**schedule_form(endpoint), "_preview": "1"}, **ask).content.decode()
    assert "argument_market" not in same.replace("id_argument_market_error", "")
    swapped = chief.post(
        address, {**schedule_form(other, arguments_of=FETCH, argument_market='"prime"'), "_preview": "1"}, **ask
    ).content.decode()
    assert 'value="2.5"' in swapped
    assert f'name="arguments_of" value="{TURN}"' in swapped
    assert "argument_market" not in swapped
