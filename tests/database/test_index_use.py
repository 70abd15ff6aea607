"""What pages and scripts ask of the history goes through an index, whatever its length."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from schedules.models import ScheduleRun
from schedules.services.retention import old_runs

pytestmark = pytest.mark.django_db

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
NEWEST_FIRST = ("-created_at", "-pk")

#: What is asked → how, and the index that answers.
ASKED: dict[str, tuple[Any, str]] = {
    "the newest runs": (lambda runs: runs.order_by(*NEWEST_FIRST)[:50], "runs_newest_first"),
    "the oldest runs": (lambda runs: runs.order_by("created_at", "pk")[:50], "runs_newest_first"),
    "runs of a period": (lambda runs: runs.filter(created_at__gte=SINCE).order_by(*NEWEST_FIRST), "runs_newest_first"),
    "failed runs": (lambda runs: runs.filter(state="failed").order_by(*NEWEST_FIRST)[:50], "runs_in_state"),
    "runs by state": (lambda runs: runs.order_by("state", *NEWEST_FIRST)[:50], "runs_in_state"),
    "runs that people asked for": (
        lambda runs: runs.filter(trigger="manual").order_by(*NEWEST_FIRST)[:50],
        "runs_by_hand",
    ),
    "runs of backfills": (
        lambda runs: runs.filter(trigger="backfill").order_by(*NEWEST_FIRST)[:50],
        "runs_backfilled",
    ),
    "runs of a schedule": (lambda runs: runs.filter(schedule=1).order_by(*NEWEST_FIRST)[:50], "runs_of_schedule"),
    "runs to be forgotten": (lambda _runs: old_runs(SINCE).order_by("created_at")[:500], "runs_newest_first"),
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_question_of_the_history_is_answered_by_its_index(asked: str) -> None:
    question, index = ASKED[asked]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # In a table of no rows any way is short; this asks whether the index could be used at all.
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
            )
    assert index in question(ScheduleRun.objects.all()).explain()
