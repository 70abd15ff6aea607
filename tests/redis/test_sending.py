"""Messages that leave in one step with the move of their entry are, to the letter, what kombu would have sent."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from celery.signals import before_task_publish

from schedules.beat.due import DueEntry, Move
from schedules.beat.sending import MessageWriter, Sender, queues_lie_in_the_mirror
from schedules.messages import HEADER, Origin, task_id_of
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


def a_move(number: int = 7, args: list[Any] | None = None, **options: Any) -> Move:
    kwargs = {} if args == [] else {"deep": {"list": [1.5, None, True]}}
    args = [1, "東証"] if args is None else args
    entry = DueEntry("key", number, f"schedule-{number}", "tests.nothing", args, kwargs, options, DAILY, "1", NOON, 0)
    return Move(entry, Plan((NOON,), (), None))


def comparable(text: str) -> dict[str, Any]:
    """The message without what is drawn at random for each."""
    message = json.loads(text)
    message["properties"].pop("delivery_tag")
    return message


def sent_by_celery(move: Move) -> None:
    """What anybody's ``apply_async`` makes of the same call."""
    entry = move.entry
    app.tasks[entry.task].apply_async(
        entry.args,
        entry.kwargs,
        task_id=task_id_of(entry.schedule_id, NOON),
        headers={HEADER: Origin(entry.schedule_id, "scheduled", NOON, NOON).to_header()},
        **entry.options,
    )


OPTIONS = [
    {},
    {"queue": "default"},
    {"queue": "slow", "expires": 3600},
    {"queue": "default", "priority": 0},
    {"queue": "default", "priority": 4},
    {"queue": "default", "priority": 9, "expires": 1.5},
    {"queue": "default", "compression": "gzip"},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_messages_are_the_ones_that_celery_and_kombu_send(
    redis_client: redis.Redis, options: dict[str, Any], time_machine_at: None
) -> None:
    sender = Sender(app)
    # The second one shows what the first has left behind in the sender.
    for move in (a_move(7, **options), a_move(8, ["other", "arguments" * 100], **options), a_move(9, [], **options)):
        sender.send(move, NOON, at=NOON, producer=lambda: pytest.fail("no producer is needed"))
        [(key, text)] = move.messages
        sent_by_celery(move)
        theirs = redis_client.lindex(key, 0)
        assert comparable(theirs) == comparable(text)
        assert list(json.loads(theirs)["headers"]) == list(json.loads(text)["headers"])


@pytest.mark.parametrize("options", OPTIONS)
def test_messages_to_a_broker_elsewhere_are_the_ones_that_celery_sends(
    redis_client: redis.Redis, options: dict[str, Any], time_machine_at: None
) -> None:
    sender = Sender(app)
    sender._writer = None
    queue = options.get("queue", "default")
    for move in (a_move(7, **options), a_move(8, ["other"], **options)):
        with app.producer_pool.acquire() as producer:
            sender.send(move, NOON, at=NOON, producer=lambda producer=producer: producer)
        [key] = redis_client.keys(f"{queue}*")
        ours = redis_client.lpop(key)
        sent_by_celery(move)
        assert comparable(redis_client.lpop(key)) == comparable(ours)


def test_whoever_listens_to_celerys_signals_hears_of_each_message_and_may_change_it(
    redis_client: redis.Redis,
) -> None:
    sender, heard = Sender(app), []

    def listen(headers: dict[str, Any], **kwargs: Any) -> None:
        heard.append(headers["id"])
        headers["trace"] = len(heard)

    moves = [a_move(number) for number in (7, 8, 9)]
    sender.send(moves[0], NOON, at=NOON, producer=None)
    before_task_publish.connect(listen)
    try:
        for move in moves[1:]:
            sender.send(move, NOON, at=NOON, producer=None)
    finally:
        before_task_publish.disconnect(listen)
    assert heard == [task_id_of(8, NOON), task_id_of(9, NOON)]
    traces = [json.loads(text)["headers"].get("trace") for move in moves for _queue, text in move.messages]
    assert traces == [None, 1, 2]


def test_a_task_with_an_own_way_of_being_sent_is_sent_that_way() -> None:
    class Labelled(app.Task):  # type: ignore[name-defined]
        def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
            return super().apply_async(args, kwargs, **{**options, "shadow": f"for {args[0]}"})

    @app.task(name="tests.labelled", base=Labelled)
    def labelled(*args: Any, **kwargs: Any) -> None:
        pass

    try:
        sender, shadows = Sender(app), []
        for number in (7, 8):
            move = a_move(number, [number])
            move = replace(move, entry=replace(move.entry, task="tests.labelled"))
            sender.send(move, NOON, at=NOON, producer=None)
            shadows.append(json.loads(move.messages[0][1])["headers"]["shadow"])
        assert shadows == ["for 7", "for 8"]
    finally:
        app.tasks.unregister("tests.labelled")


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


def test_a_broker_elsewhere_that_fails_in_the_middle_gets_everything_again_and_nothing_is_lost(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    good, bad = (
        a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600, queue=queue)
        for queue in ("good", "bad")
    )
    beat.sender._writer = None
    due = max(held.next for held in beat.mirror.read([good.pk, bad.pk]) if held.next)
    redis_client.set("bad", "a key that is no queue")
    beat.tick_at(due)
    beat.tick_at(due)
    # Sent with the other one in one round trip, then again alone: under one id, which the ledger takes once.
    assert set(sent(redis_client, "good")) == {(good.pk, beat_instant(beat, good))}
    assert "WRONGTYPE" in beat.mirror.reasons_set_aside()[bad.pk]


def beat_instant(beat: DrivenScheduler, schedule: APIEndpointSchedule) -> str:
    """The occurrence that the schedule was last moved on from."""
    last = beat.mirror.read([schedule.pk])[0].last
    assert last is not None
    return last.isoformat()
