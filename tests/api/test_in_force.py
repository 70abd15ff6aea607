"""What the API has saved is what beat holds, and when beat could not be told, the answer says so."""

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.services.reconciling import reconcile
from tests.api.schedules import ADDRESS, OF_KIND, PREVIEW, a_definition
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", OF_KIND)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_beat_holds_the_very_instant_that_the_preview_has_said(
    client: APIClient, endpoint: APIEndpoint, kind: str, zone: str
) -> None:
    definition = a_definition(endpoint, kind, timezone=zone)

    # An interval counts from the second of its creation: previewed before, it would be a moment early.
    previewed = {} if kind == "interval" else client.post(PREVIEW, definition).json()
    created = client.post(ADDRESS, definition).json()
    previewed = previewed or client.get(f"{ADDRESS}/{created['id']}/preview").json()

    held = Mirror().read([created["id"]])[0]
    assert held.next == datetime.fromisoformat(previewed["next_runs"][0])
    assert created["next_run_at"] == previewed["next_runs"][0]
    assert (created["standing"], created["is_in_force"], created["warning"]) == ("in_force", True, None)


def test_an_edit_through_the_api_is_in_force_when_it_is_answered(client: APIClient, endpoint: APIEndpoint) -> None:
    address = address_of_new(client, endpoint)

    answer = client.patch(address, {"schedule_type": "cron", "cron_expression": "15 9 * * *"}).json()

    assert next_held(answer["id"]) == datetime.fromisoformat(answer["next_run_at"])
    assert answer["is_in_force"] is True


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        (lambda client, address: client.patch(address, {"enabled": False}), "off"),
        (lambda client, address: client.post(f"{address}/pause"), "paused"),
    ],
    ids=["disabled", "paused"],
)
def test_what_is_off_or_paused_is_not_held(
    client: APIClient, endpoint: APIEndpoint, change: Any, standing: str
) -> None:
    answer = change(client, address_of_new(client, endpoint)).json()

    assert Mirror().schedule_ids() == set()
    assert (answer["standing"], answer["is_in_force"], answer["next_run_at"]) == (standing, False, None)


def test_a_save_while_redis_is_down_succeeds_and_says_that_it_is_not_in_force(
    client: APIClient, endpoint: APIEndpoint, redis_server: RedisServer
) -> None:
    redis_server.kill()

    answer = client.post(ADDRESS, a_definition(endpoint))

    assert answer.status_code == 201
    saved = answer.json()
    assert (saved["is_in_force"], saved["standing"]) == (False, "not_yet")
    assert "not yet in force" in saved["warning"]
    assert saved["next_run_at"]

    read = client.get(f"{ADDRESS}/{saved['id']}").json()
    assert (read["is_in_force"], read["standing"], read["warning"]) == (None, "unknown", None)
    assert client.get(ADDRESS).json()["count"] == 1

    redis_server.start()
    assert client.get(f"{ADDRESS}/{saved['id']}").json()["standing"] == "not_yet"
    reconcile(datetime.now(UTC))
    assert client.get(f"{ADDRESS}/{saved['id']}").json()["standing"] == "in_force"


@pytest.mark.parametrize(
    "change",
    [
        lambda client, address: client.patch(address, {"description": "x"}),
        lambda client, address: client.put(address, client.get(address).json(), HTTP_IF_MATCH="*"),
        lambda client, address: client.post(f"{address}/pause", {"reason": "x"}),
    ],
    ids=["patch", "put", "pause"],
)
def test_every_change_says_when_beat_could_not_be_told(
    client: APIClient, endpoint: APIEndpoint, redis_server: RedisServer, change: Any
) -> None:
    address = address_of_new(client, endpoint)
    redis_server.kill()

    answer = change(client, address)

    assert answer.status_code == 200
    assert answer.json()["warning"]
    assert answer.json()["is_in_force"] is False


def test_a_deletion_that_beat_could_not_be_told_of_is_answered_with_202(
    client: APIClient, endpoint: APIEndpoint, redis_server: RedisServer
) -> None:
    address = address_of_new(client, endpoint)
    redis_server.kill()

    answer = client.delete(address)

    assert answer.status_code == 202
    assert answer.json()["warning"]
    assert not APIEndpointSchedule.objects.exists()
    redis_server.start()
    reconcile(datetime.now(UTC))
    assert Mirror().schedule_ids() == set()


def test_an_endpoint_switched_off_while_redis_is_down_says_so_too(
    client: APIClient, endpoint: APIEndpoint, redis_server: RedisServer
) -> None:
    address_of_new(client, endpoint)
    redis_server.kill()

    answer = client.patch(f"/api/v1/endpoints/{endpoint.pk}", {"enabled": False})

    assert answer.status_code == 200
    assert answer.json()["warning"]


def test_a_warning_is_about_its_own_request_only(
    client: APIClient, endpoint: APIEndpoint, redis_server: RedisServer
) -> None:
    redis_server.kill()
    APIEndpointSchedule.objects.create(endpoint=endpoint, name="not asked", execution_times={"times": ["08:10"]})
    redis_server.start()

    assert client.post(ADDRESS, a_definition(endpoint)).json()["warning"] is None


def test_a_refused_definition_leaves_nothing_in_redis(client: APIClient, endpoint: APIEndpoint) -> None:
    assert client.post(ADDRESS, a_definition(endpoint, timezone="Nowhere")).status_code == 400

    assert Mirror().schedule_ids() == set()


def address_of_new(client: APIClient, endpoint: APIEndpoint) -> str:
    return f"{ADDRESS}/{client.post(ADDRESS, a_definition(endpoint)).json()['id']}"


def next_held(schedule_id: int) -> datetime | None:
    return Mirror().read([schedule_id])[0].next
