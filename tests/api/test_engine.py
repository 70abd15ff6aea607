"""/api/v1/schedules/active and /api/v1/health: from Redis, and 503 without it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import redis
from rest_framework.test import APIClient

from schedules.mirror.keys import Keys
from schedules.mirror.presence import Presence
from tests.api.schedules import ADDRESS
from tests.support.builders import a_schedule
from tests.support.redis_server import RedisServer
from tests.support.waiting import patient

pytestmark = pytest.mark.django_db(transaction=True)

ACTIVE = f"{ADDRESS}/active"
HEALTH = "/api/v1/health"


def test_active_lists_what_beat_holds_by_its_next_run(client: APIClient) -> None:
    later = a_schedule(schedule_type="interval", interval_seconds=7200)
    sooner = a_schedule(schedule_type="interval", interval_seconds=3600)
    a_schedule(enabled=False)

    answer = client.get(ACTIVE).json()

    assert answer["count"] == 2
    assert [entry["id"] for entry in answer["results"]] == [sooner.pk, later.pk]
    assert answer["results"][0] == {
        "id": sooner.pk,
        "name": sooner.name,
        "task": "tests.nothing",
        "schedule": client.get(f"{ADDRESS}/{sooner.pk}").json()["sentence"],
        "last_run_at": None,
        "total_runs": 0,
        "next_run_at": client.get(f"{ADDRESS}/{sooner.pk}").json()["next_run_at"],
        "problem": None,
    }


def test_active_speaks_the_language_of_the_request(client: APIClient) -> None:
    a_schedule()

    assert client.get(f"{ACTIVE}?lang=ja").json()["results"][0]["schedule"] == "毎日 8:10"


def test_active_is_read_in_pages(client: APIClient) -> None:
    for _ in range(3):
        a_schedule()

    first = client.get(f"{ACTIVE}?page_size=2").json()

    assert len(first["results"]) == 2
    assert len(client.get(first["next"]).json()["results"]) == 1


def test_what_beat_has_sent_is_counted(client: APIClient, redis_client: redis.Redis) -> None:
    schedule = a_schedule()
    last = {"__type__": "datetime", "year": 2026, "month": 1, "day": 30, "hour": 23}
    redis_client.hset(Keys().entry(schedule.pk), "meta", json.dumps({"last_run_at": last, "total_run_count": 7}))

    entry = client.get(ACTIVE).json()["results"][0]

    assert (entry["last_run_at"], entry["total_runs"]) == ("2026-01-31T08:00:00+09:00", 7)


@pytest.mark.parametrize("field", ["definition", "meta", "next"])
@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}"])
def test_an_entry_that_cannot_be_read_hides_no_other(
    client: APIClient, redis_client: redis.Redis, field: str, text: str
) -> None:
    broken, whole = a_schedule(), a_schedule()
    redis_client.hset(Keys().entry(broken.pk), field, text)

    entries = {entry["id"]: entry for entry in client.get(ACTIVE).json()["results"]}

    assert entries[whole.pk]["problem"] is None
    assert entries[broken.pk]["name"] == broken.name
    if field == "definition":
        assert entries[broken.pk]["problem"]
        assert entries[broken.pk]["schedule"] is None


def test_health_tells_who_leads_and_who_waits(client: APIClient, redis_client: redis.Redis) -> None:
    now = datetime.now(UTC)
    a_beat(redis_client, "one", leads=False, seen_at=now)
    a_beat(redis_client, "two", leads=True, seen_at=now - timedelta(seconds=4))
    a_schedule()

    health = client.get(HEALTH).json()

    assert health["leader"]["node"] == "two"
    assert 4 <= health["silent_seconds"] < 4 + patient(6)
    assert [beat["node"] for beat in health["standbys"]] == ["one"]
    assert (health["scheduled"], health["set_aside"]) == (1, [])


def test_without_a_beat_nobody_leads(client: APIClient) -> None:
    health = client.get(HEALTH).json()

    assert (health["leader"], health["silent_seconds"], health["standbys"]) == (None, None, [])


def test_health_names_what_was_set_aside(client: APIClient, redis_client: redis.Redis) -> None:
    redis_client.hset(Keys().set_aside, Keys().entry(7), "No time zone is called that.")

    assert client.get(HEALTH).json()["set_aside"] == [{"schedule": 7, "problem": "No time zone is called that."}]


@pytest.mark.parametrize("address", [ACTIVE, HEALTH])
def test_without_redis_it_is_said_that_nothing_is_known(
    client: APIClient, redis_server: RedisServer, address: str
) -> None:
    redis_server.kill()

    answer = client.get(address)

    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "engine_unreachable"


@pytest.mark.parametrize("address", [ACTIVE, HEALTH])
def test_a_parameter_that_means_nothing_is_refused(client: APIClient, address: str) -> None:
    assert client.get(f"{address}?verbose=1").status_code == 400


def a_beat(client: redis.Redis, node: str, *, leads: bool, seen_at: datetime) -> None:
    presence = Presence(node=node, leads=leads, seen_at=seen_at, started_at=seen_at)
    client.hset(Keys().beats, node, presence.to_json())
