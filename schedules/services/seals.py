"""A short sign of all that the database holds of a schedule: equal signs, nothing has changed.

Comparing a hundred thousand schedules with the mirror must not build a hundred thousand objects and texts. A seal is
made of a row's raw columns, as the database's driver hands them out. The mirror keeps it beside the entry; only where
the two differ is the schedule itself looked at. A seal that is missing or old costs time and nothing else.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.models import BooleanField, ExpressionWrapper, QuerySet

from schedules.mirror.entry import EntryContent
from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.models.definitions import Beside
from schedules.models.lifecycle import in_force

#: Rows read at a time.
CHUNK = 1000
#: Columns that no entry depends on.
WITHOUT = {"name", "description", "managed_by", "updated_at"}

#: Beside the samples of ``_way_of``.
_SAMPLES_BESIDE = Beside(changes={1: [{"at": "2000-01-01T00:00:00+00:00", "to": None, "reason": "sample"}]})

ContentOf = Callable[[APIEndpointSchedule, Beside], EntryContent]


@dataclass(frozen=True, slots=True)
class SealedRow:
    """What a reconcile needs to know of every schedule."""

    pk: int
    is_in_force: bool
    says_since_when: bool
    seal: str


def sealed_rows(beside: Beside, content_of: ContentOf) -> Iterator[list[SealedRow]]:
    """Yield all schedules in chunks, by key and not by one long cursor: repairs commit in between.

    ``content_of`` is what makes entries of rows: seals made by another release's way are no seals of this one's.
    """
    makes = json.dumps([_way_of(content_of), beside.exceptional_days], sort_keys=True, default=str)
    key = hashlib.blake2b(makes.encode(), digest_size=32).digest()
    columns = [*_columns(APIEndpointSchedule), *_columns(APIEndpoint, "endpoint__")]
    is_in_force = ExpressionWrapper(in_force(), output_field=BooleanField())
    rows = APIEndpointSchedule.objects.annotate(is_in_force=is_in_force).order_by("pk")
    rows = rows.values_list("pk", "is_in_force", "effective_from", *columns)
    last = 0
    while chunk := _raw(rows.filter(pk__gt=last)[:CHUNK]):
        yield [
            SealedRow(
                pk=row[0],
                is_in_force=bool(row[1]),
                says_since_when=row[2] is not None,
                seal=_seal(row, beside.changes.get(row[0]), key),
            )
            for row in chunk
        ]
        last = chunk[-1][0]


def _seal(row: tuple, changes: Sequence[Mapping[str, Any]] | None, key: bytes) -> str:
    said = repr((row, changes)) if changes else repr(row)
    return hashlib.blake2b(said.encode(), digest_size=12, key=key).hexdigest()


def _columns(model: type[APIEndpoint] | type[APIEndpointSchedule], prefix: str = "") -> list[str]:
    return [f"{prefix}{field.attname}" for field in model._meta.concrete_fields if field.name not in WITHOUT]


def _raw(rows: QuerySet) -> list[tuple]:
    """Return rows as the driver has them: what Django would make of JSON and instants takes most of the time."""
    sql, parameters = rows.query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


@lru_cache(maxsize=4)
def _way_of(content_of: ContentOf) -> list[str]:
    """Return what ``content_of`` makes of one schedule of each kind."""
    then = datetime(2000, 1, 1, tzinfo=UTC)
    usual = {"pk": 1, "endpoint": APIEndpoint(pk=1, name="sample", task="sample"), "created_at": then, "args": [1]}
    daily = {"execution_times": {"times": ["08:10"]}}
    samples = [
        {"schedule_type": "daily", "trading_day_rule": "next", "priority": 1, **daily},
        {"schedule_type": "weekly", "weekdays": ["mon"], "expires_seconds": 60, **daily},
        {"schedule_type": "monthly", "month_days": ["last"], "starts_at": then, "jitter_seconds": 1, **daily},
        {"schedule_type": "cron", "cron_expression": "0 9 * * *", "excluded_dates": ["2000-01-01"]},
        {"schedule_type": "interval", "interval_seconds": 60},
        {"schedule_type": "once", "run_at": then},
    ]
    return [content_of(APIEndpointSchedule(**usual, **sample), _SAMPLES_BESIDE).to_json() for sample in samples]
