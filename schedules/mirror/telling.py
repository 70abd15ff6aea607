"""What is told to the run ledger through a stream in Redis: what beat did, and what a change kept it from doing."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from redis.exceptions import RedisError

from schedules.exceptions import EngineUnreachable
from schedules.messages import task_id_of
from schedules.mirror.entry import RecurrenceSchedule, StockuraEntry
from schedules.mirror.mirror import Held, Mirror

logger = logging.getLogger(__name__)

#: Occurrences of one schedule that are told of when it is changed after a long outage.
MAX_OVERTAKEN = 500
#: Events kept while nobody takes them in; roughly, as Redis trims.
MAX_EVENTS = 1_000_000


def event(
    kind: str, call: Mapping[str, Any], schedule_id: int, scheduled_for: datetime, *, at: datetime, reason: str = ""
) -> str:
    """Return the text of one event. ``kind``: dispatched or missed; ``call`` has task, args and kwargs."""
    said = {
        "kind": kind,
        "scheduled_for": scheduled_for.isoformat(),
        "task_id": task_id_of(schedule_id, scheduled_for),
        "at": at.isoformat(),
        "reason": reason,
        "schedule": schedule_id,
        "task": call["task"],
        "args": call["args"],
        "kwargs": call["kwargs"],
    }
    return json.dumps(said)


def tell_overtaken(mirror: Mirror, schedule_id: int, held: Held, *, until: datetime, reason: str) -> None:
    """Tell of the occurrences up to ``until`` that beat has not sent and, by a change at that instant, never will.

    Called before the change reaches the mirror. Beat may send one meanwhile: the ledger keeps what it hears first, so
    that telling is harmless. Raises EngineUnreachable.
    """
    if held.next is None or held.next > until:
        return
    try:
        call = StockuraEntry.decode_definition(mirror.entries([schedule_id])[0]["definition"])
        schedule: RecurrenceSchedule = call["schedule"]
        texts: list[str] = []
        upcoming = held.next
        while upcoming is not None and upcoming <= until and len(texts) < MAX_OVERTAKEN:
            texts.append(event("missed", call, schedule_id, upcoming, at=until, reason=reason))
            upcoming = schedule.recurrence.next_after(upcoming)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        logger.warning("mirror.overtaken_unreadable schedule_id=%d error=%s", schedule_id, error)
        return
    try:
        with mirror.redis.pipeline(transaction=False) as pipe:
            for text in texts:
                pipe.xadd(mirror.keys.events, {"event": text}, maxlen=MAX_EVENTS, approximate=True)
            pipe.execute()
    except (RedisError, OSError) as error:
        raise EngineUnreachable(error) from error
