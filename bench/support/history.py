"""Many schedules in force and a long history: what the measurements of pages, API and upkeep look at."""

import time
from datetime import datetime, timedelta
from typing import Any

from bench.support.rows import replace_schedules

#: The history is this long; runs lie evenly over it.
HISTORY = timedelta(days=300)
#: One run in as many failed, and one in as many was asked for by a person.
FAILED, BY_HAND = 500, 5000


def fill(schedules: int, runs: int, now: datetime) -> None:
    """Put schedules in force and write their runs, and say how long the latter took."""
    fill_schedules(schedules, now)
    begun = time.perf_counter()
    fill_runs(runs, now)
    print(f"{runs:,} runs written: {time.perf_counter() - begun:.1f} s", flush=True)


def fill_schedules(count: int, now: datetime) -> None:
    from schedules.services.reconciling import reconcile

    def fields(number: int) -> dict[str, Any]:
        times = {"times": [f"{number % 24:02}:{number // 24 % 60:02}"]}
        match number % 5:
            case 0:
                return {"schedule_type": "interval", "interval_seconds": 900 + number, "starts_at": now}
            case 1:
                return {"schedule_type": "cron", "cron_expression": f"{number % 60} */2 * * 1-5"}
            case 2:
                return {"schedule_type": "weekly", "weekdays": ["mon", "thu"], "execution_times": times}
        return {"schedule_type": "daily", "execution_times": times, "trading_day_rule": "skip"}

    replace_schedules(count, fields, now=now)
    reconcile(now)


def fill_runs(count: int, now: datetime) -> None:
    """Write the runs in one statement: through the models a million of them take minutes."""
    from django.db import connection

    from schedules.models import APIEndpointSchedule

    pks = APIEndpointSchedule.objects.order_by("pk").values_list("pk", flat=True)
    first, many = pks[0], len(pks)
    start = (now - HISTORY).timestamp()
    step = HISTORY.total_seconds() / count
    is_postgresql = connection.vendor == "postgresql"
    numbers = (
        f"SELECT n FROM generate_series(0, {count - 1}) AS t(n)"
        if is_postgresql
        else f"WITH RECURSIVE t(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM t WHERE n < {count - 1}) SELECT n FROM t"
    )
    at = (
        f"to_timestamp({start} + n * {step})"
        if is_postgresql
        else f"strftime('%Y-%m-%d %H:%M:%f', {start} + n * {step}, 'unixepoch')"
    )
    values = {
        "schedule_id": f"{first} + n % {many}",
        "schedule_name": f"'bench ' || (n % {many})",
        "task": "'tests.nothing'",
        "task_id": "'task-' || n",
        "args": "'[]'",
        "kwargs": "'{}'",
        "scheduled_for": at,
        "trigger": f"CASE WHEN n % {BY_HAND} = 1 THEN 'manual' ELSE 'scheduled' END",
        "trigger_reason": "''",
        "state": f"CASE WHEN n % {FAILED} = 1 THEN 'failed' ELSE 'succeeded' END",
        "state_reason": "''",
        "dispatched_at": at,
        "started_at": at,
        "finished_at": at,
        "worker": "'worker@bench'",
        "attempt": "1",
        "progress_message": "''",
        "error": f"CASE WHEN n % {FAILED} = 1 THEN 'It went wrong.' ELSE '' END",
        "traceback": "''",
        "created_at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO schedules_schedulerun ({', '.join(values)}) "
            f"SELECT {', '.join(values.values())} FROM ({numbers}) AS numbers"
        )
        if is_postgresql:
            # What its autovacuum does by itself; nobody does it to SQLite.
            cursor.execute("ANALYZE")
