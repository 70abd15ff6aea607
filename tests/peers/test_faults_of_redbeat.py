"""Faults of plain RedBeat, each met by the same steps on both engines: it stumbles, ours does not.

Run by `make test-peers`; the faults of plain RedBeat are expected there, strictly, so that a release that mends one
says so. They are no part of `make test`, where the behaviour of ours is held by tests/redis and tests/processes.
"""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest
import redis
from celery.schedules import schedule as every
from redbeat import RedBeatSchedulerEntry

from bench.peers import redbeat_app
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule
from tests.support.builders import a_schedule, an_endpoint
from tests.support.processes import RunningProcess
from tests.support.redis_server import OwnRedis, RedisServer
from tests.support.stack import Stack
from tests.support.waiting import wait_until

#: Both engines send here; nobody consumes.
QUEUE = "sent"
A_DAY = timedelta(days=1)


class Engine(Protocol):
    """What the scenarios ask of an engine."""

    def beat(self, name: str = "beat", **env: str) -> RunningProcess: ...
    def due_once_at(self, due: datetime) -> Any: ...
    def due_once_a_day_at(self, due: datetime) -> Any: ...
    def move(self, what: Any, due: datetime) -> None: ...
    def pause(self, what: Any) -> None: ...
    def resume(self, what: Any) -> None: ...
    def spoil(self, what: Any) -> None: ...


class Ours:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._endpoint = an_endpoint(queue=QUEUE)

    def beat(self, name: str = "beat", **env: str) -> RunningProcess:
        beat = self._stack.beat(name=name, env=env)
        if name == "beat":
            wait_until(lambda: Mirror().is_whole(), within=30)
        return beat

    def due_once_at(self, due: datetime) -> APIEndpointSchedule:
        return a_schedule(endpoint=self._endpoint, schedule_type="once", execution_times=None, run_at=due)

    def due_once_a_day_at(self, due: datetime) -> APIEndpointSchedule:
        seconds = int(A_DAY.total_seconds())
        return a_schedule(endpoint=self._endpoint, schedule_type="interval", execution_times=None,
            interval_seconds=seconds, starts_at=due - A_DAY)  # fmt: skip

    def move(self, what: APIEndpointSchedule, due: datetime) -> None:
        what.starts_at = due
        what.save()

    def pause(self, what: APIEndpointSchedule) -> None:
        what.enabled = False
        what.save()

    def resume(self, what: APIEndpointSchedule) -> None:
        what.enabled = True
        what.save()

    def spoil(self, what: APIEndpointSchedule) -> None:
        mirror = Mirror()
        with self._stack.redis.client() as client:
            client.hset(mirror.keys.entry(what.pk), "definition", "{not json")


