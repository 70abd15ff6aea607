"""Plain RedBeat: `celery -A bench.peers.redbeat_app beat`, in the Redis of REDIS_URL."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import redis
from celery import Celery
from celery.schedules import crontab
from redbeat import RedBeatSchedulerEntry
from redbeat.decoder import RedBeatJSONEncoder

app = Celery(
    "redbeat_peer", broker=os.environ.get("PEER_BROKER_URL") or os.environ["REDIS_URL"], set_as_current=False
)
app.conf.update(
    timezone="UTC",
    task_ignore_result=True,
    beat_scheduler="redbeat.RedBeatScheduler",
    redbeat_redis_url=os.environ["REDIS_URL"],
    redbeat_redis_options={"socket_timeout": 30},
    redbeat_key_prefix="redbeat:",
    redbeat_lock_timeout=int(os.environ.get("PEER_LOCK_SECONDS", "0")) or None,
)


@app.task(name="tests.nothing")
def nothing(*args: object) -> None:
    """Take any arguments and do nothing."""


def entries(due: datetime, count: int, queue: str) -> Iterator[RedBeatSchedulerEntry]:
    """Yield entries that fall due at the instant ``due`` (a whole minute) each day and ran a day before."""
    daily = crontab(minute=due.minute, hour=due.hour, app=app)
    for number in range(count):
        entry = RedBeatSchedulerEntry(
            f"bench-{number}", "tests.nothing", daily, args=[number], options={"queue": queue}, app=app
        )
        entry.last_run_at = due - timedelta(days=1)
        yield entry


def write(client: redis.Redis, due: datetime, count: int, queue: str) -> None:
    """Put the entries where ``entry.save()`` puts them, with fewer round trips."""
    with client.pipeline(transaction=False) as pipe:
        for entry in entries(due, count, queue):
            definition = {
                "name": entry.name,
                "task": entry.task,
                "args": entry.args,
                "kwargs": entry.kwargs,
                "options": entry.options,
                "schedule": entry.schedule,
                "enabled": True,
            }
            meta = {"last_run_at": entry.last_run_at.astimezone(UTC), "total_run_count": 1}
            pipe.hset(entry.key, "definition", json.dumps(definition, cls=RedBeatJSONEncoder))
            pipe.hset(entry.key, "meta", json.dumps(meta, cls=RedBeatJSONEncoder))
            pipe.zadd("redbeat::schedule", {entry.key: due.timestamp()})
        pipe.execute()
