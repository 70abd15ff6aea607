"""Our RedBeat entry: a schedule that beat can compute without a database.

RedBeat's JSON knows crontabs and intervals and drops their zone, so our recurrence travels as a type of its own.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Protocol

from celery.schedules import BaseSchedule, schedstate
from redbeat import RedBeatSchedulerEntry

from schedules.planning import Policy
from schedules.recurrence import Recurrence, parse_definition

#: Marks our schedule in RedBeat's JSON.
TYPE = "stockura-recurrence"
#: Between the call and its schedule, which comes last: many schedules share one rule, whose text is the longest part
#: and is written and read once. No text within JSON can hold this, as its quotes would be escaped.
_SCHEDULE = ', "schedule": '

#: Writes the parts of an entry: equal parts are equal texts.
text_of = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


class RecurrenceSchedule(BaseSchedule):
    """A recurrence in the shape that Celery calls a schedule. Compared and carried by its definition."""

    def __init__(self, recurrence: Recurrence, policy: Policy | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.recurrence = recurrence
        self.policy = policy or Policy()

    def remaining_estimate(self, last_run_at: datetime) -> timedelta | None:
        """Return the time until the first occurrence after ``last_run_at`` (aware); None when there is none."""
        upcoming = self.recurrence.next_after(last_run_at)
        return None if upcoming is None else upcoming - self.now()

    def is_due(self, last_run_at: datetime) -> schedstate:
        remaining = self.remaining_estimate(last_run_at)
        if remaining is None:
            return schedstate(is_due=False, next=None)
        seconds = remaining.total_seconds()
        return schedstate(is_due=seconds <= 0, next=max(seconds, 0.0))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RecurrenceSchedule)
            and self.recurrence == other.recurrence
            and self.policy == other.policy
        )

    def __hash__(self) -> int:
        return hash(self.recurrence)

    def __repr__(self) -> str:
        return f"<RecurrenceSchedule {self.recurrence.canonical_json}>"


@lru_cache(maxsize=4096)
def _schedule_json(recurrence: Recurrence, policy: Policy) -> str:
    policy_said = {
        "catch_up": policy.catch_up,
        "window": policy.window.total_seconds(),
        "jitter": policy.jitter.total_seconds(),
    }
    said = {"__type__": TYPE, "definition": recurrence.definition, "policy": policy_said}
    return text_of(said)


class StockuraEntry(RedBeatSchedulerEntry):
    """RedBeat's entry with our JSON. Its own ``save`` and ``next`` are not used: see ``mirror`` and ``scheduler``."""

    @staticmethod
    def decode_definition(definition: str) -> dict[str, Any]:
        """Read what ``EntryContent.to_json`` wrote. Raises ValueError, TypeError or KeyError for anything else."""
        call, found, schedule = definition.rpartition(_SCHEDULE)
        if not found:
            raise KeyError("schedule")
        # Not with RedBeat's decoder: it would take arguments that hold "__type__" for something of its own.
        fields: dict[str, Any] = json.loads(f"{call}}}")
        fields["schedule"] = _schedule(schedule[:-1])
        return fields


@lru_cache(maxsize=4096)
def _schedule(text: str) -> RecurrenceSchedule:
    said = json.loads(text)
    if said["__type__"] != TYPE:
        raise TypeError(f'its schedule is of the type "{said["__type__"]}"')
    policy = said["policy"]
    return RecurrenceSchedule(
        parse_definition(said["definition"]),
        Policy(
            catch_up=policy["catch_up"],
            window=timedelta(seconds=policy["window"]),
            jitter=timedelta(seconds=policy["jitter"]),
        ),
    )


class Entry(Protocol):
    """What the mirror needs to put a schedule in force."""

    @property
    def schedule_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def recurrence(self) -> Recurrence: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def revision(self) -> int: ...
    @property
    def seal(self) -> str: ...
    def to_json(self) -> str:
        """Return the entry as RedBeat's definition: stable, so that equal contents are equal texts."""
        ...


class WrittenEntry(NamedTuple):
    """An entry whose text is known already."""

    schedule_id: int
    name: str
    recurrence: Recurrence
    policy: Policy
    revision: int
    seal: str
    text: str

    def to_json(self) -> str:
        return self.text


@dataclass(frozen=True)
class EntryContent:
    """All that the mirror holds of one schedule, beside what beat writes there."""

    schedule_id: int
    name: str
    task: str
    recurrence: Recurrence
    policy: Policy
    revision: int
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    #: Celery's: queue, priority, expires (seconds).
    options: dict[str, Any] = field(default_factory=dict)
    #: Of the row it was made of; empty where that is not known: the next reconcile finds out.
    seal: str = ""

    def to_json(self) -> str:
        return self._json

    @cached_property
    def _json(self) -> str:
        said = {
            "name": self.name,
            "task": self.task,
            "args": self.args,
            "kwargs": self.kwargs,
            "options": self.options,
            "enabled": True,
        }
        call = text_of(said)
        return f"{call[:-1]}{_SCHEDULE}{_schedule_json(self.recurrence, self.policy)}}}"


@lru_cache(maxsize=1024)
def to_microseconds(instant: datetime | None) -> str:
    """Return an aware instant as Redis keeps it: microseconds since 1970, exact; empty for None."""
    if instant is None:
        return ""
    return str((instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


def from_microseconds(text: str) -> datetime | None:
    """Read what ``to_microseconds`` wrote. Raises ValueError for anything else."""
    return None if text == "" else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(text))
