"""/api/v1/endpoints"""

import pytest
from rest_framework.test import APIClient

from schedules.models import APIEndpoint
from tests.api.answers import codes_by_field
from tests.api.conftest import ClientWith
from tests.api.queries import queries_of

ADDRESS = "/api/v1/endpoints"


def test_an_endpoint_is_created_read_changed_and_deleted(client: APIClient) -> None:
    given = {"name": "Prices", "task": "tests.fetch", "default_kwargs": {"limit": 5}, "queue": "slow"}

    created = client.post(ADDRESS, given)
    address = f"{ADDRESS}/{created.json()['id']}"
    changed = client.patch(address, {"enabled": False})

    assert created.status_code == 201
    assert {name: created.json()[name] for name in given} == given
    assert created.json()["expires_seconds"] == 3600
    assert changed.status_code == 200
    assert client.get(address).json()["enabled"] is False
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_put_replaces_so_a_field_left_out_takes_its_default(client: APIClient, endpoint: APIEndpoint) -> None:
    APIEndpoint.objects.update(description="old", queue="slow", expires_seconds=None)

    answer = client.put(f"{ADDRESS}/{endpoint.pk}", {"name": "Renamed", "task": "tests.fetch"}, HTTP_IF_MATCH="*")

    assert answer.status_code == 200
    assert answer.json()["name"] == "Renamed"
    assert answer.json()["description"] == ""
    assert answer.json()["queue"] == "default"
    assert answer.json()["default_args"] == []
    assert answer.json()["expires_seconds"] == 3600
    assert answer.json()["created_at"] == client.get(f"{ADDRESS}/{endpoint.pk}").json()["created_at"]


def test_an_answer_may_be_sent_back_as_it_came(client: APIClient, endpoint: APIEndpoint) -> None:
    read = client.get(f"{ADDRESS}/{endpoint.pk}").json()

    written = client.put(f"{ADDRESS}/{endpoint.pk}", read, HTTP_IF_MATCH="*").json()

    assert {**written, "updated_at": None} == {**read, "updated_at": None}


def test_the_model_refuses_a_task_that_no_worker_knows_and_names_the_nearest(client: APIClient) -> None:
    answer = client.post(ADDRESS, {"name": "Typing error", "task": "tests.fecth"})

    assert answer.status_code == 400
    assert list(codes_by_field(answer)) == ["task"]
    assert 'Did you mean "tests.fetch"?' in answer.json()["detail"]
    assert not APIEndpoint.objects.exists()


def test_two_endpoints_of_one_name_are_refused_at_the_name(client: APIClient, endpoint: APIEndpoint) -> None:
    answer = client.post(ADDRESS, {"name": endpoint.name, "task": "tests.fetch"})

    assert answer.status_code == 400
    assert codes_by_field(answer) == {"name": ["unique"]}


def test_a_field_that_does_not_exist_is_refused_with_the_nearest_that_does(client: APIClient) -> None:
    answer = client.post(ADDRESS, {"name": "Prices", "task": "tests.fetch", "queu": "slow"})

    assert answer.status_code == 400
    assert codes_by_field(answer) == {"queu": ["unknown_field"]}
    assert answer.json()["detail"] == '"queu" is not a field here. Did you mean "queue"?'


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["A", "B", "C"]),
        ("?ordering=-name", ["C", "B", "A"]),
        ("?enabled=false", ["B"]),
        ("?name=C", ["C"]),
        ("?search=alp", ["A"]),
        ("?page_size=2&page=2", ["C"]),
        ("?page_size=2&page=2&lang=ja", ["C"]),
    ],
)
def test_the_list_is_filtered_ordered_searched_and_paged(client: APIClient, query: str, names: list[str]) -> None:
    APIEndpoint.objects.create(name="A", task="tests.fetch", description="alpha")
    APIEndpoint.objects.create(name="B", task="tests.fetch", enabled=False)
    APIEndpoint.objects.create(name="C", task="tests.fetch")

    answer = client.get(f"{ADDRESS}{query}")

    assert answer.status_code == 200
    assert [row["name"] for row in answer.json()["results"]] == names


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("enable=true", "enable", "unknown_parameter"),
        ("enabled=perhaps", "enabled", "invalid"),
        ("ordering=password", "ordering", "unknown_ordering"),
        ("lang=tlh", "lang", "unknown_language"),
        ("name=%00", "name", "null_characters_not_allowed"),
        ("page_size=x", "page_size", "page_size"),
        ("page_size=0", "page_size", "page_size"),
        ("page_size=201", "page_size", "page_size"),
        ("search=%00", "", "invalid"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused(client: APIClient, query: str, field: str, code: str) -> None:
    answer = client.get(f"{ADDRESS}?{query}")

    assert answer.status_code == 400
    assert list(codes_by_field(answer)) == [field]
    if code != "invalid":
        assert codes_by_field(answer) == {field: [code]}


def test_the_list_costs_the_same_number_of_queries_however_long_it_is(client: APIClient, endpoint: APIEndpoint) -> None:
    one = queries_of(client, ADDRESS)
    APIEndpoint.objects.bulk_create(APIEndpoint(name=f"E{n}", task="tests.fetch") for n in range(30))

    assert queries_of(client, ADDRESS) == one


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        ("view_apiendpoint", {"get"}),
        ("add_apiendpoint", {"post"}),
        ("change_apiendpoint", {"patch", "put"}),
        ("delete_apiendpoint", {"delete"}),
    ],
)
def test_each_method_needs_its_own_permission(
    client_with: ClientWith, endpoint: APIEndpoint, permission: str, allowed: set[str]
) -> None:
    client = client_with(permission)
    body = {"name": "Other", "task": "tests.fetch"}
    address = f"{ADDRESS}/{endpoint.pk}"

    statuses = {
        "get": client.get(address).status_code,
        "post": client.post(ADDRESS, body).status_code,
        "patch": client.patch(address, {"description": "x"}).status_code,
        "put": client.put(address, body | {"name": "Another"}, HTTP_IF_MATCH="*").status_code,
        "delete": client.delete(address).status_code,
    }

    assert {method for method, status in statuses.items() if status != 403} == allowed
    assert all(statuses[method] in (200, 201, 204) for method in allowed)
