"""`manage.py check` asks the real Redis whether it keeps what it is given."""

import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import redis
from django.core.checks import run_checks
from django.core.management import call_command

from schedules.checks.redis_state import check_redis, check_that_redis_answers
from stockura.celery import app
from tests.support.redis_server import OwnRedis
from tests.support.waiting import patient, wait_until

#: Redis alone is asked.
pytestmark = pytest.mark.one_database


@pytest.fixture
def configured(redis_client: redis.Redis) -> Iterator[redis.Redis]:
    """A Redis whose configuration the test may change."""
    names = ("maxmemory-policy", "appendonly")
    before = {name: redis_client.config_get(name)[name] for name in names}
    yield redis_client
    for name, value in before.items():
        redis_client.config_set(name, value)
    # Redis refuses to stop while it writes its first file.
    wait_until(lambda: not redis_client.info("persistence")["aof_rewrite_in_progress"], within=10)


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_a_redis_that_keeps_everything_passes() -> None:
    assert check_redis(None) == check_that_redis_answers(None) == []


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_redis_that_may_evict_keys_is_warned_of(configured: redis.Redis, policy: str) -> None:
    configured.config_set("maxmemory-policy", policy)

    (found,) = check_redis(None)
    assert found.id == "schedules.W007"
    assert f'"{policy}"' in found.msg
    assert "noeviction" in found.hint


def test_a_redis_that_writes_no_file_of_its_changes_is_warned_of(configured: redis.Redis) -> None:
    configured.config_set("appendonly", "no")

    (found,) = check_redis(None)
    assert found.id == "schedules.W008"
    assert "appendonly yes" in found.hint


def test_the_command_shows_the_warning_and_passes(configured: redis.Redis) -> None:
    configured.config_set("maxmemory-policy", "allkeys-lru")
    said = StringIO()

    call_command("check", stderr=said)

    assert "schedules.W007" in said.getvalue()


def test_a_redis_that_is_gone_is_unknown_to_a_deployment_and_no_matter_otherwise(redis_server: OwnRedis) -> None:
    redis_server.stop()

    assert check_redis(None) == []
    (found,) = check_that_redis_answers(None)
    assert found.id == "schedules.W009"
    assert "not known" in found.msg
    assert "schedules.W009" not in ids(run_checks())
    assert "schedules.W009" in ids(run_checks(include_deployment_checks=True))


def test_a_redis_that_hangs_is_waited_for_briefly(redis_server: OwnRedis) -> None:
    redis_server.freeze()

    began = time.monotonic()
    assert ids(check_that_redis_answers(None)) == ["schedules.W009"]
    assert time.monotonic() - began < patient(2)


def test_no_password_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "broker_url", "redis://:a-secret@127.0.0.1:1/0")

    (found,) = check_that_redis_answers(None)
    assert "127.0.0.1:1" in found.msg
    assert "a-secret" not in str(found)


def test_a_broker_that_is_no_redis_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "broker_url", "amqp://127.0.0.1:1//")

    assert check_redis(None) == check_that_redis_answers(None) == []
