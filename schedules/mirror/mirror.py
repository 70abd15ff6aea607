"""Redis' copy of the schedules: push, remove and read. Knows Redis and no database."""

import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

from celery import Celery, current_app
from redbeat.schedulers import get_redis
from redis import Redis
from redis.commands.core import Script
from redis.exceptions import RedisError, ResponseError

from schedules.exceptions import EngineUnreachable
from schedules.mirror import scripts
from schedules.mirror.entry import Entry, from_microseconds, to_microseconds
from schedules.mirror.keys import Keys
from schedules.planning import dispatch_at

logger = logging.getLogger(__name__)

#: Score of an entry whose recurrence has ended: listed, never due.
ENDED = -1.0
#: Beat may move an entry on between our reading and our writing; it does so once per occurrence.
PUSH_ATTEMPTS = 10
#: Entries of one atomic step: a few milliseconds in which Redis does nothing else.
CHUNK = 500
#: Removed schedules of which that is still known; the longest gone are forgotten.
NOTES_OF_REMOVAL = 100_000

#: Where an app keeps its client of a Redis that Sentinels name.
_CLIENT = "_schedules_redis"

T = TypeVar("T")


@dataclass(frozen=True)
class Held:
    """What the mirror holds of one schedule."""

    revision: str
    fingerprint: str
    last: datetime | None
    next: datetime | None
    is_listed: bool
    seal: str
    #: When it was last taken out of force; None for one that is held, and where that is not known.
    removed_at: datetime | None = None

    @property
    def exists(self) -> bool:
        return self.revision != ""


#: An entry's text, and what is to be written beside it, in the order of ``scripts.PUSH``.
Step = tuple[str, list[str]]

#: Of a schedule that the mirror has never heard of.
NOTHING = Held("", "", None, None, is_listed=False, seal="")
#: What a step has seen of it: last, revision and instant of removal.
_UNSEEN = ("", "", "")


