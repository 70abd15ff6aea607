"""How soon the admin's pages answer with many schedules and a long history.

    python bench/admin_list.py [SCHEDULES] [RUNS] [DATABASE…]

With SCHEDULES (10,000) in force and RUNS (1,000,000) in the ledger, on PostgreSQL and on SQLite: the time until the
first byte of each page, the first time in a process and afterwards, and the number of its queries. The runs are written
by the database itself.
"""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support.copy import a_copy
from bench.support.marks import mark
from bench.support.rows import replace_schedules

LIST, RUNS = "/admin/schedules/apiendpointschedule/", "/admin/schedules/schedulerun/"
#: Page → the most milliseconds that it may take on PostgreSQL; SQLite has twice that.
PAGES = {
    LIST: 300,
    f"{LIST}?last=failed": 300,
    f"{LIST}?state=on&trading_day_rule=skip": 300,
    f"{LIST}?q=bench+77": 300,
    RUNS: 300,
    f"{RUNS}?state__exact=failed": 300,
    f"{RUNS}?period=today": 300,
    "/admin/": 300,
}
TIMES = 7
#: The history is this long; runs lie evenly over it.
HISTORY = timedelta(days=300)
#: One run in as many failed.
FAILED = 500


#: Addresses of static files need no `collectstatic` here.
PLAIN_FILES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def main(schedules: int, runs: int, database: str) -> None:
    from django.test import override_settings

    with a_copy(database), override_settings(STORAGES=PLAIN_FILES):
        now = datetime.now(UTC)
        fill_schedules(schedules, now)
        begun = time.perf_counter()
        fill_runs(runs, now)
        print(f"{runs:,} runs written on {database}: {time.perf_counter() - begun:.1f} s", flush=True)
        client = a_reader()
        for address, most in PAGES.items():
            first = answered(client, address)
            later = [answered(client, address) for _ in range(TIMES)]
            took, cpu, asked = (statistics.median(getattr(each, name) for each in later) for name in MEASURED)
            print(
                f"{address}: {first.queries} queries, the first time {first.took:,.0f} ms; "
                f"then {cpu:.0f} ms of CPU and {asked:.0f} ms in the database"
            )
            mark(f"{database} {address}", took, "ms", at_most=most * (1 if database == "postgresql" else 2))


def fill_schedules(count: int, now: datetime) -> None:
    from schedules.services.mirroring import reconcile

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
        "trigger": "'scheduled'",
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


def a_reader() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(headers={"host": "localhost", "accept-language": "ja"})
    client.force_login(User.objects.create_superuser("reader"))
    return client


@dataclass(frozen=True)
class Answer:
    """Milliseconds: in all, of this process' CPU, in the database. On a busy machine the second is what to compare."""

    took: float
    cpu: float
    asked: float
    queries: int


MEASURED = ("took", "cpu", "asked")


def answered(client: Any, address: str) -> Answer:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    begun, cpu = time.perf_counter(), time.process_time()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return Answer(
        took=1000 * (time.perf_counter() - begun),
        cpu=1000 * (time.process_time() - cpu),
        asked=1000 * sum(float(query["time"]) for query in queries),
        queries=len(queries),
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    sizes = [int(text) for text in given if text.isdigit()]
    databases = [text for text in given if not text.isdigit()] or ["postgresql", "sqlite"]
    if len(databases) > 1:
        # Settings are read once in a process.
        for each in databases:
            subprocess.run([sys.executable, __file__, *map(str, sizes), each], check=True)
    else:
        main(*(sizes + [10_000, 1_000_000][len(sizes) :]), database=databases[0])
