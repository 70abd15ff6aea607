"""Beat and worker together, on real schedules: sent on time, done once, written down."""

import itertools
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from celery import current_app

from schedules.mirror.mirror import Mirror
from schedules.models import ScheduleRun
from schedules.models.reasons import Reason
from schedules.monitoring import engine_health
from schedules.services.triggering import run_now
from tests.support.builders import a_schedule, an_endpoint
from tests.support.stack import Stack
from tests.support.waiting import patient, wait_until

State = ScheduleRun.State


def every_second(**fields: object) -> dict[str, object]:
    return {"schedule_type": "interval", "execution_times": None, "interval_seconds": 1, **fields}


def test_a_schedule_saved_while_beat_sleeps_runs_and_its_run_is_written_down(stack: Stack) -> None:
    stack.worker("--concurrency=1")
    stack.beat()
    wait_until(lambda: Mirror().is_whole(), within=10, saying="beat to lead")

    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), **every_second())

    wait_until(lambda: len(stack.effects()) >= 3, within=15, saying="three effects")
    run = wait_until(
        lambda: ScheduleRun.objects.filter(state=State.SUCCEEDED, dispatched_at__isnull=False).first(), within=5
    )
    assert run.schedule == schedule
    assert run.result == "done"
    assert run.started_at >= run.dispatched_at >= run.scheduled_for
    assert run.dispatched_at - run.scheduled_for < timedelta(seconds=patient(1))
    occurrences = [when for _, when, _ in stack.effects()]
    assert len(set(occurrences)) == len(occurrences)
    schedule.delete()


def test_run_now_runs_a_disabled_schedule_once(stack: Stack) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), enabled=False)
    stack.worker("--concurrency=1")

    run = run_now(schedule.pk, now=datetime.now(UTC))

    wait_until(lambda: ScheduleRun.objects.get(pk=run.pk).state == State.SUCCEEDED, within=10)
    assert len(stack.effects()) == 1


def test_the_broker_is_away_at_the_due_moment_and_the_run_is_made_up_for(stack: Stack) -> None:
    """Redis is the broker here: frozen over three instants, it takes the message when it is back."""
    stack.worker("--concurrency=1")
    stack.beat()
    wait_until(lambda: Mirror().is_whole(), within=10)
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), catch_up_policy="all", **every_second())
    wait_until(lambda: len(stack.effects()) >= 2, within=10)

    stack.redis.kill()
    before = len(stack.effects())
    gone_at = datetime.now(UTC)
    time.sleep(4)
    stack.redis.start()

    wait_until(lambda: len(stack.effects()) >= before + 6, within=30, saying="beat and worker to go on")
    schedule.enabled = False
    schedule.save()
    when = [datetime.fromisoformat(text) for _, text, _ in stack.effects()]
    assert len(set(when)) == len(when), "an occurrence was done twice"
    ordered = sorted(when)
    gaps = {(later - earlier).total_seconds() for earlier, later in itertools.pairwise(ordered)}
    assert gaps == {1.0}, f"an occurrence around {gone_at} was lost: {gaps}"


@pytest.mark.one_database
def test_an_emptied_redis_is_filled_again_within_seconds_and_nothing_fires_early(
    stack: Stack, redis_client: redis.Redis
) -> None:
    stack.beat()
    schedules = [a_schedule(schedule_type="cron", execution_times=None, cron_expression="0 5 1 1 *") for _ in range(3)]
    wait_until(lambda: Mirror().is_whole(), within=10)

    redis_client.flushall()

    wait_until(lambda: Mirror().schedule_ids() == {schedule.pk for schedule in schedules}, within=10)
    assert redis_client.llen("default") == 0


