"""Redis' copy of the schedules: push, remove and read. Knows Redis and no database."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from celery import Celery, current_app
from redbeat.schedulers import get_redis
from redis import Redis
from redis.exceptions import RedisError

from schedules.beat import scripts
from schedules.beat.entry import EntryContent, from_microseconds, to_microseconds
from schedules.beat.keys import Keys
from schedules.exceptions import EngineUnreachable
from schedules.planning import dispatch_at

#: Score of an entry whose recurrence has ended: listed, never due.
ENDED = -1.0
#: Beat may move an entry on between our reading and our writing; it does so once per occurrence.
PUSH_ATTEMPTS = 10
CHUNK = 1000

T = TypeVar("T")


@dataclass(frozen=True)
class Held:
    """What the mirror holds of one schedule."""

    revision: str
    fingerprint: str
    last: datetime | None
    next: datetime | None
    is_listed: bool

    @property
    def exists(self) -> bool:
        return self.revision != ""


class Mirror:
    """The mirror of one Celery app. Every method raises EngineUnreachable when Redis does not answer."""

    def __init__(self, app: Celery | None = None) -> None:
        self.app = app or current_app._get_current_object()
        self.keys = Keys(self.app)
        self.redis: Redis = get_redis(self.app)

    def push(self, content: EntryContent, *, watermark: Callable[[Held], datetime]) -> bool:
        """Put an entry in force; False when beat kept moving it on.

        ``watermark`` says, from what is held, after which instant the next occurrence is to be sought.
        """
        script = self.redis.register_script(scripts.PUSH)
        definition = content.to_json()
        key = self.keys.entry(content.schedule_id)
        for _ in range(PUSH_ATTEMPTS):
            held = self.read([content.schedule_id])[0]
            upcoming = content.recurrence.next_after(watermark(held))
            score = ENDED if upcoming is None else dispatch_at(upcoming, content.policy, content.name).timestamp()
            arguments = (
                definition,
                content.revision,
                fingerprint(definition),
                to_microseconds(upcoming),
                repr(score),
                to_microseconds(held.last),
                held.revision,
            )
            keys = (key, self.keys.due, self.keys.wake, self.keys.set_aside)
            if self._ask(lambda keys=keys, arguments=arguments: script(keys=keys, args=arguments)):
                return True
        return False

    def remove(self, schedule_ids: Iterable[int]) -> None:
        """Take schedules out of force; those not there are no matter."""
        keys = [self.keys.entry(schedule_id) for schedule_id in schedule_ids]
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]

            def step(chunk: list[str] = chunk) -> None:
                with self.redis.pipeline() as pipe:
                    pipe.zrem(self.keys.due, *chunk)
                    pipe.delete(*chunk)
                    pipe.hdel(self.keys.set_aside, *chunk)
                    pipe.execute()

            self._ask(step)

    def set_aside(self, schedule_id: int, why: str) -> None:
        """Take out of force a schedule that cannot be carried out, and keep the reason for people to see."""
        self.remove([schedule_id])
        self._ask(lambda: self.redis.hset(self.keys.set_aside, self.keys.entry(schedule_id), why))

    def read(self, schedule_ids: Sequence[int]) -> list[Held]:
        """Return what is held of each schedule, in their order, in one round trip."""

        def step() -> list:
            with self.redis.pipeline(transaction=False) as pipe:
                for schedule_id in schedule_ids:
                    key = self.keys.entry(schedule_id)
                    pipe.hmget(key, "revision", "fingerprint", "last", "next")
                    pipe.zscore(self.keys.due, key)
                return pipe.execute()

        answers = self._ask(step)
        found = []
        for fields, score in zip(answers[::2], answers[1::2], strict=True):
            revision, mark, last, upcoming = (value or "" for value in fields)
            found.append(
                Held(revision, mark, from_microseconds(last), from_microseconds(upcoming), score is not None)
            )
        return found

    def schedule_ids(self) -> set[int]:
        """Return the schedules that have an entry, walking RedBeat's sorted set (never KEYS or SCAN)."""
        members = self._ask(lambda: self.redis.zrange(self.keys.due, 0, -1))
        return {found for key in members if (found := self.keys.schedule_id(key)) is not None}

    def reasons_set_aside(self) -> dict[int, str]:
        """Return why schedules were set aside, by their key."""
        reasons = self._ask(lambda: self.redis.hgetall(self.keys.set_aside))
        return {found: why for key, why in reasons.items() if (found := self.keys.schedule_id(key)) is not None}

    def mark_whole(self) -> None:
        """Note that the mirror holds everything; the note is lost together with the data."""
        self._ask(lambda: self.redis.set(self.keys.whole, "1"))

    def is_whole(self) -> bool:
        return bool(self._ask(lambda: self.redis.exists(self.keys.whole)))

    @staticmethod
    def _ask(step: Callable[[], T]) -> T:
        try:
            return step()
        except (RedisError, OSError) as error:
            raise EngineUnreachable(error) from error


def fingerprint(definition: str) -> str:
    """Return a short mark of an entry's text; a row changed past the signals shows by it."""
    return hashlib.sha256(definition.encode()).hexdigest()[:16]
