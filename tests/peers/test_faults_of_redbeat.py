"""Faults of plain RedBeat, each met by the same steps on both engines: it stumbles, ours does not.

Run by `make test-peers`; the faults of plain RedBeat are expected there, strictly, so that a release that mends one
says so. They are no part of `make test`, where the behaviour of ours is held by tests/redis and tests/processes.
"""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis

from tests.peers.engines import QUEUE, Engine
from tests.support.ports import free_port
from tests.support.redis_server import OwnRedis, RedisServer
from tests.support.stack import Stack
from tests.support.waiting import wait_until


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


def test_a_standby_leads_within_fifteen_seconds_of_its_leaders_death(engine: Engine, redis_client: redis.Redis) -> None:
    leader = engine.beat()
    time.sleep(3)
    engine.beat(name="standby")
    engine.due_once_at(in_seconds(16))

    leader.kill()

    wait_until(lambda: redis_client.llen(QUEUE) == 1, within=20, saying="one message")


def test_beat_killed_amid_a_big_minute_loses_nothing(engine: Engine, redis_client: redis.Redis) -> None:
    """RedBeat moves an entry on before it publishes: what lies between the two is gone."""
    due = in_seconds(20)
    numbers = engine.many_due_once_at(1000, due)
    assert datetime.now(UTC) < due
    sleep_until(due)
    for _ in range(10):
        before = redis_client.llen(QUEUE)
        engine.free_lock()
        beat = engine.beat(SCHEDULES_BEAT_LOCK_SECONDS="2")
        enough = min(before + 40, len(numbers))
        wait_until(lambda: redis_client.llen(QUEUE) >= enough, within=30, every=0.001)  # noqa: B023
        beat.kill()

    engine.free_lock()
    engine.beat(SCHEDULES_BEAT_LOCK_SECONDS="2")

    wait_until(lambda: engine.sent(redis_client).keys() == numbers, within=30, saying="every one to be sent")


def test_a_leader_frozen_amid_a_big_minute_repeats_nothing_when_it_wakes(
    engine: Engine, redis_client: redis.Redis
) -> None:
    numbers = engine.many_due_once_at(1500, in_seconds(20))
    first = engine.beat(SCHEDULES_BEAT_LOCK_SECONDS="3")
    time.sleep(2)
    second = engine.beat("second", SCHEDULES_BEAT_LOCK_SECONDS="3")

    wait_until(lambda: redis_client.llen(QUEUE) >= 100, within=40, every=0.001, saying="some to be sent")
    first.freeze()
    wait_until(lambda: redis_client.llen(QUEUE) >= len(numbers), within=40, saying="the second to send the rest")
    first.thaw()
    time.sleep(5)

    assert engine.sent(redis_client) == Counter(dict.fromkeys(numbers, 1))
    assert first.is_running
    assert second.is_running


def test_a_minute_that_takes_longer_than_the_lock_is_sent_once_by_two_beats(
    engine: Engine, redis_client: redis.Redis
) -> None:
    """No fault at all: one tick of RedBeat outlives its own lock, the other beat begins the same minute."""
    numbers = engine.many_due_once_at(3000, in_seconds(30))
    first = engine.beat(SCHEDULES_BEAT_LOCK_SECONDS="2")
    time.sleep(2)
    second = engine.beat("second", SCHEDULES_BEAT_LOCK_SECONDS="2")

    wait_until(lambda: engine.sent(redis_client).keys() == numbers, within=90, every=0.5, saying="all to be sent")
    time.sleep(3)

    assert engine.sent(redis_client) == Counter(dict.fromkeys(numbers, 1))
    assert first.is_running
    assert second.is_running


def test_an_interval_keeps_its_phase(engine: Engine, redis_client: redis.Redis) -> None:
    """RedBeat counts from when it came to send the last: every lateness stays for ever, and they add up."""
    every = timedelta(seconds=2)
    anchor = in_seconds(0)
    what = engine.every_seconds_since(2, anchor)
    engine.beat()

    wait_until(lambda: redis_client.llen(QUEUE) >= 5, within=30, saying="five messages")
    time.sleep(0.5)

    assert (engine.last_time_of(what) - anchor) % every == timedelta()


@pytest.mark.parametrize("kind", ["a crontab of another zone", "a day of the month or a day of the week"])
def test_a_crontab_fires_when_crontab_5_says(engine: Engine, redis_client: redis.Redis, kind: str) -> None:
    """RedBeat keeps no zone with a crontab, and Celery asks for both days where crontab(5) asks for either."""
    there = ZoneInfo("America/New_York")
    due = (datetime.now(there) + timedelta(seconds=80)).replace(second=0, microsecond=0)
    if kind == "a crontab of another zone":
        what = (f"{due.minute} {due.hour} * * *", str(there))
    else:
        due = due.astimezone(UTC)
        other_day = due.day % 28 + 1
        what = (f"{due.minute} {due.hour} {other_day} * {due.isoweekday() % 7}", "UTC")
    engine.by_crontab(*what)

    engine.beat()

    sleep_until(due - timedelta(seconds=1))
    assert redis_client.llen(QUEUE) == 0
    wait_until(lambda: redis_client.llen(QUEUE) == 1, within=10, saying="one message")


def in_seconds(seconds: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)


def sleep_until(when: datetime) -> None:
    time.sleep(max(0.0, (when - datetime.now(UTC)).total_seconds()))
