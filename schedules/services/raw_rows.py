"""All schedules as the database's driver hands their rows out: Django's objects take most of the time of a long walk.

A row is a plain tuple of texts, numbers and None, the same whichever database it comes from except for how that writes
booleans and instants. ``schedule_of`` makes of one what the ORM would have made of it.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.db import connections, models
from django.db.models import BooleanField, ExpressionWrapper, QuerySet, TextField
from django.db.models.functions import Cast

from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.models.lifecycle import in_force

#: Rows read at a time.
CHUNK = 1000
#: Columns that no entry depends on.
WITHOUT = {
    *("name", "description", "managed_by", "updated_at", "pause_reason"),
    *("overlap_policy", "max_retries", "retry_delay_seconds", "pause_after_failures"),
}

_ENDPOINT = "endpoint__"


def _fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if field.name not in WITHOUT]


_OF_SCHEDULE, _OF_ENDPOINT = _fields(APIEndpointSchedule), _fields(APIEndpoint)
#: The columns of a row, in their order. Its first column, which has no name here, says whether it is in force.
COLUMNS = [field.attname for field in _OF_SCHEDULE] + [f"{_ENDPOINT}{field.attname}" for field in _OF_ENDPOINT]


def column(name: str) -> int:
    """Return where a column stands in a row."""
    return COLUMNS.index(name) + 1


def columns(names: list[str]) -> Callable[[tuple], tuple]:
    """Return what takes these columns, two at least, out of a row."""
    return itemgetter(*(column(name) for name in names))


def is_in_force(row: tuple) -> bool:
    return bool(row[0])


def raw_rows() -> Iterator[list[tuple]]:
    """Yield all rows in chunks, by key and not by one long cursor: what is done with them commits in between."""
    wanted = zip(COLUMNS, [*_OF_SCHEDULE, *_OF_ENDPOINT], strict=True)
    # As texts: as the driver's own objects, instants take as long as everything else.
    shown = [Cast(name, TextField()) if isinstance(field, models.DateTimeField) else name for name, field in wanted]
    rows = APIEndpointSchedule.objects.order_by("pk")
    rows = rows.values_list(ExpressionWrapper(in_force(), output_field=BooleanField()), *shown)
    key, last = column("id"), 0
    while chunk := _fetched(rows.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1][key]


def _fetched(rows: QuerySet) -> list[tuple]:
    sql, parameters = rows.query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def schedule_of(row: tuple) -> APIEndpointSchedule:
    """Return the schedule of a row with its endpoint, without the columns that no entry depends on."""
    values = [_value(field, raw) for field, raw in zip([*_OF_SCHEDULE, *_OF_ENDPOINT], row[1:], strict=True)]
    own, other = values[: len(_OF_SCHEDULE)], values[len(_OF_SCHEDULE) :]
    schedule = APIEndpointSchedule(**dict(zip((field.attname for field in _OF_SCHEDULE), own, strict=True)))
    schedule.endpoint = APIEndpoint(**dict(zip((field.attname for field in _OF_ENDPOINT), other, strict=True)))
    return schedule


def _value(field: models.Field, raw: Any) -> Any:
    if raw is None:
        return None
    if isinstance(field, models.JSONField):
        return json.loads(raw)
    if isinstance(field, models.DateTimeField):
        return instant_of(raw)
    return bool(raw) if isinstance(field, models.BooleanField) else raw


@lru_cache(maxsize=1024)
def instant_of(text: str) -> datetime:
    """Return the instant that a row's text says; a database that knows no zones is told everything in UTC."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
