"""Schedules in large numbers, written past the signals and then put in force as `migrate_schedules` does."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

QUEUE = "bench"
#: Rows written at a time.
CHUNK = 2000


def replace_schedules(count: int, fields: Callable[[int], dict[str, Any]], *, now: datetime) -> None:
    """Leave exactly ``count`` schedules in the database, and tell Redis nothing.

    ``fields`` gives what is special of each, by its number.
    """
    from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun

    ScheduleRun.objects.all()._raw_delete("default")
    APIEndpointSchedule.objects.all()._raw_delete("default")
    endpoint, _created = APIEndpoint.objects.get_or_create(name="bench", task="tests.nothing", queue=QUEUE)
    for start in range(0, count, CHUNK):
        APIEndpointSchedule.objects.bulk_create(
            APIEndpointSchedule(
                **{
                    "endpoint": endpoint,
                    "name": f"bench {number}",
                    "args": [number],
                    "revision": 1,
                    "effective_from": now,
                    **fields(number),
                }
            )
            for number in range(start, min(start + CHUNK, count))
        )
