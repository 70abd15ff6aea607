"""What the engine really holds and how it is: read from Redis, joined with the names that people gave."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redbeat.decoder import RedBeatJSONDecoder

from schedules import conf
from schedules.mirror.entry import from_microseconds
from schedules.mirror.mirror import Mirror
from schedules.mirror.presence import Presence, read_presences
from schedules.models import APIEndpointSchedule
from schedules.recurrence import DefinitionError, Recurrence, parse_definition

CHUNK = 500


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
