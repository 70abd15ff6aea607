"""RabbitMQ as the broker: what beat sent is there, also after it was killed; skipped where none is installed."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kombu import Connection

from schedules.mirror.mirror import Mirror
from tests.support.builders import an_endpoint
from tests.support.processes import RunningProcess
from tests.support.rabbitmq import OwnRabbitMQ, find_rabbitmq_server
from tests.support.stack import Stack
from tests.support.storm import Occurrence, intervals, occurrences_of
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.one_database,
    pytest.mark.skipif(find_rabbitmq_server() is None, reason="There is no RabbitMQ on this machine."),
]


@pytest.fixture
def rabbitmq(tmp_path: Path) -> Iterator[OwnRabbitMQ]:
    (tmp_path / "rabbitmq").mkdir()
    server = OwnRabbitMQ(tmp_path / "rabbitmq")
    try:
        server.start()
        yield server
    finally:
        server.close()


def test_a_killed_rabbitmq_takes_no_occurrence_along(stack: Stack, rabbitmq: OwnRabbitMQ) -> None:
    """It has messages in memory for a while; those that it has not confirmed are sent again, under the same ids."""
    beat = leading_beat(stack, rabbitmq)
    start = datetime.now(UTC) + timedelta(seconds=2)
    end = start + timedelta(seconds=12)
    schedules = intervals(an_endpoint(), 60, every=1, start=start, end=end)
    due = occurrences_of(schedules, end)
    time.sleep(max(0.0, (start - datetime.now(UTC)).total_seconds() + 4))

    rabbitmq.kill()
    beat.wait_for_output("beat.fault", within=20)
    rabbitmq.start()

    assert due - all_sent(rabbitmq, end) == set()
    assert beat.is_running


def test_a_rabbitmq_that_hangs_gets_what_it_had_not_confirmed_when_it_wakes(
    stack: Stack, rabbitmq: OwnRabbitMQ
) -> None:
    beat = leading_beat(stack, rabbitmq)
    start = datetime.now(UTC) + timedelta(seconds=2)
    end = start + timedelta(seconds=8)
    due = occurrences_of(intervals(an_endpoint(), 20, every=1, start=start, end=end), end)
    time.sleep(max(0.0, (start - datetime.now(UTC)).total_seconds() + 2))

    rabbitmq.freeze()
    beat.wait_for_output("It does not confirm what was sent", within=20)
    rabbitmq.thaw()

    assert due - all_sent(rabbitmq, end) == set()
    assert beat.is_running


def leading_beat(stack: Stack, rabbitmq: OwnRabbitMQ) -> RunningProcess:
    stack.env["CELERY_BROKER_URL"] = rabbitmq.url
    beat = stack.beat()
    wait_until(lambda: Mirror().is_whole(), within=30, saying="beat to lead")
    return beat


def all_sent(rabbitmq: OwnRabbitMQ, end: datetime) -> set[Occurrence]:
    """Wait until nothing is due any more after ``end``; return what lies in the queue."""
    wait_until(lambda: datetime.now(UTC) > end and nothing_is_due(), within=60, every=0.5, saying="all to be sent")
    return set(messages_in(rabbitmq.url))


def nothing_is_due() -> bool:
    mirror = Mirror()
    return not mirror.redis.zcount(mirror.keys.due, 0, "+inf")


def messages_in(url: str) -> Counter[Occurrence]:
    """What lies in the queue; taken out of it."""
    found: Counter[Occurrence] = Counter()
    with Connection(url) as connection:
        while (message := connection.default_channel.basic_get("default", no_ack=True)) is not None:
            run = message.headers["stockura_run"]
            found[run["schedule"], datetime.fromisoformat(run["scheduled_for"])] += 1
    return found