class Mirror:
    """The mirror of one Celery app. Every method raises EngineUnreachable when Redis does not answer."""

    def __init__(self, app: Celery | None = None) -> None:
        self.app = app or current_app._get_current_object()
        self.keys = Keys(self.app)
        self.redis: Redis = _client_of(self.app)
        self._read = self.redis.register_script(scripts.READ)
        self._push = partial(
            self.redis.register_script(scripts.PUSH),
            keys=[self.keys.due, self.keys.wake, self.keys.set_aside, self.keys.removed],
        )
        self._read_differing = self.redis.register_script(scripts.READ_DIFFERING)
        self._seal = self.redis.register_script(scripts.SEAL)

    def push(
        self,
        entries: Sequence[Entry],
        *,
        watermark: Callable[[Entry, Held], datetime],
        held: Mapping[int, Held] | None = None,
    ) -> None:
        """Put entries in force, many in two round trips.

        ``watermark`` says, from what is held of an entry, after which instant its next occurrence is to be sought. An
        entry that somebody else changes between our reading and our writing is read and written again; one that keeps
        changing is left to the next reconcile. ``held`` spares the first reading where the caller has done it.
        """
        for start in range(0, len(entries), CHUNK):
            waiting, known = entries[start : start + CHUNK], held or {}
            for _ in range(PUSH_ATTEMPTS):
                found = [known.get(entry.schedule_id) for entry in waiting]
                if None in found:
                    found = self.read([entry.schedule_id for entry in waiting])
                written = self.write(
                    [self.step(entry, each, watermark(entry, each)) for entry, each in zip(waiting, found, strict=True)]
                )
                waiting = [entry for entry, was_written in zip(waiting, written, strict=True) if not was_written]
                known = {}
                if not waiting:
                    break
            else:
                logger.warning("mirror.push_given_up schedules=%s", [entry.schedule_id for entry in waiting])

    def step(self, entry: Entry, held: Held, watermark: datetime) -> Step:
        """Return what ``write`` does for an entry of which ``held`` was read: it runs next after ``watermark``."""
        text, upcoming = entry.to_json(), entry.recurrence.next_after(watermark)
        sent_at = None if upcoming is None else dispatch_at(upcoming, entry.policy, entry.name)
        seen = _UNSEEN if held is NOTHING else (to_microseconds(held.last), held.revision, _score_of(held.removed_at))
        return text, [
            self.keys.entry(entry.schedule_id),
            str(entry.revision),
            fingerprint(text),
            to_microseconds(upcoming),
            _score_of(sent_at) or repr(ENDED),
            entry.seal,
            *seen,
        ]

    def write(self, steps: Sequence[Step]) -> list[bool]:
        """Carry out steps, CHUNK at most for Redis' sake; say of each whether nothing is left to do.

        It is not done where something else is held by now than the step was made for.
        """
        arguments = [json.dumps([fields for _text, fields in steps]), *(text for text, _fields in steps)]
        return [bool(done) for done in self._ask(lambda: self._push(args=arguments))]

    def note_seals(self, seals: Mapping[int, tuple[str, str]]) -> None:
        """Note, by schedule, the fingerprint of what was found right and the seal of the row it was compared with."""
        steps = [[self.keys.entry(key), mark, seal] for key, (mark, seal) in seals.items()]
        self._ask(lambda: self._seal(args=[json.dumps(steps)]))

    def _run(self, script: Script, steps: Sequence[tuple[Sequence[str], Sequence[str | int]]]) -> list:
        with self.redis.pipeline(transaction=False) as pipe:
            for keys, arguments in steps:
                script(keys=keys, args=arguments, client=pipe)
            return pipe.execute()

    def remove(self, revisions: Mapping[int, int | None], *, at: datetime | None = None) -> None:
        """Take schedules out of force, those not there are no matter.

        With a revision, an entry of a newer one stays: somebody has put it in force again meanwhile. ``at`` is noted as
        the instant of it: see ``Held.removed_at``.
        """
        script = self.redis.register_script(scripts.REMOVE)
        noted = _score_of(at)
        keys = (self.keys.due, self.keys.set_aside, self.keys.removed)
        steps = [
            ((self.keys.entry(key), *keys), ("" if revision is None else revision, noted, NOTES_OF_REMOVAL))
            for key, revision in revisions.items()
        ]
        for start in range(0, len(steps), CHUNK):
            self._ask(lambda chunk=steps[start : start + CHUNK]: self._run(script, chunk))

    def set_aside(self, schedule_id: int, why: str) -> None:
        """Take out of force a schedule that cannot be carried out, and keep the reason for people to see."""
        self.remove({schedule_id: None})
        self._ask(lambda: self.redis.hset(self.keys.set_aside, self.keys.entry(schedule_id), why))

    def read(self, schedule_ids: Sequence[int]) -> list[Held]:
        """Return what is held of each schedule, in their order, in one round trip."""
        keys = json.dumps([self.keys.entry(schedule_id) for schedule_id in schedule_ids])
        answer = self._ask(lambda: self._read(keys=[self.keys.due, self.keys.removed], args=[keys]))
        return [_held(said) for said in json.loads(answer)]

    def differing(self, seals: Mapping[int, str]) -> dict[int, Held]:
        """Return what is held of those schedules whose entry is not there or bears another seal than this."""
        ids = list(seals)
        keys = json.dumps([self.keys.entry(schedule_id) for schedule_id in ids])
        marks = json.dumps(list(seals.values()))
        answer = self._ask(lambda: self._read_differing(keys=[self.keys.due, self.keys.removed], args=[keys, marks]))
        new, found = json.loads(answer)
        return {ids[place - 1]: NOTHING for place in new} | {ids[place - 1]: _held(said) for place, said in found}

    def entries(self, schedule_ids: Sequence[int]) -> list[dict[str, str]]:
        """Return ``definition``, ``meta``, ``next`` and ``revision`` of each, as texts; empty where absent."""
        fields = ("definition", "meta", "next", "revision")

        def step() -> list:
            with self.redis.pipeline(transaction=False) as pipe:
                for schedule_id in schedule_ids:
                    pipe.hmget(self.keys.entry(schedule_id), *fields)
                return pipe.execute()

        return [dict(zip(fields, (value or "" for value in values), strict=True)) for values in self._ask(step)]

    def schedule_ids_by_next(self, *, from_now: bool = False) -> list[int]:
        """Return the schedules that have an entry, in the order of their next dispatch.

        Ended ones come first, or with ``from_now`` not at all.
        """
        if from_now:
            members = self._ask(lambda: self.redis.zrangebyscore(self.keys.due, 0, "+inf"))
        else:
            members = self._ask(lambda: self.redis.zrange(self.keys.due, 0, -1))
        return self._ids(members)

    def next_schedule_ids(self, number: int) -> tuple[list[int], bool]:
        """Return the schedules among the first ``number`` entries that are dispatched next, and whether these are all.

        Ended ones are not among them.
        """
        members = self._ask(lambda: self.redis.zrangebyscore(self.keys.due, 0, "+inf", start=0, num=number + 1))
        return self._ids(members[:number]), len(members) <= number

    def next_dispatches(self, schedule_ids: Sequence[int]) -> dict[int, float]:
        """Return, of these schedules, those that are dispatched once more, and when (seconds since 1970)."""
        if not schedule_ids:
            return {}
        members = [self.keys.entry(schedule_id) for schedule_id in schedule_ids]
        scores = self._ask(lambda: self.redis.zmscore(self.keys.due, members))
        listed = zip(schedule_ids, scores, strict=True)
        return {schedule_id: score for schedule_id, score in listed if score is not None and score >= 0}

    def schedule_ids(self) -> set[int]:
        """Return the schedules that have an entry, walking RedBeat's sorted set (never KEYS or SCAN)."""
        return set(self.schedule_ids_by_next())

    def schedule_ids_in_slices(self) -> Iterator[list[int]]:
        """Yield the same, some hundreds at a time and in no order; what comes or goes meanwhile may be missed."""
        cursor: int | None = None
        while cursor != 0:
            at = cursor or 0
            cursor, members = self._ask(lambda at=at: self.redis.zscan(self.keys.due, at, count=CHUNK))
            yield sorted({found for key, _score in members if (found := self.keys.schedule_id(key)) is not None})

    def _ids(self, members: Iterable[str]) -> list[int]:
        """Return the keys of our own among the members, in their order."""
        return [found for key in members if (found := self.keys.schedule_id(key)) is not None]

    def is_blank(self) -> bool:
        """Say whether no entry is listed and none is known to have been removed: nearly all are then unheard of."""
        listed, removed = self._ask(lambda: (self.redis.zcard(self.keys.due), self.redis.zcard(self.keys.removed)))
        return not listed and not removed

    def count(self) -> int:
        """Return how many entries are in force, those of others among them; costs the same however many."""
        return int(self._ask(lambda: self.redis.zcard(self.keys.due)))

    def beats(self) -> dict[str, str]:
        """Return what each beat last said of itself, by its node name."""
        return dict(self._ask(lambda: self.redis.hgetall(self.keys.beats)))

    def workers_since(self, instant: datetime) -> list[str]:
        """Return the workers that were heard of at or after the aware ``instant``."""
        return sorted(self._ask(lambda: self.redis.zrangebyscore(self.keys.workers, instant.timestamp(), "+inf")))

    def count_due_before(self, instant: datetime) -> int:
        """Return how many entries should have been dispatched before ``instant`` and have not been."""
        return int(self._ask(lambda: self.redis.zcount(self.keys.due, 0, f"({instant.timestamp()!r}")))

    def due_before(self, instant: datetime, limit: int) -> list[tuple[int, datetime]]:
        """Return (schedule, due since) of those entries, at most ``limit``, the oldest first."""
        rows = self._ask(
            lambda: self.redis.zrangebyscore(
                self.keys.due, 0, f"({instant.timestamp()!r}", start=0, num=limit, withscores=True
            )
        )
        found = ((self.keys.schedule_id(key), datetime.fromtimestamp(score, UTC)) for key, score in rows)
        return [(schedule_id, since) for schedule_id, since in found if schedule_id is not None]

    def reasons_set_aside(self) -> dict[int, str]:
        """Return why schedules were set aside, by their key."""
        reasons = self._ask(lambda: self.redis.hgetall(self.keys.set_aside))
        return {found: why for key, why in reasons.items() if (found := self.keys.schedule_id(key)) is not None}

    def begin_filling(self) -> str:
        """Note that everything is being put in place, and return the mark by which ``mark_whole`` knows it."""
        mark = uuid.uuid4().hex
        self._ask(lambda: self.redis.set(self.keys.filling, mark))
        return mark

    def mark_whole(self, mark: str) -> None:
        """Note that the mirror holds everything; the note is lost together with the data.

        Nothing is noted when the data were lost while they were put in place: beat then asks for it once more.
        """
        script = self.redis.register_script(scripts.MARK_WHOLE)
        self._ask(lambda: script(keys=[self.keys.filling, self.keys.whole], args=[mark]))

    def is_whole(self) -> bool:
        return bool(self._ask(lambda: self.redis.exists(self.keys.whole)))

    def connect_anew(self) -> None:
        """Let go of connections that nobody uses at the moment.

        After a failover the server at their other end may have become a replica, which answers and takes nothing.
        """
        self.redis.connection_pool.disconnect(inuse_connections=False)

    def _ask(self, step: Callable[[], T]) -> T:
        try:
            return step()
        except (RedisError, OSError) as error:
            if isinstance(error, ResponseError):
                self.connect_anew()
            raise EngineUnreachable(error) from error


def _client_of(app: Celery) -> Redis:
    """Return the app's client, the same each time: with Sentinels, RedBeat would open new connections at each call."""
    client = getattr(app, _CLIENT, None)
    if client is None:
        client = get_redis(app)
        if str(app.conf.redbeat_redis_url or "").startswith("redis-sentinel"):
            setattr(app, _CLIENT, client)
    return client


def fingerprint(definition: str) -> str:
    """Return a short mark of an entry's text; a row changed past the signals shows by it."""
    return hashlib.sha256(definition.encode()).hexdigest()[:16]


def _held(said: Sequence[Any]) -> Held:
    """Read what the scripts say of one entry."""
    revision, mark, last, upcoming, seal, is_listed, removed = said
    return Held(
        revision,
        mark,
        from_microseconds(last),
        from_microseconds(upcoming),
        is_listed,
        seal,
        datetime.fromtimestamp(float(removed), UTC) if removed else None,
    )


@lru_cache(maxsize=1024)
def _score_of(instant: datetime | None) -> str:
    return "" if instant is None else repr(instant.timestamp())
