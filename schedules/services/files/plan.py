"""What applying a file does to each row, for people to read."""

import enum
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schedules.masking import mask, mask_all


class Verb(enum.StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"


@dataclass(frozen=True)
class FieldChange:
    """A field before and after, as texts without secrets."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One row. ``owner`` is the new owner if that changes ("" for the pages), else None."""

    section: str
    title: str
    verb: Verb
    fields: tuple[FieldChange, ...] = ()
    owner: str | None = None


@dataclass
class Plan:
    """All that a file changes, in its order; what would be deleted at the end."""

    changes: list[Change] = field(default_factory=list)

    def count(self, verb: Verb) -> int:
        return sum(change.verb == verb for change in self.changes)

    @property
    def changes_nothing(self) -> bool:
        return all(change.verb == Verb.UNCHANGED and change.owner is None for change in self.changes)


def shown(value: Any) -> str:
    """Return a value as one line of JSON without any secret; instants and dates as they are written."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value:
        return mask(value)
    return json.dumps(mask_all(value), ensure_ascii=False, default=str)
