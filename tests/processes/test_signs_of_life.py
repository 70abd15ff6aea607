"""Workers are heard of while they are there, so that the overview need not ask them."""

from datetime import UTC, datetime, timedelta

from schedules.mirror.mirror import Mirror
from tests.support.stack import Stack
from tests.support.waiting import wait_until


def heard_of() -> list[str]:
    return Mirror().workers_since(datetime.now(UTC) - timedelta(seconds=30))


def test_a_worker_is_heard_of_while_it_runs_and_takes_its_leave(stack: Stack) -> None:
    assert heard_of() == []
    worker = stack.worker(name="here")
    found = wait_until(heard_of, within=10, saying="a sign of life")
    assert [name.partition("@")[0] for name in found] == ["here"]
    worker.stop()
    assert heard_of() == []
