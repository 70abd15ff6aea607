"""What is due: read from the mirror in one round trip, and moved on in one, fenced by the lock."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from redbeat.decoder import RedBeatJSONEncoder
from redis.client import NEVER_DECODE

from schedules.beat import scripts
from schedules.mirror.entry import RecurrenceSchedule, StockuraEntry, from_microseconds, to_microseconds
from schedules.mirror.mirror import ENDED, Mirror
from schedules.mirror.telling import event
from schedules.planning import Plan, dispatch_at


class UnreadableEntry(ValueError):
    """What the mirror holds of a schedule makes no sense; ``str()`` says what was found."""


@dataclass(frozen=True)
class DueEntry:
    """An entry of ours whose moment has come. ``pending`` is its oldest occurrence not yet dealt with."""

    key: str
    schedule_id: int
    name: str
    task: str
    args: list[Any]
    kwargs: dict[str, Any]
    options: dict[str, Any]
    schedule: RecurrenceSchedule
    revision: str
    pending: datetime
    total_runs: int


@dataclass(frozen=True)
class Found:
    """One look at the mirror. ``later`` is the instant (seconds since 1970) of the first entry that is not due yet."""

    is_whole: bool
    later: float | None
    ours: list[DueEntry]
    unreadable: dict[str, UnreadableEntry]
    foreign: list[str]


@dataclass
class Move:
    """An entry that goes on: where to, what is sent for it, and why it is set aside, if it is.

    ``messages`` (queue and text) leave together with the move; without any, what is ``sent`` has left already.
    """

    entry: DueEntry
    plan: Plan
    sent: list[datetime] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    set_aside: str = ""

    def last_dealt_with(self) -> datetime:
        return max([*self.plan.dispatches, *(missed.scheduled_for for missed in self.plan.missed)])


class DueEntries:
    """The due part of one mirror. Raises redis' errors."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._commit = mirror.redis.register_script(scripts.COMMIT)

    def load(self, now: datetime, *, limit: int) -> Found:
        """Return at most ``limit`` entries that are due at ``now``, the longest overdue first."""
        keys = self._mirror.keys
        arguments = (2, keys.due, keys.whole, repr(now.timestamp()), limit)
        # Undecoded: bytes that are no text must spoil their own entry and no other.
        answer = self._mirror.redis.execute_command("EVAL", scripts.LOAD_DUE, *arguments, **{NEVER_DECODE: True})
        whole, later, rows = json.loads(answer.decode(errors="surrogateescape"))
        found = Found(bool(whole), float(later) if later else None, [], {}, [])
        for key, definition, meta, revision, pending in rows:
            schedule_id = keys.schedule_id(key)
            if schedule_id is None:
                found.foreign.append(key)
                continue
            try:
                found.ours.append(_entry(key, schedule_id, definition, meta, revision, pending))
            except UnreadableEntry as error:
                found.unreadable[key] = error
        return found

    def move_on(self, moves: Sequence[Move], *, token: str, at: datetime) -> bool:
        """Send messages, give each entry its next instant and the ledger its events, in one step.

        Answers False, and does none of it, when the lock is lost.
        """
        refused = self._move(moves, token=token, at=at)
        if not refused:
            return refused is not None
        kept_back = [move for move in moves if move.entry.key in refused]
        for move in kept_back:
            move.set_aside = f'Redis holds something under the name "{move.messages[0][0]}" that is no queue.'
            move.messages, move.sent = [], []
        return self._move(kept_back, token=token, at=at) is not None

    def _move(self, moves: Sequence[Move], *, token: str, at: datetime) -> list[str] | None:
        """Return the keys of entries whose message no queue took, and which were left as they are."""
        keys = self._mirror.keys
        said_at = json.dumps(at.astimezone(UTC), cls=RedBeatJSONEncoder)
        steps = [
            [move.entry.key, *_where_to(move, said_at), not move.messages, move.messages, _events(move, at)]
            for move in moves
        ]
        arguments = [token, json.dumps(steps)]
        answer = self._commit(keys=[keys.lock, keys.due, keys.events, keys.set_aside], args=arguments)
        return None if answer == -1 else answer

    def repair_later(self, key: str, why: str) -> None:
        """Take an unreadable entry out of the way, show why, and let the next reconcile write it anew."""
        keys = self._mirror.keys
        is_entry = self._mirror.redis.type(key) == "hash"
        with self._mirror.redis.pipeline() as pipe:
            pipe.zrem(keys.due, key)
            if is_entry:
                pipe.hdel(key, "fingerprint", "seal")
            else:
                pipe.delete(key)
            pipe.hset(keys.set_aside, key, why)
            pipe.execute()


def _entry(key: str, schedule_id: int, definition: str, meta: str, revision: str, pending: str) -> DueEntry:
    try:
        fields = _definition(definition)
        instant = from_microseconds(pending)
        total = json.loads(meta).get("total_run_count") if meta else 0
        if instant is None:
            raise ValueError("it has no next instant")
        return DueEntry(
            key=key,
            schedule_id=schedule_id,
            name=fields["name"],
            task=fields["task"],
            args=fields["args"],
            kwargs=fields["kwargs"],
            options=fields["options"],
            schedule=fields["schedule"],
            revision=revision,
            pending=instant,
            total_runs=int(total or 0),
        )
    except Exception as error:  # whatever stands in Redis: it must never stop another entry
        raise UnreadableEntry(f"{type(error).__name__}: {error}") from error


@lru_cache(maxsize=20_000)
def _definition(text: str) -> dict[str, Any]:
    text.encode()  # raises for what was no text
    return StockuraEntry.decode_definition(text)


def _where_to(move: Move, said_at: str) -> list[str]:
    entry, upcoming = move.entry, move.plan.next_scheduled_for
    score = ENDED if upcoming is None else dispatch_at(upcoming, entry.schedule.policy, entry.name).timestamp()
    return [
        entry.revision,
        to_microseconds(entry.pending),
        to_microseconds(move.last_dealt_with()),
        to_microseconds(upcoming),
        repr(score),
        # What RedBeat keeps there, for whoever reads entries the RedBeat way.
        f'{{"last_run_at": {said_at}, "total_run_count": {entry.total_runs + len(move.sent)}}}',
        move.set_aside,
    ]


def _events(move: Move, at: datetime) -> list[str]:
    entry = move.entry
    call = {"task": entry.task, "args": entry.args, "kwargs": entry.kwargs}
    tell = partial(event, call=call, schedule_id=entry.schedule_id, at=at)
    sent = set(move.sent)
    return [
        *(tell("missed", scheduled_for=missed.scheduled_for, reason=missed.reason) for missed in move.plan.missed),
        *(tell("dispatched", scheduled_for=instant) for instant in move.sent),
        *(
            tell("missed", scheduled_for=instant, reason=move.set_aside)
            for instant in move.plan.dispatches
            if instant not in sent
        ),
    ]
