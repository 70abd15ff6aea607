"""The ledger is around every task of a real worker, however its author wrote it."""

import time
from collections import Counter
from datetime import UTC, datetime

import pytest
import redis
from django.utils.translation import override

from schedules.models import ScheduleRun
from schedules.models.reasons import error_text
from schedules.services.triggering import run_now
from tests.support.builders import a_schedule, an_endpoint
from tests.support.stack import Stack
from tests.support.waiting import wait_until

State = ScheduleRun.State

#: Task → how often it is begun until it succeeds.
BEGINNINGS = {
    "tests.kind.plain": 1,
    "tests.kind.bound": 1,
    "tests.kind.calling": 1,
    "tests.kind.calling_bound": 1,
    "tests.kind.running": 1,
    "tests.kind.calls_another": 1,
    "tests.kind.autoretry": 3,
    "tests.kind.retry": 3,
}


@pytest.mark.parametrize("pool", ["prefork", "threads", pytest.param("solo", marks=pytest.mark.one_database)])
def test_a_task_of_every_kind_is_recorded_and_done_once_although_its_message_arrives_twice(
    stack: Stack, redis_client: redis.Redis, pool: str
) -> None:
    for task in BEGINNINGS:
        schedule = a_schedule(endpoint=an_endpoint(name=task, task=task), args=[task], enabled=False)
        run_now(schedule.pk, now=datetime.now(UTC))
    for message in redis_client.lrange("default", 0, -1):
        redis_client.lpush("default", message)

    stack.worker("--concurrency=2", f"--pool={pool}")

    wait_until(lambda: all_ended(), within=30, saying="all runs to end")
    wait_until(lambda: redis_client.llen("default") == 0, within=10)
    time.sleep(0.5)
    runs = {run.task: run for run in ScheduleRun.objects.all()}
    assert {task: (run.state, run.attempt, run.result) for task, run in runs.items()} == {
        task: (State.SUCCEEDED, beginnings, task) for task, beginnings in BEGINNINGS.items()
    }
    done = Counter(task_id for _schedule, _when, task_id in stack.effects("done"))
    assert done == {run.task_id: 1 for run in runs.values()}


def test_a_task_that_gives_up_is_a_failure_with_its_own_error(stack: Stack) -> None:
    for task in ("tests.kind.autoretry", "tests.kind.retry"):
        schedule = a_schedule(endpoint=an_endpoint(name=task, task=task), args=["", 99], enabled=False)
        run_now(schedule.pk, now=datetime.now(UTC))

    stack.worker("--concurrency=2")

    wait_until(lambda: all_ended(), within=30, saying="all runs to end")
    found = {run.task: (run.state, run.attempt, run.error) for run in ScheduleRun.objects.all()}
    assert found == {
        "tests.kind.autoretry": (State.FAILED, 6, "Failure 6."),
        "tests.kind.retry": (State.FAILED, 3, "Failure 3."),
    }


def test_a_task_that_asks_for_another_try_at_once_gets_it(stack: Stack) -> None:
    """With idle processes the message of the next try is taken before the first has noted that it asked."""
    schedule = a_schedule(
        endpoint=an_endpoint(task="tests.kind.retry_at_once"), args=["x"], enabled=False, overlap_policy="allow"
    )
    stack.worker("--concurrency=4")

    for _ in range(8):
        run_now(schedule.pk, now=datetime.now(UTC))
        wait_until(lambda: all_ended(), within=20, saying="the run to end")

    assert set(ScheduleRun.objects.values_list("state", "attempt")) == {(State.SUCCEEDED, 4)}
    assert len(stack.effects("done")) == 8


def test_a_task_that_works_beyond_its_hard_time_limit_has_failed_and_is_tried_as_often_as_its_schedule_says(
    stack: Stack,
) -> None:
    endpoint = an_endpoint(task="tests.kind.limited")
    once = a_schedule(endpoint=endpoint, args=["x"], enabled=False)
    twice = a_schedule(endpoint=endpoint, args=["x"], enabled=False, max_retries=1, retry_delay_seconds=0)
    for schedule in (once, twice):
        run_now(schedule.pk, now=datetime.now(UTC))

    stack.worker("--concurrency=2")

    wait_until(lambda: all_ended(), within=40, saying="all runs to end")
    assert set(ScheduleRun.objects.values_list("schedule", "state", "attempt", "state_reason")) == {
        (once.pk, State.FAILED, 1, ""),
        (twice.pk, State.FAILED, 2, ""),
    }
    assert len(stack.effects("begun")) == 3
    with override("en"):
        said = {error_text(run.error) for run in ScheduleRun.objects.all()}
    assert said == {"It was ended, because it ran longer than its time limit (1 s)."}


def all_ended() -> bool:
    return not ScheduleRun.objects.filter(state__in=[State.DISPATCHED, State.RUNNING, State.RETRYING]).exists()
