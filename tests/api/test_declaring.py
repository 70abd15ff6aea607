"""PUT …/by-name/{name}: scripts declare, and repeated calls change nothing."""

import threading
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.test import APIClient

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule
from tests.api.answers import codes_by_field
from tests.api.conftest import ClientWith
from tests.api.schedules import ADDRESS, OF_KIND, a_definition
from tests.support.builders import a_key, a_schedule, an_endpoint
from tests.support.tasks import nothing

pytestmark = pytest.mark.django_db(transaction=True)

ENDPOINTS = "/api/v1/endpoints"


def by_name(name: str, base: str = ADDRESS) -> str:
    return f"{base}/by-name/{quote(name, safe='')}"


def declared(endpoint: APIEndpoint, kind: str = "daily", **fields: Any) -> dict[str, Any]:
    definition = a_definition(endpoint, kind, **fields)
    del definition["name"]
    return definition


@pytest.mark.parametrize("kind", OF_KIND)
def test_the_first_call_creates_and_the_next_ones_change_nothing(
    client: APIClient, endpoint: APIEndpoint, kind: str
) -> None:
    definition, address = declared(endpoint, kind, args=["x"]), by_name("営業日/朝 8:10")

    created = client.put(address, definition)
    row, held = APIEndpointSchedule.objects.values().get(), Mirror().read([created.json()["id"]])
    again = [client.put(address, definition) for _ in range(2)]

    assert (created.status_code, created.json()["outcome"]) == (201, "created")
    assert created.json()["name"] == "営業日/朝 8:10"
    assert [(answer.status_code, answer.json()["outcome"]) for answer in again] == [(200, "unchanged")] * 2
    assert APIEndpointSchedule.objects.values().get() == row
    assert Mirror().read([created.json()["id"]]) == held


def test_what_is_declared_otherwise_is_changed_and_what_is_left_out_takes_its_default(
    client: APIClient, endpoint: APIEndpoint
) -> None:
    address = by_name("prices")
    client.put(address, declared(endpoint, queue="slow"))

    changed = client.put(address, declared(endpoint, "cron"))

    assert (changed.status_code, changed.json()["outcome"]) == (200, "changed")
    assert (changed.json()["schedule_type"], changed.json()["queue"], changed.json()["revision"]) == ("cron", "", 2)
    assert changed.json()["is_in_force"] is True
    assert APIEndpointSchedule.objects.count() == 1


@pytest.mark.parametrize(("first", "second"), [([1], [True]), ([1], [1.0]), ([0], [False])])
def test_values_that_python_takes_for_the_same_are_a_change(
    client: APIClient, first: list[Any], second: list[Any]
) -> None:
    endpoint = an_endpoint(task=nothing.name)
    client.put(by_name("x"), declared(endpoint, args=first))

    assert client.put(by_name("x"), declared(endpoint, args=second)).json()["outcome"] == "changed"


def test_an_endpoint_is_declared_in_the_same_way(client: APIClient) -> None:
    address = by_name("銘柄一覧", ENDPOINTS)

    answers = [client.put(address, {"task": "tests.fetch", "queue": queue}) for queue in ("slow", "slow", "fast")]

    assert [answer.json()["outcome"] for answer in answers] == ["created", "unchanged", "changed"]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert client.get(address).json()["id"] == answers[0].json()["id"]
    assert client.get(by_name("nothing", ENDPOINTS)).status_code == 404


def test_an_answer_may_be_sent_back_and_a_pause_is_left_as_it_is(client: APIClient, endpoint: APIEndpoint) -> None:
    created = client.put(by_name("x"), declared(endpoint)).json()
    client.post(f"{ADDRESS}/{created['id']}/pause", {"reason": "maintenance"})

    again = client.put(by_name("x"), created).json()

    assert (again["outcome"], again["is_paused"], again["pause_reason"]) == ("unchanged", True, "maintenance")


def test_a_name_that_is_not_that_of_the_address_is_refused(client: APIClient, endpoint: APIEndpoint) -> None:
    refused = client.put(by_name("x"), a_definition(endpoint, name="y"))

    assert codes_by_field(refused) == {"name": ["other_name"]}
    assert client.put(by_name("x"), a_definition(endpoint, name="x")).status_code == 201


@pytest.mark.parametrize("name", ["x" * 201, "%", " ", "a\nb", "<script>", "..", "?#", "é" * 200])
def test_no_name_is_a_fault_of_the_program(client: APIClient, endpoint: APIEndpoint, name: str) -> None:
    answer = client.put(by_name(name), declared(endpoint))

    assert answer.status_code in (201, 400, 404), answer.content
    if answer.status_code == 201:
        assert client.put(by_name(name), declared(endpoint)).json()["outcome"] == "unchanged"


@pytest.mark.parametrize("typed", [" x", "x ", "x\n"])
def test_spaces_around_a_name_are_not_part_of_it_however_often_it_is_declared(
    client: APIClient, endpoint: APIEndpoint, typed: str
) -> None:
    said = [client.put(by_name(typed), declared(endpoint)).json()["outcome"] for _time in range(2)]

    assert said == ["created", "unchanged"]
    assert client.get(by_name(typed)).json()["name"] == "x"


@pytest.mark.parametrize("path", ["%00", "a%00b", "%ff", "%ed%a0%80"])
def test_no_address_is_a_fault_of_the_program(client: APIClient, endpoint: APIEndpoint, path: str) -> None:
    assert client.generic("PUT", f"{ADDRESS}/by-name/{path}", "{}", "application/json").status_code in (400, 404)
    assert client.get(f"{ADDRESS}/by-name/{path}").status_code == 404


def test_conditions_hold_here_too(client: APIClient, endpoint: APIEndpoint) -> None:
    address = by_name("x")
    assert client.put(address, declared(endpoint), HTTP_IF_MATCH="*").status_code == 412
    created = client.put(address, declared(endpoint), HTTP_IF_NONE_MATCH="*")
    assert created.status_code == 201

    assert client.put(address, declared(endpoint), HTTP_IF_NONE_MATCH="*").status_code == 412
    etag = created.headers["ETag"]
    assert client.put(address, declared(endpoint, "cron"), HTTP_IF_MATCH=etag).status_code == 200
    assert client.put(address, declared(endpoint), HTTP_IF_MATCH=etag).status_code == 412


def test_declaring_needs_to_be_allowed_to_add_and_to_change(client_with: ClientWith, endpoint: APIEndpoint) -> None:
    a_schedule(name="there", endpoint=endpoint)
    add, change = "add_apiendpointschedule", "change_apiendpointschedule"

    for permissions, status in (((add,), 403), ((change,), 403), ((add, change), 200)):
        assert client_with(*permissions).put(by_name("there"), declared(endpoint)).status_code == status


def test_scripts_that_declare_the_same_at_once_make_one(client: APIClient, endpoint: APIEndpoint) -> None:
    authorization = f"Bearer {a_key(User.objects.get())}"
    at_once, outcomes = threading.Barrier(3), []

    def declare() -> None:
        at_once.wait()
        answer = APIClient(HTTP_AUTHORIZATION=authorization).put(by_name("x"), declared(endpoint), format="json")
        outcomes.append(answer.json().get("outcome"))
        connection.close()

    threads = [threading.Thread(target=declare) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["created", "unchanged", "unchanged"]