class PlainRedBeat:
    """`celery beat` with RedBeat's own scheduler and its default settings."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        os.environ["REDIS_URL"] = stack.redis.url
        redbeat_app.app.conf.redbeat_redis_url = stack.redis.url
        self._count = 0

    def beat(self, name: str = "beat", **env: str) -> RunningProcess:
        if "CELERY_BROKER_URL" in env:
            env["PEER_BROKER_URL"] = env.pop("CELERY_BROKER_URL")
        beat = self._stack.start(
            name, "celery", "-A", "bench.peers.redbeat_app", "beat", "--loglevel=INFO", "--pidfile=", env=env
        )
        beat.wait_for_output("beat: Starting...")
        return beat

    def due_once_at(self, due: datetime) -> RedBeatSchedulerEntry:
        return self.due_once_a_day_at(due)

    def due_once_a_day_at(self, due: datetime) -> RedBeatSchedulerEntry:
        self._count += 1
        daily = every(run_every=A_DAY, app=redbeat_app.app)
        entry = RedBeatSchedulerEntry(f"e{self._count}", "tests.nothing", daily, options={"queue": QUEUE},
            app=redbeat_app.app)  # fmt: skip
        self._ran_at(entry, due - A_DAY)
        return entry

    def move(self, what: RedBeatSchedulerEntry, due: datetime) -> None:
        # What people do: another schedule under the same name. It keeps the old last run.
        seconds = (due - (what.last_run_at or due)).total_seconds() + A_DAY.total_seconds()
        what.schedule = every(run_every=timedelta(seconds=min(seconds, 3600)), app=redbeat_app.app)
        what.save()

    def pause(self, what: RedBeatSchedulerEntry) -> None:
        what.enabled = False
        what.save()

    def resume(self, what: RedBeatSchedulerEntry) -> None:
        what.enabled = True
        what.save()

    def spoil(self, what: RedBeatSchedulerEntry) -> None:
        with self._stack.redis.client() as client:
            client.hset(what.key, "definition", "{not json")

    def _ran_at(self, entry: RedBeatSchedulerEntry, when: datetime) -> None:
        entry.last_run_at = when
        entry.save()
        meta = json.loads('{"total_run_count": 1}') | {"last_run_at": _encoded(when)}
        with self._stack.redis.client() as client:
            client.hset(entry.key, "meta", json.dumps(meta))
            client.zadd("redbeat::schedule", {entry.key: (when + A_DAY).timestamp()})


def _encoded(when: datetime) -> dict[str, Any]:
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__type__": "datetime", **{part: getattr(when, part) for part in parts}, "timezone": "UTC"}


@pytest.fixture(params=["ours", "RedBeat"])
def either(request: pytest.FixtureRequest, stack: Stack) -> Engine:
    return Ours(stack) if request.param == "ours" else PlainRedBeat(stack)


@pytest.fixture(
    params=[
        "ours",
        pytest.param("RedBeat", marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason="plain RedBeat")),
    ]
)
def engine(request: pytest.FixtureRequest, stack: Stack) -> Engine:
    return Ours(stack) if request.param == "ours" else PlainRedBeat(stack)


def test_with_no_fault_both_send_what_is_due(either: Engine, redis_client: redis.Redis) -> None:
    """Without this, the expected failures below could be failures of the test itself."""
    for _ in range(3):
        either.due_once_at(in_seconds(7))
    either.due_once_a_day_at(in_seconds(3600))

    beat = either.beat()

    wait_until(lambda: redis_client.llen(QUEUE) == 3, within=20, saying="three messages")
    time.sleep(1)
    assert redis_client.llen(QUEUE) == 3
    assert beat.is_running


def test_an_entry_saved_while_beat_sleeps_is_sent_when_it_is_due(engine: Engine, redis_client: redis.Redis) -> None:
    engine.beat()
    time.sleep(3)

    engine.due_once_at(in_seconds(2))

    wait_until(lambda: redis_client.llen(QUEUE) == 1, within=6, saying="one message")


def test_what_was_due_while_the_broker_was_away_is_sent_when_it_is_back(
    engine: Engine, stack: Stack, tmp_path: Any
) -> None:
    from tests.support.ports import free_port

    broker = OwnRedis(port=free_port(), directory=tmp_path / "broker")
    due = in_seconds(12)
    for _ in range(5):
        engine.due_once_a_day_at(due)
    broker.start()
    try:
        engine.beat(CELERY_BROKER_URL=broker.url)
        sleep_until(due - timedelta(seconds=1))
        broker.kill()
        sleep_until(due + timedelta(seconds=4))
        broker.start()

        with broker.client() as client:
            wait_until(lambda: client.llen(QUEUE) == 5, within=15, saying="five messages")
    finally:
        broker.kill()


def test_an_unreadable_entry_stops_nothing(engine: Engine, redis_client: redis.Redis) -> None:
    engine.spoil(engine.due_once_a_day_at(in_seconds(1)))
    time.sleep(1)
    for _ in range(3):
        engine.due_once_at(in_seconds(8))

    beat = engine.beat()

    wait_until(lambda: redis_client.llen(QUEUE) >= 3, within=20, saying="three messages")
    assert beat.is_running


def test_an_emptied_redis_ends_no_beat(engine: Engine, redis_client: redis.Redis) -> None:
    beat = engine.beat()
    time.sleep(2)

    redis_client.flushall()
    engine.due_once_at(in_seconds(2))

    wait_until(lambda: redis_client.llen(QUEUE) == 1, within=20, saying="one message")
    assert beat.is_running


def test_a_redis_away_for_seconds_ends_no_beat(engine: Engine, redis_server: RedisServer) -> None:
    beat = engine.beat()
    time.sleep(2)

    redis_server.kill()
    engine_ended = False
    give_up_at = time.monotonic() + 8
    while time.monotonic() < give_up_at:
        engine_ended = engine_ended or not beat.is_running
        time.sleep(0.1)
    redis_server.start()
    engine.due_once_at(in_seconds(3))

    with redis_server.client() as client:
        wait_until(lambda: client.llen(QUEUE) == 1, within=25, saying="one message")
    assert beat.is_running
    assert not engine_ended


def test_what_is_resumed_after_its_time_waits_for_the_next(engine: Engine, redis_client: redis.Redis) -> None:
    what = engine.due_once_a_day_at(in_seconds(3))
    engine.pause(what)
    time.sleep(4)

    engine.resume(what)
    engine.beat()

    time.sleep(6)
    assert redis_client.llen(QUEUE) == 0


def test_an_edit_does_not_fire_what_lies_before_it(engine: Engine, redis_client: redis.Redis) -> None:
    what = engine.due_once_a_day_at(in_seconds(-3600))
    engine.move(what, in_seconds(-1800))

    engine.beat()

    time.sleep(6)
    assert redis_client.llen(QUEUE) == 0


def test_a_standby_leads_within_fifteen_seconds_of_its_leaders_death(
    engine: Engine, redis_client: redis.Redis
) -> None:
    leader = engine.beat()
    time.sleep(3)
    engine.beat(name="standby")
    engine.due_once_at(in_seconds(16))

    leader.kill()

    wait_until(lambda: redis_client.llen(QUEUE) == 1, within=20, saying="one message")


def in_seconds(seconds: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)


def sleep_until(when: datetime) -> None:
    time.sleep(max(0.0, (when - datetime.now(UTC)).total_seconds()))