@pytest.mark.one_database
def test_a_killed_leader_is_replaced_and_no_occurrence_is_lost_or_done_twice(stack: Stack) -> None:
    stack.worker("--concurrency=1")
    leader = stack.beat(name="first")
    wait_until(lambda: leader_of() is not None, within=10)
    stack.beat(name="second")
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), catch_up_policy="all", **every_second())
    wait_until(lambda: len(stack.effects()) >= 2, within=10)

    killed_at = time.monotonic()
    leader.kill()
    before = len(stack.effects())
    wait_until(lambda: len(stack.effects()) > before + 1, within=20, saying="the standby to send")
    assert time.monotonic() - killed_at < patient(15)

    time.sleep(2)
    schedule.enabled = False
    schedule.save()
    when = sorted(datetime.fromisoformat(text) for _, text, _ in stack.effects())
    assert {(later - earlier).total_seconds() for earlier, later in itertools.pairwise(when)} == {1.0}


@pytest.mark.one_database
def test_a_leader_frozen_beyond_its_lock_waits_its_turn_when_it_wakes(stack: Stack) -> None:
    stack.worker("--concurrency=1")
    first = stack.beat(name="first")
    wait_until(lambda: leader_of() is not None, within=10)
    stack.beat(name="second")
    a_schedule(endpoint=an_endpoint(task="tests.effect"), catch_up_policy="all", **every_second())
    wait_until(lambda: len(stack.effects()) >= 2, within=10)
    node = leader_of()

    first.freeze()
    wait_until(lambda: leader_of() not in (None, node), within=20, saying="the second to lead")
    first.thaw()
    first.wait_for_output("beat.lost_lock", within=10)

    time.sleep(2)
    assert first.is_running
    when = sorted(datetime.fromisoformat(text) for _, text, _ in stack.effects())
    assert {(later - earlier).total_seconds() for earlier, later in itertools.pairwise(when)} == {1.0}


@pytest.mark.one_database
def test_a_stopped_beat_gives_its_lock_back_at_once(stack: Stack, redis_client: redis.Redis) -> None:
    beat = stack.beat()
    wait_until(lambda: redis_client.exists(Mirror().keys.lock), within=10)
    assert beat.stop() == 0
    assert not redis_client.exists(Mirror().keys.lock)


def test_a_run_whose_worker_was_killed_is_told_apart_and_done_once_more(stack: Stack) -> None:
    quick = {"SCHEDULES_HEARTBEAT_EVERY_SECONDS": "0.5", "SCHEDULES_HEARTBEAT_LOST_AFTER_SECONDS": "2"}
    schedule = a_schedule(endpoint=an_endpoint(task="tests.slow"), args=[3], enabled=False)
    worker = stack.worker("--concurrency=1", env=quick)
    run = run_now(schedule.pk, now=datetime.now(UTC))
    wait_until(lambda: stack.effects("begun"), within=10)
    assert ScheduleRun.objects.get(pk=run.pk).state == State.RUNNING

    # Only the process that does the work, as the machine's memory guard would choose it: the worker hands it out anew.
    [child] = [int(pid) for pid in children_of(worker.pid)]
    os.kill(child, signal.SIGKILL)

    wait_until(lambda: ScheduleRun.objects.get(pk=run.pk).state == State.SUCCEEDED, within=30)
    assert ScheduleRun.objects.get(pk=run.pk).attempt == 2
    assert len(stack.effects("done")) == 1


def test_a_failed_run_is_tried_again_as_often_as_its_schedule_says_and_keeps_its_error(stack: Stack) -> None:
    endpoint = an_endpoint(task="tests.fail")
    schedule = a_schedule(
        endpoint=endpoint, args=["No such list."], max_retries=2, retry_delay_seconds=1, pause_after_failures=1
    )
    stack.worker("--concurrency=1")
    run = run_now(schedule.pk, now=datetime.now(UTC))

    wait_until(lambda: ScheduleRun.objects.get(pk=run.pk).state == State.FAILED, within=20)

    ended = ScheduleRun.objects.get(pk=run.pk)
    assert (ended.attempt, ended.error) == (3, "No such list.")
    assert "ValueError" in ended.traceback
    schedule.refresh_from_db()
    assert schedule.paused_at is not None
    assert "1" in schedule.pause_reason


