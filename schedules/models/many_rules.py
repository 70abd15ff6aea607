"""The rules of many schedules at once, for whoever needs them all.

Ten thousand rows as instances of the model take a second to make. Here they come as plain tuples, and rows whose
columns say the same share one reading: most tables hold a few rules many times over.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import models
from django.db.models.functions import Cast

from schedules.models.definitions import ANCHORED_WHEN_MADE, Beside, Ruled, recurrence_of
from schedules.models.schedule import APIEndpointSchedule
from schedules.recurrence import DefinitionError, Recurrence

#: The columns of a rule; the key is among them for its one-time changes.
RULED = tuple(Ruled.__annotations__)
#: Those that hold JSON: read as text, which can be compared, and which most rows need not have parsed.
IN_JSON = tuple(
    name for name in RULED if name != "pk" and isinstance(APIEndpointSchedule._meta.get_field(name), models.JSONField)
)
#: The moment of its making, of an interval without a start: it counts from there. Of other rows it is not asked for,
#: because thousands of instants take long to read.
ANCHOR = "anchor"
_MADE_AT = models.Case(
    models.When(schedule_type=ANCHORED_WHEN_MADE, starts_at__isnull=True, then="created_at"),
    output_field=models.DateTimeField(null=True),
)


def rules_of(
    schedules: models.QuerySet[APIEndpointSchedule], beside: Beside, *, also: tuple[str, ...] = ()
) -> Iterator[tuple[Any, Recurrence | None]]:
    """Yield each row, with the columns of its rule and those of ``also``, and its recurrence: one query.

    JSON stands in the row as text. The recurrence is None when the row makes no rule.
    """
    others = {f"{name}_text": Cast(name, models.TextField()) for name in IN_JSON} | {ANCHOR: _MADE_AT}
    plain = [name for name in RULED if name not in IN_JSON and name != "created_at"]
    rows = schedules.order_by().annotate(**others).values_list(*plain, *others, *also, named=True)
    known: dict[Any, Recurrence | None] = {}
    for row in rows.iterator():
        says = _says(row, beside)
        if says not in known:
            known[says] = _recurrence(row, beside)
        yield row, known[says]


def _says(row: Any, beside: Beside) -> tuple[Any, ...]:
    """Return all that the rule of a row depends on, besides what is the same for every row."""
    return (*_compared(row), row.pk if row.pk in beside.changes else None)


def _columns() -> Iterator[str]:
    for name in RULED:
        yield f"{name}_text" if name in IN_JSON else ANCHOR if name == "created_at" else name


_compared = attrgetter(*(name for name in _columns() if name != "pk"))


class _Row:
    """A row as ``recurrence_of`` reads it."""

    def __init__(self, row: Any) -> None:
        for name, column in zip(RULED, _columns(), strict=True):
            value = getattr(row, column)
            setattr(self, name, json.loads(value) if name in IN_JSON and value else value)


def _recurrence(row: Any, beside: Beside) -> Recurrence | None:
    try:
        return recurrence_of(_Row(row), beside)  # type: ignore[arg-type]
    except DefinitionError:
        return None


@lru_cache(maxsize=1024)
def instant_of(text: str) -> datetime:
    """Return the instant that a row's text says; a database that knows no zones is told everything in UTC."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
