"""A short sign of all that the database holds of a schedule: equal signs, nothing has changed.

Comparing a hundred thousand schedules with the mirror must not build a hundred thousand objects and texts. A seal is
made of a row's raw columns. The mirror keeps it beside the entry; only where the two differ is the schedule itself
looked at. A seal that is missing or old costs time and nothing else.
"""

import hashlib
import json
import marshal
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from schedules.mirror.entry import EntryContent
from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.models.definitions import Beside
from schedules.services.raw_rows import PK, Row

#: Beside the samples of ``_way_of``.
_SAMPLES_BESIDE = Beside(changes={1: [{"at": "2000-01-01T00:00:00+00:00", "to": None, "reason": "sample"}]})
#: Of marshal's ways of writing values down the latest that writes equal values equally, shared or not.
_MARSHAL = 2

#: Begun seals kept at a time.
MAX_KEPT = 2048

ContentOf = Callable[[APIEndpointSchedule, Beside], EntryContent]


def sealing(beside: Beside, content_of: ContentOf) -> Callable[[Row], str]:
    """Return what tells the seal of a raw row.

    ``content_of`` is what makes entries of rows: seals made by another release's way are no seals of this one's.
    """
    makes = json.dumps([_way_of(content_of), beside.exceptional_days], sort_keys=True, default=str)
    empty = hashlib.blake2b(digest_size=12, key=hashlib.blake2b(makes.encode(), digest_size=32).digest())

    # What rows share is taken in once.
    begun: dict[tuple, Any] = {}

    def begin(shared: tuple) -> Any:
        if len(begun) >= MAX_KEPT:
            begun.clear()
        begun[shared] = digest = empty.copy()
        digest.update(marshal.dumps(shared, _MARSHAL))
        return digest

    def seal_of(row: Row) -> str:
        own, shared = row
        digest = (begun.get(shared) or begin(shared)).copy()
        changes = beside.changes.get(own[PK])
        digest.update(marshal.dumps((own, changes) if changes else own, _MARSHAL))
        return digest.hexdigest()

    return seal_of


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
