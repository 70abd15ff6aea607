"""Throttles: each scope has its rate, all web processes count together, and Redis that is away stops nobody."""

from typing import Any

import pytest
from django.core.cache import caches
from rest_framework.test import APIClient

from tests.api.conftest import ClientWith
from tests.api.schedules import ADDRESS
from tests.support.builders import a_schedule
from tests.support.redis_server import RedisServer


@pytest.fixture
def rates(settings: Any) -> None:
    given = {"read": "2/day", "write": "1/day", "run": "1/day"}
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": given}


@pytest.fixture
def address(db: None) -> str:
    return f"{ADDRESS}/{a_schedule().pk}"


def test_each_scope_has_its_own_rate_and_too_many_are_told_when_to_come_back(
    client: APIClient, address: str, rates: None
) -> None:
    reads = [client.get(address) for _ in range(3)]
    writes = [client.patch(address, {"description": "x"}), client.post(f"{address}/pause")]
    runs = [client.post(f"{address}/run") for _ in range(2)]

    assert [answer.status_code for answer in reads] == [200, 200, 429]
    assert [answer.status_code for answer in writes] == [200, 429]
    assert [answer.status_code for answer in runs] == [202, 429]
    for refused in (reads[-1], writes[-1], runs[-1]):
        assert refused.json()["code"] == "throttled"
        assert 0 < int(refused.headers["Retry-After"]) <= 86_400


def test_one_person_uses_up_nothing_of_anothers(
    client: APIClient, client_with: ClientWith, address: str, rates: None
) -> None:
    another = client_with("view_apiendpointschedule")
    for _ in range(3):
        client.get(address)

    assert another.get(address).status_code == 200


def test_what_another_web_process_counted_counts_here(client: APIClient, address: str, rates: None) -> None:
    client.get(address)
    # A process that begins knows of nothing but what stands in Redis.
    del caches["shared"]
    client.get(address)
    del caches["shared"]

    assert client.get(address).status_code == 429


def test_redis_that_is_away_throttles_nobody(
    client: APIClient, address: str, rates: None, redis_server: RedisServer
) -> None:
    redis_server.kill()

    assert [client.get(address).status_code for _ in range(3)] == [200, 200, 200]
