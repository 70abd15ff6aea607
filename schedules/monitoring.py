"""What the engine really holds and how it is: read from Redis, joined with the names that people gave."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from celery import Celery, current_app
from redbeat.decoder import RedBeatJSONDecoder
from redis import Redis
from redis.exceptions import RedisError

from schedules import conf
from schedules.exceptions import EngineUnreachable
from schedules.mirror.entry import from_microseconds
from schedules.mirror.mirror import Mirror
from schedules.mirror.presence import WORKER_SILENT_AFTER, Presence, read_presences
from schedules.models import APIEndpointSchedule
from schedules.recurrence import DefinitionError, Recurrence, parse_definition

CHUNK = 500
#: An entry that is due this long and was not dispatched is late; a large minute takes a few seconds.
OVERDUE_AFTER = timedelta(seconds=60)
#: kombu's defaults for queues with priorities on Redis.
PRIORITY_SEPARATOR, PRIORITY_STEPS = "\x06\x16", (0, 3, 6, 9)


@dataclass(frozen=True)
class ActiveSchedule:
    """One entry of ours in force. ``next_run_at`` is None once the rule has ended; instants are aware.

    ``recurrence`` is None when the entry cannot be read; ``problem`` then says why.
    """

    schedule_id: int
    name: str
    task: str
    recurrence: Recurrence | None
    last_run_at: datetime | None
    total_runs: int
    next_run_at: datetime | None
    problem: str = ""


@dataclass(frozen=True)
class EngineHealth:
    """Who leads, who waits, and how long ago each was heard of. An empty ``leader`` means that nobody sends."""

    leader: Presence | None
    standbys: list[Presence]
    scheduled: int
    set_aside: dict[int, str]


def active_schedule_ids() -> list[int]:
    """Return whose entries beat holds, by their next dispatch; ended ones first. Raises EngineUnreachable."""
    return Mirror().schedule_ids_by_next()


def active_schedules(schedule_ids: Sequence[int] | None = None) -> Iterator[ActiveSchedule]:
    """Yield what beat holds of these schedules, or of all ``active_schedule_ids()``. Raises EngineUnreachable."""
    mirror = Mirror()
    ids = mirror.schedule_ids_by_next() if schedule_ids is None else schedule_ids
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        names = dict(APIEndpointSchedule.objects.filter(pk__in=chunk).values_list("pk", "name"))
        for schedule_id, entry in zip(chunk, mirror.entries(chunk), strict=True):
            yield _active(schedule_id, names.get(schedule_id, f"schedule-{schedule_id}"), entry)


def engine_health(now: datetime) -> EngineHealth:
    """Return the state of the engine at ``now``. Raises EngineUnreachable."""
    mirror = Mirror()
    presences = read_presences(mirror, now)
    # One that was frozen or killed last said that it leads, and says nothing any more.
    leading = [each for each in presences if each.leads and now - each.seen_at <= conf.duration("BEAT_LOCK_SECONDS")]
    leader = max(leading, key=lambda each: each.seen_at, default=None)
    return EngineHealth(
        leader=leader,
        standbys=[each for each in presences if not each.leads],
        scheduled=mirror.count(),
        set_aside=mirror.reasons_set_aside(),
    )


@dataclass(frozen=True)
class Drift:
    """How the mirror differs from the database, by schedule."""

    missing: frozenset[int]
    orphans: frozenset[int]
    stale: frozenset[int]

    @property
    def count(self) -> int:
        return len(self.missing) + len(self.orphans) + len(self.stale)


@dataclass(frozen=True)
class EngineState:
    """All that the overview says of the engine. ``queues`` is None where the broker is not a Redis that we can ask.

    ``overdue``: entries that should have been dispatched a while ago and were not.
    """

    health: EngineHealth
    drift: Drift
    workers: list[str]
    overdue: int
    queues: dict[str, int] | None


def engine_state(
    now: datetime, *, in_force: Collection[int], changed: Sequence[tuple[int, int]], queues: Sequence[str]
) -> EngineState:
    """Return the state of the engine, in a handful of round trips. Raises EngineUnreachable.

    The caller has asked the database before, so that a save in between is no difference: ``in_force`` are the
    schedules that beat should hold, ``changed`` (key, revision) of those to be compared. Beat compares everything each
    minute; only what was saved since can be out of date without its knowing.
    """
    mirror = Mirror()
    health = engine_health(now)
    return EngineState(
        health=health,
        drift=drift_of(mirror, set(in_force), changed, health.set_aside),
        workers=mirror.workers_since(now - WORKER_SILENT_AFTER),
        overdue=mirror.count_due_before(now - OVERDUE_AFTER),
        queues=queue_depths(queues),
    )


def queue_depths(names: Sequence[str]) -> dict[str, int] | None:
    """Return how many messages wait in each queue; None when the broker is not a Redis server.

    Raises EngineUnreachable. kombu keeps a list for each step of priority.
    """
    app = current_app._get_current_object()
    address = str(app.conf.broker_url or "")
    is_ours = address == app.conf.redbeat_redis_url or _same_sentinels(app, address)
    if not is_ours and not address.startswith(("redis://", "rediss://", "unix://")):
        return None
    options = app.conf.broker_transport_options or {}
    separator, prefix = options.get("sep", PRIORITY_SEPARATOR), options.get("global_keyprefix", "")
    steps = options.get("priority_steps", PRIORITY_STEPS)
    keys = [[f"{prefix}{name}{separator}{step}" if step else f"{prefix}{name}" for step in steps] for name in names]
    client = Mirror(app).redis if is_ours else Redis.from_url(address, socket_connect_timeout=2, socket_timeout=3)
    try:
        with client.pipeline(transaction=False) as pipe:
            for key in (key for of_queue in keys for key in of_queue):
                pipe.llen(key)
            lengths = iter(pipe.execute())
    except (RedisError, OSError) as error:
        raise EngineUnreachable(error) from error
    finally:
        if not is_ours:
            client.close()
    return {name: sum(next(lengths) for _key in of_queue) for name, of_queue in zip(names, keys, strict=True)}


def _same_sentinels(app: Celery, broker: str) -> bool:
    """Say whether Sentinels name for the broker the very Redis that they name for the mirror."""
    if not broker.startswith("sentinel://") or not str(app.conf.redbeat_redis_url).startswith("redis-sentinel"):
        return False
    mirror, queues = app.conf.redbeat_redis_options or {}, app.conf.broker_transport_options or {}
    databases = {urlsplit(each).path.strip("/") or "0" for each in broker.split(";")}
    return queues.get("master_name") == mirror.get("service_name") and databases == {str(mirror.get("db", 0))}


def drift_of(
    mirror: Mirror, in_force: set[int], changed: Sequence[tuple[int, int]], set_aside: Collection[int]
) -> Drift:
    """Return how the mirror differs; for the arguments see ``engine_state``. Raises EngineUnreachable."""
    listed = mirror.schedule_ids()
    return Drift(
        missing=frozenset(in_force - listed - set(set_aside)),
        orphans=frozenset(listed - in_force),
        stale=_stale(mirror, [(pk, revision) for pk, revision in changed if pk in listed and pk in in_force]),
    )


def quick_drift(
    in_force_count: int, ids_in_force: Callable[[], set[int]], changed: Sequence[tuple[int, int]]
) -> Drift:
    """Return the same where as many entries are held as there ought to be, without walking through all of them.

    Otherwise ``ids_in_force`` is asked for, and all are compared. One that is missing beside one too many is not seen:
    beat, which looks at each, repairs such within a minute. Raises EngineUnreachable.
    """
    mirror = Mirror()
    set_aside = mirror.reasons_set_aside()
    # One whose message nobody takes is set aside and listed all the same.
    unlisted = sum(not each.is_listed for each in mirror.read(list(set_aside))) if set_aside else 0
    if mirror.count() + unlisted == in_force_count:
        return Drift(missing=frozenset(), orphans=frozenset(), stale=_stale(mirror, changed))
    return drift_of(mirror, ids_in_force(), changed, set_aside)


def _stale(mirror: Mirror, compared: Sequence[tuple[int, int]]) -> frozenset[int]:
    held = mirror.read([pk for pk, _revision in compared]) if compared else []
    pairs = zip(compared, held, strict=True)
    return frozenset(
        pk for (pk, revision), each in pairs if each.is_listed and int(each.revision or 0) < revision
    )


def lag(health: EngineHealth, now: datetime) -> timedelta | None:
    """Return how long ago the leader last ticked; None when nobody leads."""
    return None if health.leader is None else now - health.leader.seen_at


def _active(schedule_id: int, name: str, entry: dict[str, str]) -> ActiveSchedule:
    recurrence, problem, task = None, "", ""
    last_run_at, total_runs = None, 0
    try:
        if entry["meta"]:
            meta: dict[str, Any] = json.loads(entry["meta"], cls=RedBeatJSONDecoder)
            last_run_at, total_runs = meta.get("last_run_at"), int(meta.get("total_run_count") or 0)
        definition = json.loads(entry["definition"])
        task = definition["task"]
        recurrence = parse_definition(definition["schedule"]["definition"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = str(error) if isinstance(error, DefinitionError) else f"{type(error).__name__}: {error}"
    return ActiveSchedule(
        schedule_id=schedule_id,
        name=name,
        task=task,
        recurrence=recurrence,
        last_run_at=last_run_at,
        total_runs=total_runs,
        next_run_at=_instant(entry["next"]),
        problem=problem,
    )


def _instant(text: str) -> datetime | None:
    try:
        return from_microseconds(text)
    except ValueError:
        return None
