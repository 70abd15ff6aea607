"""Counts of what beat has done, kept in Redis: they only grow, until Redis loses its data, as monitoring expects."""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from redis.exceptions import RedisError

from schedules.exceptions import EngineUnreachable
from schedules.mirror.mirror import Mirror

#: Upper bounds of the lateness histogram, in seconds; what is later still counts in the last bucket, infinity.
BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)
#: Reasons longer than this are sentences of their own and are counted together.
LONGEST_REASON = 30


@dataclass
class Tally:
    """``late``: number of dispatches in each bucket, one more than BOUNDS; ``late_seconds`` their sum."""

    dispatched: int = 0
    late: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    late_seconds: float = 0.0
    missed: Counter[str] = field(default_factory=Counter)


def tally_of(texts: Iterable[str]) -> Tally:
    """Return what beat's events tell; unreadable ones count for nothing."""
    tally = Tally()
    for text in texts:
        try:
            event = json.loads(text)
            if event["kind"] == "dispatched":
                at, meant = (datetime.fromisoformat(event[name]) for name in ("at", "scheduled_for"))
                seconds = max((at - meant).total_seconds(), 0.0)
                tally.dispatched += 1
                tally.late[bisect_left(BOUNDS, seconds)] += 1
                tally.late_seconds += seconds
            else:
                reason = event["reason"]
                tally.missed[reason if len(reason) <= LONGEST_REASON else "other"] += 1
        except (ValueError, KeyError, TypeError):
            continue
    return tally


def add(mirror: Mirror, tally: Tally) -> None:
    """Add to the counts. Raises redis' errors."""
    with mirror.redis.pipeline(transaction=True) as pipe:
        key = mirror.keys.tally
        if tally.dispatched:
            pipe.hincrby(key, "dispatched", tally.dispatched)
            pipe.hincrbyfloat(key, "late_seconds", tally.late_seconds)
        for place, number in enumerate(tally.late):
            if number:
                pipe.hincrby(key, f"late:{place}", number)
        for reason, number in tally.missed.items():
            pipe.hincrby(key, f"missed:{reason}", number)
        pipe.execute()


def read(mirror: Mirror) -> Tally:
    """Return the counts. Raises EngineUnreachable."""
    try:
        held: Mapping[str, str] = mirror.redis.hgetall(mirror.keys.tally)
    except (RedisError, OSError) as error:
        raise EngineUnreachable(error) from error
    missed = {name.removeprefix("missed:"): int(number) for name, number in held.items() if name.startswith("missed:")}
    return Tally(
        dispatched=int(held.get("dispatched", 0)),
        late=[int(held.get(f"late:{place}", 0)) for place in range(len(BOUNDS) + 1)],
        late_seconds=float(held.get("late_seconds", 0.0)),
        missed=Counter(missed),
    )
