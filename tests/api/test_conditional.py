"""ETags: what is known is not sent again, and nobody undoes what somebody else has changed meanwhile."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from schedules.models import APIEndpoint, APIEndpointSchedule
from tests.api.schedules import ADDRESS, a_definition
from tests.support.builders import a_schedule

ENDPOINTS = "/api/v1/endpoints"


@pytest.fixture(params=["schedule", "endpoint"])
def thing(request: pytest.FixtureRequest, client: APIClient, endpoint: APIEndpoint) -> tuple[str, dict[str, Any]]:
    """Its address, and what a PUT of it sends."""
    if request.param == "endpoint":
        return f"{ENDPOINTS}/{endpoint.pk}", {"name": "Replaced", "task": "tests.fetch"}
    return f"{ADDRESS}/{a_schedule(endpoint=endpoint).pk}", a_definition(endpoint, name="Replaced")


def etag_of(client: APIClient, address: str) -> str:
    return client.get(address).headers["ETag"]


def test_what_is_known_is_not_sent_again(client: APIClient, thing: tuple[str, Any]) -> None:
    address, _body = thing
    etag = etag_of(client, address)

    again = client.get(address, HTTP_IF_NONE_MATCH=etag)

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == etag
    for other in (f'"x", W/{etag}', "*"):
        assert client.get(address, HTTP_IF_NONE_MATCH=other).status_code == 304
    assert client.get(address, HTTP_IF_NONE_MATCH='"x"').status_code == 200
    assert client.get(address, HTTP_IF_NONE_MATCH="nonsense \x01").status_code == 200


def test_another_language_and_another_state_are_other_representations(
    client: APIClient, thing: tuple[str, Any]
) -> None:
    address, _body = thing
    etag = etag_of(client, address)
    client.patch(address, {"description": "changed"})

    assert client.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 200
    if address.startswith(ADDRESS):
        assert client.get(f"{address}?lang=ja", HTTP_IF_NONE_MATCH=etag_of(client, address)).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_change_made_for_an_older_state_is_refused_and_changes_nothing(
    client: APIClient, thing: tuple[str, Any], method: str
) -> None:
    address, body = thing
    read = etag_of(client, address)
    client.patch(address, {"description": "of somebody else"})
    before = client.get(address).json()

    refused = getattr(client, method)(address, body, HTTP_IF_MATCH=read)

    assert (refused.status_code, refused.json()["code"]) == (412, "changed_meanwhile")
    assert "Read it again" in refused.json()["detail"]
    assert client.get(address).json() == before
    assert getattr(client, method)(address, body, HTTP_IF_MATCH=etag_of(client, address)).status_code in (200, 204)


@pytest.mark.parametrize("sent", ['"x"', "nonsense", 'W/"1-0123"', ""])
def test_an_etag_that_names_nothing_matches_nothing(client: APIClient, thing: tuple[str, Any], sent: str) -> None:
    address, body = thing

    assert client.put(address, body, HTTP_IF_MATCH=sent).status_code == 412


def test_put_needs_to_know_what_it_replaces_and_the_other_ways_do_not(
    client: APIClient, thing: tuple[str, Any]
) -> None:
    address, body = thing

    refused = client.put(address, body)

    assert (refused.status_code, refused.json()["code"]) == (428, "if_match_missing")
    assert "If-Match" in refused.json()["detail"]
    assert client.put(address, body, HTTP_IF_MATCH="*").status_code == 200
    assert client.patch(address, {"description": "x"}).status_code == 200
    assert client.delete(address).status_code == 204


def test_the_answer_to_a_change_carries_the_etag_for_the_next(client: APIClient, endpoint: APIEndpoint) -> None:
    created = client.post(ADDRESS, a_definition(endpoint))
    address = created.headers["Location"]
    changed = client.patch(address, {"description": "a"}, HTTP_IF_MATCH=created.headers["ETag"])
    paused = client.post(f"{address}/pause")
    last = client.patch(address, {"description": "b"}, HTTP_IF_MATCH=paused.headers["ETag"])

    assert [answer.status_code for answer in (created, changed, paused, last)] == [201, 200, 200, 200]
    assert client.patch(address, {"description": "c"}, HTTP_IF_MATCH=changed.headers["ETag"]).status_code == 412


def test_time_that_passes_refuses_no_change(client: APIClient) -> None:
    """The next run moves on by itself; whoever has read the schedule before may still change it."""
    schedule = a_schedule()
    address = f"{ADDRESS}/{schedule.pk}"
    read = etag_of(client, address)
    APIEndpointSchedule.objects.update(execution_times={"times": ["09:00"]})  # Past the model: no revision.

    assert etag_of(client, address) != read
    assert client.patch(address, {"description": "x"}, HTTP_IF_MATCH=read).status_code == 200
