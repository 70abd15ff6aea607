"""Storms of kills: whatever is killed and whenever, every occurrence has one effect.

Plain RedBeat loses occurrences when it is killed amid due entries (it moves an entry on before it publishes), and sends
the rest of a big minute twice when its tick outlives its lock.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import redis

from schedules.mirror.mirror import Mirror
from schedules.models import ScheduleRun
from schedules.monitoring import engine_health
from schedules.services.triggering import run_now
from tests.support.builders import a_schedule, an_endpoint
from tests.support.driven_beat import sent
from tests.support.processes import RunningProcess
from tests.support.redis_server import RedisServer
from tests.support.stack import Stack
from tests.support.storm import (
    Kept,
    Reckoning,
    a_seed,
    intervals,
    is_full_size,
    kill_at_random,
    many_at_once_soon,
    occurrences_of,
    states_of_runs,
)
from tests.support.waiting import wait_until

#: A lock and heartbeats so short that much happens within a test.
QUICK = {
    "SCHEDULES_BEAT_LOCK_SECONDS": "2",
    "SCHEDULES_HEARTBEAT_EVERY_SECONDS": "1",
    "SCHEDULES_HEARTBEAT_LOST_AFTER_SECONDS": "8",
}

#: Seconds of the storm, schedules that fire every two seconds in it, kills of beat, kills of the worker.
SMALL = (20, 34, 5, 3)
FULL = (120, 34, 30, 10)


@pytest.mark.parametrize("beats", [pytest.param(1, marks=pytest.mark.one_database), 2])
def test_a_storm_of_kills_loses_no_occurrence_and_repeats_none(stack: Stack, beats: int) -> None:
    """The task enters its occurrence into a table with a unique key, as a task that may be begun twice should.

    Nothing can tell whether a worker was killed just before its task's last step or just after it. So a run that was
    under way is begun once more, and only such a one may try to enter its occurrence again. One whose second worker is
    killed too is given up: it may be what kills them.
    """
    seconds, count, beat_kills, worker_kills = FULL if is_full_size() else SMALL
    chance = random.Random(a_seed())
    kept_beats = [Kept(lambda name=f"beat{n}": start_beat(stack, name)) for n in range(beats)]
    kept_worker = Kept(lambda: start_worker(stack))
    wait_until(lambda: Mirror().is_whole(), within=30, saying="beat to lead")
    start = datetime.now(UTC) + timedelta(seconds=3)
    end = start + timedelta(seconds=seconds)
    schedules = intervals(an_endpoint(task="tests.enter"), count, every=2, start=start, end=end)
    reckoning = Reckoning(stack, occurrences_of(schedules, end))
    time.sleep(max(0.0, (start - datetime.now(UTC)).total_seconds()))

    killers = [
        kill_at_random(kept_beats, beat_kills, seconds=seconds, chance=random.Random(chance.random())),
        kill_at_random([kept_worker], worker_kills, seconds=seconds, chance=random.Random(chance.random())),
    ]
    for killer in killers:
        killer.join(timeout=seconds * 3)
        assert not killer.is_alive()
    at_the_end = len(reckoning.look().lost)
    calm = time.monotonic()
    reckoning.wait_for_all(within=90)

    begun_twice = ScheduleRun.objects.filter(attempt__gt=1).count()
    again = len(stack.effects("again"))
    print(
        f"{len(reckoning.due)} due, {at_the_end} not yet done when the storm ended, all done after another "
        f"{time.monotonic() - calm:.1f} s; {begun_twice} begun twice, {again} of them after their last step; "
        f"{len(reckoning.given_up)} given up, because the second worker was killed as well"
    )
    reckoning.assert_each_once()
    assert again <= begun_twice <= worker_kills * 2, "A run was begun twice that no killed worker had begun."
    assert len(reckoning.given_up) <= 1


@pytest.mark.one_database
def test_a_leader_frozen_amid_a_big_minute_sends_nothing_twice_when_it_wakes(
    stack: Stack, redis_client: redis.Redis
) -> None:
    """RedBeat, frozen after 200 of 2,000 and woken when the other had sent the rest: 1,800 twice, both beats end."""
    first = start_beat(stack, "first")
    wait_until(leader_of, within=30, saying="the first to lead")
    second = start_beat(stack, "second")
    node = leader_of()
    schedules, due = many_at_once_soon(an_endpoint(), 2000)
    assert datetime.now(UTC) < due, "The machine was too slow to save the schedules before they were due."

    wait_until(lambda: redis_client.llen("default") >= 200, within=30, every=0.001, saying="some hundred to be sent")
    first.freeze()
    before = redis_client.llen("default")
    wait_until(lambda: leader_of() not in (None, node), within=20, saying="the second to lead")
    wait_until(lambda: redis_client.llen("default") >= 2000, within=30, saying="the second to send the rest")
    first.thaw()
    first.wait_for_output("beat.lost_lock", within=15)
    time.sleep(2)

    assert before < 2000, "It was frozen too late to be amid the minute."
    print(f"frozen after {before} of 2,000")
    assert Counter(number for number, _when in sent(redis_client)) == dict.fromkeys((row.pk for row in schedules), 1)
    assert first.is_running
    assert second.is_running


def test_with_its_queues_elsewhere_a_frozen_leader_repeats_messages_but_no_effect(
    stack: Stack, redis_server: RedisServer
) -> None:
    """There a message leaves before its entry moves on: what is sent again is the ledger's to drop."""
    elsewhere = {"CELERY_BROKER_URL": redis_server.url.removesuffix("/0") + "/15"}
    stack.env |= elsewhere
    broker = redis.Redis.from_url(elsewhere["CELERY_BROKER_URL"])
    first = start_beat(stack, "first")
    wait_until(leader_of, within=30, saying="the first to lead")
    start_beat(stack, "second")
    node = leader_of()
    schedules, due = many_at_once_soon(an_endpoint(task="tests.effect"), 400)

    wait_until(lambda: broker.llen("default") >= 100, within=30, every=0.001, saying="some of them to be sent")
    first.freeze()
    frozen_after = broker.llen("default")
    wait_until(lambda: leader_of() not in (None, node), within=20, saying="the second to lead")
    wait_until(lambda: not Mirror().redis.zcount(Mirror().keys.due, 0, "+inf"), within=30, saying="the rest to be sent")
    first.thaw()
    first.wait_for_output("beat.lost_lock", within=15)
    print(f"frozen after {frozen_after} of 400; {broker.llen('default')} messages in all")
    broker.close()

    start_worker(stack)
    reckoning = Reckoning(stack, {(row.pk, due) for row in schedules})
    reckoning.wait_for_all(within=60)
    reckoning.assert_each_once()


