"""The two engines under the same steps: ours, and plain RedBeat as its documentation says to use it."""

import base64
import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import redis
from celery import Celery
from celery.schedules import crontab
from celery.schedules import schedule as every
from redbeat import RedBeatSchedulerEntry

from bench.peers import redbeat_app
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule
from tests.support.builders import a_schedule, an_endpoint
from tests.support.processes import RunningProcess
from tests.support.stack import Stack
from tests.support.storm import many_at_once
from tests.support.waiting import wait_until

#: Both engines send here; nobody consumes.
QUEUE = "sent"
A_DAY = timedelta(days=1)


class Engine(Protocol):
    """What the scenarios ask of an engine."""

    def beat(self, name: str = "beat", **env: str) -> RunningProcess: ...
    def due_once_at(self, due: datetime) -> Any: ...
    def due_once_a_day_at(self, due: datetime) -> Any: ...
    def move(self, what: Any, due: datetime) -> None: ...
    def pause(self, what: Any) -> None: ...
    def resume(self, what: Any) -> None: ...
    def spoil(self, what: Any) -> None: ...
    def many_due_once_at(self, count: int, due: datetime) -> set[int]: ...
    def every_seconds_since(self, seconds: int, anchor: datetime) -> Any: ...
    def last_time_of(self, what: Any) -> datetime: ...
    def by_crontab(self, expression: str, zone: str) -> Any: ...
    def free_lock(self) -> None: ...
    def sent(self, client: redis.Redis) -> Counter[int]: ...


class Ours:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._endpoint = an_endpoint(queue=QUEUE)

    def beat(self, name: str = "beat", **env: str) -> RunningProcess:
        beat = self._stack.beat(name=name, env=env)
        if name == "beat":
            wait_until(lambda: Mirror().is_whole(), within=30)
        return beat

    def due_once_at(self, due: datetime) -> APIEndpointSchedule:
        return a_schedule(endpoint=self._endpoint, schedule_type="once", execution_times=None, run_at=due)

    def due_once_a_day_at(self, due: datetime) -> APIEndpointSchedule:
        seconds = int(A_DAY.total_seconds())
        return a_schedule(endpoint=self._endpoint, schedule_type="interval", execution_times=None,
            interval_seconds=seconds, starts_at=due - A_DAY)  # fmt: skip

    def move(self, what: APIEndpointSchedule, due: datetime) -> None:
        what.starts_at = due
        what.save()

    def pause(self, what: APIEndpointSchedule) -> None:
        what.enabled = False
        what.save()

    def resume(self, what: APIEndpointSchedule) -> None:
        what.enabled = True
        what.save()

    def spoil(self, what: APIEndpointSchedule) -> None:
        mirror = Mirror()
        with self._stack.redis.client() as client:
            client.hset(mirror.keys.entry(what.pk), "definition", "{not json")

    def many_due_once_at(self, count: int, due: datetime) -> set[int]:
        return {row.pk for row in many_at_once(self._endpoint, count, due)}

    def every_seconds_since(self, seconds: int, anchor: datetime) -> APIEndpointSchedule:
        return a_schedule(endpoint=self._endpoint, schedule_type="interval", execution_times=None,
            interval_seconds=seconds, starts_at=anchor)  # fmt: skip

    def last_time_of(self, what: APIEndpointSchedule) -> datetime:
        return max(row.scheduled_for for row in what.runs.all())

    def by_crontab(self, expression: str, zone: str) -> APIEndpointSchedule:
        return a_schedule(endpoint=self._endpoint, schedule_type="cron", execution_times=None,
            cron_expression=expression, timezone=zone)  # fmt: skip

    def free_lock(self) -> None:
        """Nothing to do: a lock of ours runs out by itself in time."""

    def sent(self, client: redis.Redis) -> Counter[int]:
        """How many messages of which schedule are in the queue."""
        messages = (json.loads(text) for text in client.lrange(QUEUE, 0, -1))
        return Counter(message["headers"]["stockura_run"]["schedule"] for message in messages)


