"""A worker in slow motion: takes one message from the queue, claims its run, and ends it as it is told."""

import json
from datetime import UTC, datetime
from typing import Any

import redis

from schedules.ledger import recording
from schedules.ledger.claiming import Claim, Message, Verdict, claim
from schedules.ledger.sweeping import call_next
from schedules.messages import HEADER, Origin
from schedules.models import ScheduleRun


def take_one(client: redis.Redis, *, queue: str = "default", now: datetime | None = None) -> Claim | None:
    """Take the message that is next and claim its run; None when the queue is empty."""
    text: Any = client.rpop(queue)
    if text is None:
        return None
    headers = json.loads(text)["headers"]
    origin = Origin.from_header(headers[HEADER])
    assert origin is not None
    run = ScheduleRun.objects.filter(task_id=headers["id"]).first()
    args, kwargs = (run.args, run.kwargs) if run else ([], {})
    message = Message(headers["id"], headers["task"], args, kwargs, origin, is_redelivered=False)
    return claim(message, now=now or datetime.now(UTC), worker="w1")


def end(run: ScheduleRun, *, error: Exception | None = None) -> None:
    """Let the run end well, or with ``error``, and call what waits for it."""
    now = datetime.now(UTC)
    if error is None:
        recording.succeed(run, None, now=now)
    else:
        recording.fail(run, error, now=now)
    call_next(run, now=now)


def work_off(client: redis.Redis, *, most: int = 100) -> list[ScheduleRun]:
    """Take and end well whatever the queue holds until it is empty; return the runs that were begun, in order."""
    begun = []
    for _turn in range(most):
        if (taken := take_one(client)) is None:
            return begun
        if taken.verdict is Verdict.BEGIN:
            begun.append(taken.run)
            end(taken.run)
    raise AssertionError(f"The queue is not empty after {most} messages.")