@pytest.mark.parametrize(
    ("policy", "states"),
    [
        ("skip", {State.SUCCEEDED: 1, State.SKIPPED: 3}),
        ("queue", {State.SUCCEEDED: 2, State.SKIPPED: 2}),
        ("allow", {State.SUCCEEDED: 4}),
    ],
)
def test_runs_that_would_overlap_follow_the_policy_of_their_schedule(
    stack: Stack, policy: str, states: dict[str, int]
) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.slow"), args=[2], overlap_policy=policy)
    stack.worker("--concurrency=4")

    for _ in range(4):
        run_now(schedule.pk, now=datetime.now(UTC))

    def outcome() -> dict[str, int]:
        found = ScheduleRun.objects.values_list("state", flat=True)
        return {state: sum(each == state for each in found) for state in set(found)}

    wait_until(lambda: outcome() == states, within=20, saying=f"{states}")
    assert len(stack.effects("done")) == states[State.SUCCEEDED]


def test_a_message_that_arrives_twice_is_done_once(stack: Stack, redis_client: redis.Redis) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), enabled=False)
    run_now(schedule.pk, now=datetime.now(UTC))
    [message] = redis_client.lrange("default", 0, -1)
    redis_client.lpush("default", message, message)

    stack.worker("--concurrency=2")

    wait_until(lambda: redis_client.llen("default") == 0 and stack.effects(), within=10)
    time.sleep(1)
    assert len(stack.effects()) == 1


def test_what_expired_in_the_queue_is_recorded_as_such(stack: Stack) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), expires_seconds=1, enabled=False)
    run = run_now(schedule.pk, now=datetime.now(UTC))
    time.sleep(1.5)

    stack.worker("--concurrency=1")

    wait_until(lambda: ScheduleRun.objects.get(pk=run.pk).state == State.EXPIRED, within=10)
    assert stack.effects() == []


def test_a_schedule_deleted_while_its_run_waits_in_the_queue_does_not_run(stack: Stack) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), enabled=False)
    run = run_now(schedule.pk, now=datetime.now(UTC))
    schedule.delete()

    stack.worker("--concurrency=1")

    wait_until(lambda: ScheduleRun.objects.get(pk=run.pk).state == State.SKIPPED, within=10)
    assert ScheduleRun.objects.get(pk=run.pk).state_reason == Reason.DELETED
    assert stack.effects() == []


def test_what_is_revoked_at_the_workers_is_not_begun_again(stack: Stack) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.slow"), args=[20], overlap_policy="allow")
    stack.worker("--concurrency=1")
    begun = run_now(schedule.pk, now=datetime.now(UTC))
    wait_until(lambda: stack.effects("begun"), within=10)
    waiting = run_now(schedule.pk, now=datetime.now(UTC))

    current_app.control.revoke(waiting.task_id)
    current_app.control.revoke(begun.task_id, terminate=True)

    def ends() -> list[tuple[str, str]]:
        rows = ScheduleRun.objects.filter(pk__in=[begun.pk, waiting.pk]).order_by("pk")
        return list(rows.values_list("state", "state_reason"))

    by_hand = [(State.FAILED, Reason.REVOKED), (State.SKIPPED, Reason.REVOKED)]
    wait_until(lambda: ends() == by_hand, within=15, saying=f"{by_hand}")
    time.sleep(1)
    assert len(stack.effects("begun")) == 1


def test_a_task_that_replaces_itself_says_so_in_its_result(stack: Stack) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.replace"))
    stack.worker("--concurrency=1")

    run = run_now(schedule.pk, now=datetime.now(UTC))

    wait_until(lambda: ScheduleRun.objects.get(pk=run.pk).state == State.SUCCEEDED, within=10)
    assert ScheduleRun.objects.get(pk=run.pk).result == "Replaced by new task"
    file = stack.effects_file
    wait_until(lambda: file.exists() and "done" in file.read_text(), within=10, saying="the replacement to be done")


def leader_of() -> str | None:
    health = engine_health(datetime.now(UTC))
    return health.leader.node if health.leader else None


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