class PlainRedBeat:
    """`celery beat` with RedBeat's own scheduler and its default settings."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        os.environ["REDIS_URL"] = stack.redis.url
        redbeat_app.app.conf.redbeat_redis_url = stack.redis.url
        self._count = 0

    def beat(self, name: str = "beat", **env: str) -> RunningProcess:
        if "CELERY_BROKER_URL" in env:
            env["PEER_BROKER_URL"] = env.pop("CELERY_BROKER_URL")
        if "SCHEDULES_BEAT_LOCK_SECONDS" in env:
            env["PEER_LOCK_SECONDS"] = env.pop("SCHEDULES_BEAT_LOCK_SECONDS")
        command = ("celery", "-A", "bench.peers.redbeat_app", "beat", "--loglevel=INFO", "--pidfile=")
        beat = self._stack.start(name, *command, env=env, fresh=True)
        beat.wait_for_output("beat: Starting...")
        return beat

    def due_once_at(self, due: datetime) -> RedBeatSchedulerEntry:
        return self.due_once_a_day_at(due)

    def due_once_a_day_at(self, due: datetime) -> RedBeatSchedulerEntry:
        entry = self._entry(every(run_every=A_DAY, app=redbeat_app.app))
        self._ran_at(entry, due - A_DAY)
        return entry

    def move(self, what: RedBeatSchedulerEntry, due: datetime) -> None:
        # What people do: another schedule under the same name. It keeps the old last run.
        seconds = (due - (what.last_run_at or due)).total_seconds() + A_DAY.total_seconds()
        what.schedule = every(run_every=timedelta(seconds=min(seconds, 3600)), app=redbeat_app.app)
        what.save()

    def pause(self, what: RedBeatSchedulerEntry) -> None:
        what.enabled = False
        what.save()

    def resume(self, what: RedBeatSchedulerEntry) -> None:
        what.enabled = True
        what.save()

    def spoil(self, what: RedBeatSchedulerEntry) -> None:
        with self._stack.redis.client() as client:
            client.hset(what.key, "definition", "{not json")

    def many_due_once_at(self, count: int, due: datetime) -> set[int]:
        return {self.due_once_a_day_at(due).args[0] for _ in range(count)}

    def every_seconds_since(self, seconds: int, anchor: datetime) -> RedBeatSchedulerEntry:
        entry = self._entry(every(run_every=timedelta(seconds=seconds), app=redbeat_app.app))
        entry.last_run_at = anchor
        return entry.save()

    def last_time_of(self, what: RedBeatSchedulerEntry) -> datetime:
        return RedBeatSchedulerEntry.from_key(what.key, app=redbeat_app.app).last_run_at

    def by_crontab(self, expression: str, zone: str) -> RedBeatSchedulerEntry:
        # Celery's crontab takes its zone from an app: people make one for each zone.
        zoned = Celery(set_as_current=False, timezone=zone)
        minute, hour, day, month, weekday = expression.split()
        entry = self._entry(
            crontab(minute, hour, day_of_month=day, month_of_year=month, day_of_week=weekday, app=zoned)
        )
        entry.last_run_at = datetime.now(UTC)
        return entry.save()

    def free_lock(self) -> None:
        """What whoever restarts it has to do: a lock of its lasts 25 minutes."""
        with self._stack.redis.client() as client:
            client.delete("redbeat::lock")

    def sent(self, client: redis.Redis) -> Counter[int]:
        bodies = (json.loads(base64.b64decode(json.loads(text)["body"])) for text in client.lrange(QUEUE, 0, -1))
        return Counter(args[0] for args, _kwargs, _embed in bodies)

    def _entry(self, schedule: every | crontab) -> RedBeatSchedulerEntry:
        self._count += 1
        return RedBeatSchedulerEntry(f"e{self._count}", "tests.nothing", schedule, args=[self._count],
            options={"queue": QUEUE}, app=redbeat_app.app)  # fmt: skip

    def _ran_at(self, entry: RedBeatSchedulerEntry, when: datetime) -> None:
        entry.last_run_at = when
        entry.save()
        meta = json.loads('{"total_run_count": 1}') | {"last_run_at": _encoded(when)}
        with self._stack.redis.client() as client:
            client.hset(entry.key, "meta", json.dumps(meta))
            client.zadd("redbeat::schedule", {entry.key: (when + A_DAY).timestamp()})


def _encoded(when: datetime) -> dict[str, Any]:
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__type__": "datetime", **{part: getattr(when, part) for part in parts}, "timezone": "UTC"}
