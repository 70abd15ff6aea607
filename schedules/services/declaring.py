"""Make a row be what a script declares it to be, and leave it alone when it is so already.

A save that changes nothing would still raise the revision, reach beat and stand in the history: a script that declares
the same every hour would fill both.
"""

import enum
import json
from typing import Any

from django.db.models import Field, JSONField, Model

from schedules.services.defining import save_definition

#: Written by each save by itself.
OF_THE_SAVE = frozenset({"revision", "effective_from", "created_at", "updated_at"})


class Outcome(enum.StrEnum):
    """What a declaration has done."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def declare(candidate: Model, *, stored: Model | None, by: Any = None) -> Outcome:
    """Save a checked row unless it says what the stored one says. ``stored`` is locked; None: there is none yet.

    Raises ManagedByFile and TaskRefused.
    """
    if stored is None:
        save_definition(candidate, by=by)
        return Outcome.CREATED
    if all(_value(candidate, field) == _value(stored, field) for field in _told_fields(stored)):
        return Outcome.UNCHANGED
    save_definition(candidate, by=by)
    return Outcome.CHANGED


def _told_fields(row: Model) -> list[Field]:
    return [field for field in row._meta.concrete_fields if field.name not in OF_THE_SAVE]


def _value(row: Model, field: Field) -> Any:
    value = getattr(row, field.attname)
    # In Python, 1, 1.0 and True are the same; to a task they are not.
    return json.dumps(value, sort_keys=True) if isinstance(field, JSONField) else value
