"""Messages that leave in one step with the move of their entry are, to the letter, what kombu would have sent."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from schedules.beat.due import DueEntry, Move
from schedules.beat.sending import MessageWriter, Sender, queues_lie_in_the_mirror
from schedules.mirror.entry import RecurrenceSchedule
from schedules.models import APIEndpointSchedule
from schedules.planning import Plan
from schedules.recurrence import parse_definition
from stockura.celery import app
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule
from tests.support.driven_beat import DrivenScheduler, sent

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)
DAILY = RecurrenceSchedule(parse_definition({"kind": "daily", "times": ["12:00"]}))


def a_move(**options: Any) -> Move:
    args, kwargs = [1, "東証"], {"deep": {"list": [1.5, None, True]}}
    entry = DueEntry("key", 7, "schedule-7", "tests.nothing", args, kwargs, options, DAILY, "1", NOON, 0)
    return Move(entry, Plan((NOON,), (), None))


def comparable(text: str) -> dict[str, Any]:
    """The message without what is drawn at random for each."""
    message = json.loads(text)
    message["properties"].pop("delivery_tag")
    return message


@pytest.mark.parametrize(
    "options",
    [
        {"queue": "default"},
        {"queue": "slow", "expires": 3600},
        {"queue": "default", "priority": 0},
        {"queue": "default", "priority": 4},
        {"queue": "default", "priority": 9, "expires": 1.5},
        {"queue": "default", "compression": "gzip"},
    ],
)
def test_the_message_is_the_one_that_kombu_sends(
    redis_client: redis.Redis, options: dict[str, Any], time_machine_at: None
) -> None:
    ours = a_move(**options)
    sender = Sender(app)
    sender.send(ours, NOON, at=NOON, producer=lambda: pytest.fail("no producer is needed"))
    [(key, text)] = ours.messages

    theirs = a_move(**options)
    sender._writer = None
    with app.producer_pool.acquire() as producer:
        sender.send(theirs, NOON, at=NOON, producer=lambda: producer)

    assert theirs.messages == []
    assert comparable(redis_client.lindex(key, 0)) == comparable(text)


@pytest.fixture
def time_machine_at() -> Any:
    """Stop the clock, from which Celery computes when a message expires."""
    import time_machine

    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize(
    ("broker", "is_one"),
    [
        ("redis://127.0.0.1:6379/0", True),
        ("redis://127.0.0.1", True),
        ("redis://somebody:secret@127.0.0.1:6379/0", True),
        ("redis://127.0.0.1:6379/1", False),
        ("redis://127.0.0.2:6379/0", False),
        ("rediss://127.0.0.1:6379/0", False),
        ("sentinel://127.0.0.1:6379/0", False),
        ("amqp://127.0.0.1:5672//", False),
        ("memory://", False),
    ],
)
def test_only_queues_that_surely_lie_beside_the_mirror_are_written_to_directly(broker: str, is_one: bool) -> None:
    from celery import Celery
    from redbeat.schedulers import ensure_conf

    other = Celery("other", broker=broker, set_as_current=False)
    other.conf.redbeat_redis_url = "redis://127.0.0.1:6379/0"
    ensure_conf(other)
    assert queues_lie_in_the_mirror(other) is is_one


def test_what_was_edited_or_deleted_between_loading_and_sending_is_not_sent(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    edited = a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600)
    deleted = a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600)
    due = max(beat.mirror.read([edited.pk, deleted.pk]), key=lambda held: held.next or NOON).next
    assert due is not None
    move_on = beat.due.move_on

    def change_first(*args: Any, **kwargs: Any) -> bool:
        beat.due.move_on = move_on  # type: ignore[method-assign]
        APIEndpointSchedule.objects.get(pk=deleted.pk).delete()
        edited.interval_seconds = 7200
        edited.save()
        return move_on(*args, **kwargs)

    beat.due.move_on = change_first  # type: ignore[method-assign]
    beat.tick_at(due)
    assert sent(redis_client) == []
    assert redis_client.xlen(beat.mirror.keys.events) == 0


def test_a_broker_elsewhere_gets_its_messages_one_by_one(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600)
    beat.sender._writer = None
    due = beat.mirror.read([schedule.pk])[0].next
    assert due is not None
    beat.tick_at(due + timedelta(seconds=1))
    assert sent(redis_client) == [(schedule.pk, due.isoformat())]
    assert redis_client.xlen(beat.mirror.keys.events) == 1


def test_an_exchange_that_is_no_queue_is_refused_with_a_sentence() -> None:
    with pytest.raises(Exception, match="Name a queue instead"):
        MessageWriter().publish(([], {}, {}), exchange="fanout-exchange", routing_key="x")
