"""All schedules as the database's driver hands their rows out: Django's objects take most of the time of a long walk.

A row is two plain tuples of texts, numbers and None, the same whichever database they come from except for how that
writes booleans and instants: what it has of its own, and what many rows share. ``schedule_of`` makes of one what the
ORM would have made of it.
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connections, models
from django.db.models import BooleanField, ExpressionWrapper, TextField
from django.db.models.functions import Cast

from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.models.lifecycle import in_force
from schedules.models.many_rules import instant_of

#: Rows read at a time.
CHUNK = 1000
#: Columns that no entry depends on.
WITHOUT = {
    *("name", "description", "managed_by", "updated_at", "pause_reason"),
    *("overlap_policy", "max_retries", "retry_delay_seconds", "pause_after_failures"),
}

#: What each row has of its own, beside whether it is in force, which stands before these.
OWN = ("id", "revision", "args", "kwargs", "created_at", "effective_from", "paused_at", "paused_until")
#: Where it stands there.
IS_IN_FORCE, PK, REVISION, ARGS, KWARGS, CREATED_AT, EFFECTIVE_FROM, PAUSED_AT, PAUSED_UNTIL = range(len(OWN) + 1)

_ENDPOINT = "endpoint__"

M = TypeVar("M", bound=models.Model)
#: What a row has of its own, and what it shares with others.
Row = tuple[tuple, tuple]


def _fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if field.name not in WITHOUT]


_OF_ENDPOINT = _fields(APIEndpoint)
_OF_SCHEDULE = [APIEndpointSchedule._meta.get_field(name) for name in OWN]
_OF_SCHEDULE += [field for field in _fields(APIEndpointSchedule) if field.name not in OWN]
#: All columns in their order.
COLUMNS = [field.attname for field in _OF_SCHEDULE] + [f"{_ENDPOINT}{field.attname}" for field in _OF_ENDPOINT]
#: How many columns of a row are its own.
_OWN = 1 + len(OWN)


def shared_column(name: str) -> int:
    """Return where a column stands among those that rows share."""
    return COLUMNS.index(name) - len(OWN)


def raw_rows() -> Iterator[list[Row]]:
    """Yield all rows in chunks, by key and not by one long cursor: what is done with them commits in between."""
    wanted = zip(COLUMNS, [*_OF_SCHEDULE, *_OF_ENDPOINT], strict=True)
    # As texts: as the driver's own objects, instants take as long as everything else.
    shown = [Cast(name, TextField()) if isinstance(field, models.DateTimeField) else name for name, field in wanted]
    rows = APIEndpointSchedule.objects.order_by("pk").filter(pk__gt=0)
    rows = rows.values_list(ExpressionWrapper(in_force(), output_field=BooleanField()), *shown)
    # Once: making the statement takes as long as reading hundreds of rows. Its last parameter is the key.
    sql, parameters = rows[:CHUNK].query.sql_with_params()
    last = 0
    while chunk := _fetched(rows.db, sql, [*parameters[:-1], last]):
        yield [(row[:_OWN], row[_OWN:]) for row in chunk]
        last = chunk[-1][PK]


def _fetched(database: str, sql: str, parameters: Sequence[Any]) -> list[tuple]:
    with connections[database].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def schedule_of(row: Row) -> APIEndpointSchedule:
    """Return the schedule of a row with its endpoint; the columns that no entry depends on are not loaded."""
    own, shared = row
    of_schedule, of_endpoint = (own[1:] + shared)[: len(_OF_SCHEDULE)], shared[-len(_OF_ENDPOINT) :]
    schedule = _made_of(APIEndpointSchedule, _OF_SCHEDULE, of_schedule)
    schedule.endpoint = _endpoint_of(of_endpoint)
    return schedule


@lru_cache(maxsize=64)
def _endpoint_of(raw: tuple) -> APIEndpoint:
    return _made_of(APIEndpoint, _OF_ENDPOINT, raw)


def _made_of(model: type[M], fields: Sequence[models.Field], raw: Sequence[Any]) -> M:
    values = {field.attname: _value(field, each) for field, each in zip(fields, raw, strict=True)}
    # By place: Django takes three times as long over names.
    return model(*(values.get(field.attname, models.DEFERRED) for field in model._meta.concrete_fields))


def _value(field: models.Field, raw: Any) -> Any:
    if raw is None:
        return None
    if isinstance(field, models.JSONField):
        return json.loads(raw)
    if isinstance(field, models.DateTimeField):
        return instant_of(raw)
    return bool(raw) if isinstance(field, models.BooleanField) else raw
