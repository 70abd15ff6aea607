"""Runs whose message vanished with a worker: sent again when it can be told, and not a moment before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from schedules.ledger import lost_messages
from schedules.models import ScheduleRun
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule
from tests.support.stack import Stack

pytestmark = pytest.mark.django_db(transaction=True)

State = ScheduleRun.State
MINUTE = timedelta(minutes=1)


def a_lost_run(**fields: Any) -> ScheduleRun:
    """A run as it stands in the ledger; its message is in no queue."""
    schedule = a_schedule()
    now = datetime.now(UTC)
    usual = {"task_id": f"run-{schedule.pk}", "task": "tests.nothing", "dispatched_at": now - 10 * MINUTE}
    return ScheduleRun.objects.create(schedule=schedule, schedule_name=schedule.name, **{**usual, **fields})


def messages(client: redis.Redis) -> int:
    return client.llen("default")


@pytest.mark.parametrize(
    ("retry_in", "is_sent"),
    [(timedelta(minutes=5), False), (timedelta(seconds=-1), False), (timedelta(minutes=-2), True)],
)
def test_a_try_that_is_overdue_and_in_no_queue_is_sent_again(
    redis_client: redis.Redis, retry_in: timedelta, is_sent: bool
) -> None:
    """The task itself asked for another try, so the schedule's own delay says nothing about when."""
    now = datetime.now(UTC)
    run = a_lost_run(state=State.RETRYING, attempt=1, heartbeat_at=now - 8 * MINUTE, retry_at=now + retry_in)

    lost_messages.send_again(now)

    assert messages(redis_client) == int(is_sent)
    lost_messages.send_again(now + timedelta(seconds=5))
    assert messages(redis_client) == int(is_sent), "it was sent a second time right after the first"
    assert ScheduleRun.objects.get(pk=run.pk).state == State.RETRYING


def test_what_still_waits_in_its_queue_is_left_there(redis_client: redis.Redis) -> None:
    from schedules.services.triggering import run_now

    schedule = a_schedule()
    now = datetime.now(UTC)
    run_now(schedule.pk, now=now)
    ScheduleRun.objects.update(created_at=now - 10 * MINUTE, dispatched_at=now)

    lost_messages.send_again(now + 10 * MINUTE)

    assert messages(redis_client) == 1


def test_what_expired_while_its_message_was_lost_is_recorded_as_expired(redis_client: redis.Redis) -> None:
    run = a_lost_run(state=State.DISPATCHED)
    schedule = run.schedule
    assert schedule is not None
    schedule.expires_seconds = 60
    schedule.save()

    lost_messages.send_again(datetime.now(UTC))

    assert messages(redis_client) == 0
    assert ScheduleRun.objects.get(pk=run.pk).state == State.EXPIRED


def test_a_try_that_nobody_made_for_days_is_ended_and_holds_up_nothing(redis_client: redis.Redis) -> None:
    """Everything was off over a long weekend, and the message is gone."""
    now = datetime.now(UTC)
    waits = a_lost_run(state=State.RETRYING, attempt=1, retry_at=now + MINUTE)
    gone = a_lost_run(state=State.RETRYING, attempt=1, retry_at=now - timedelta(days=2, minutes=1))
    old = a_lost_run(state=State.RETRYING, attempt=3, retry_at=now - 10 * MINUTE)
    ScheduleRun.objects.update(created_at=now - timedelta(days=3))

    lost_messages.send_again(now)

    states = dict(ScheduleRun.objects.values_list("pk", "state"))
    assert states == {waits.pk: State.RETRYING, gone.pk: State.EXPIRED, old.pk: State.RETRYING}
    assert messages(redis_client) == 1


def test_where_queues_cannot_be_looked_into_what_is_overdue_is_sent_again_less_and_less_often(stack: Stack) -> None:
    now = datetime.now(UTC)
    a_lost_run(state=State.RETRYING, attempt=1, retry_at=now)
    a_lost_run(state=State.DISPATCHED, dispatched_at=now)
    stack.env["CELERY_BROKER_URL"] = "memory://"

    sent_at_minutes = stack.python(
        f"""
from datetime import datetime, timedelta
from celery import current_app
from schedules.ledger import lost_messages
from tests.support import tasks
now = datetime.fromisoformat({now.isoformat()!r})
channel = current_app.connection_for_write().default_channel
answer, known = [], 0
for minutes in range(60):
    lost_messages.send_again(now + timedelta(minutes=minutes))
    answer += [minutes] * (channel._size("default") - known)
    known = channel._size("default")
"""
    )

    assert sent_at_minutes == [1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 32, 32]