def test_what_a_killed_worker_had_taken_and_not_begun_is_sent_again_within_seconds(stack: Stack) -> None:
    """Kombu hands it out after ten minutes, or never: a message taken from Redis and not noted yet is gone."""
    start_beat(stack, "beat")
    worker = start_worker(stack, options=("--concurrency=1", "--prefetch-multiplier=4"))
    wait_until(lambda: Mirror().is_whole(), within=30)
    long = a_schedule(endpoint=an_endpoint(name="long", task="tests.slow"), args=[6], enabled=False)
    short = a_schedule(
        endpoint=an_endpoint(task="tests.effect"), args=[], enabled=False, overlap_policy="allow", max_retries=1
    )
    run_now(long.pk, now=datetime.now(UTC))
    wait_until(lambda: stack.effects("begun"), within=20)
    runs = [run_now(short.pk, now=datetime.now(UTC)) for _ in range(3)]
    wait_until(lambda: not broker_length(), within=10, saying="the worker to take the messages")

    worker.kill()
    start_worker(stack)

    killed = time.monotonic()
    wait_until(lambda: len(stack.effects()) == 4, within=40, saying=f"all to be done: {states_of_runs()}")
    print(f"all done {time.monotonic() - killed:.1f} s after the kill")
    time.sleep(2)
    assert len(stack.effects()) == 4
    assert {run.state for run in ScheduleRun.objects.all()} == {ScheduleRun.State.SUCCEEDED}
    assert ScheduleRun.objects.get(schedule=long).attempt == 2
    assert all(ScheduleRun.objects.get(pk=run.pk).attempt == 1 for run in runs)


def start_beat(stack: Stack, name: str) -> RunningProcess:
    return stack.start(name, "celery", "-A", "tests.support.app", "beat", "--loglevel=INFO", "--pidfile=", env=QUICK)


def start_worker(stack: Stack, options: Sequence[str] = ("--concurrency=2",)) -> RunningProcess:
    command = ("celery", "-A", "tests.support.app", "worker", "--loglevel=INFO", "--hostname=worker@%h")
    return stack.start("worker", *command, *options, env=QUICK)


def broker_length() -> int:
    return int(Mirror().redis.llen("default"))


def leader_of() -> str | None:
    health = engine_health(datetime.now(UTC))
    return health.leader.node if health.leader else None
