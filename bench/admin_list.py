"""How soon the admin's pages answer with many schedules and a long history.

    python bench/admin_list.py [SCHEDULES] [RUNS] [DATABASE…]

With SCHEDULES (10,000) in force and RUNS (1,000,000) in the ledger, on PostgreSQL and on SQLite: the time until the
first byte of each page, the first time in a process and afterwards, and the number of its queries. Beside it stands how
much of it this process and the database's worked: on a busy machine that is what to compare. Then what is asked of the
same history beside the pages: the scrape of metrics, a look of the alerts, and one batch of forgetting.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support import both_databases
from bench.support.copy import a_copy
from bench.support.figures import cpu_seconds
from bench.support.history import HISTORY, fill
from bench.support.marks import mark

LIST, RUNS = "/admin/schedules/apiendpointschedule/", "/admin/schedules/schedulerun/"
#: Page → the most milliseconds that it may take on PostgreSQL; SQLite has twice that.
PAGES = {
    "/admin/": 300,
    LIST: 300,
    f"{LIST}?p=2": 300,
    f"{LIST}?p={{last_page}}": 300,
    f"{LIST}?o=1": 300,
    f"{LIST}?last=failed": 300,
    f"{LIST}?last=succeeded": 300,
    f"{LIST}?last=none": 300,
    f"{LIST}?state=on&trading_day_rule__exact=skip": 300,
    f"{LIST}?q=bench+77": 300,
    RUNS: 300,
    f"{RUNS}?state__exact=failed": 300,
    f"{RUNS}?trigger__exact=manual": 300,
    f"{RUNS}?schedule__id__exact={{schedule}}": 300,
    f"{RUNS}?period=today": 300,
    f"{RUNS}?created_at__year={{year}}&created_at__month={{month}}": 300,
    f"{RUNS}?o=2": 300,
    f"{RUNS}{{run}}/change/": 300,
    f"{LIST}{{schedule}}/change/": 300,
    # Without a mark: of so many schedules it computes a thousand, day by day.
    f"{LIST}calendar/": None,
    # Without marks: they read or sort all of the history.
    f"{RUNS}?q=bench+77": None,
    f"{RUNS}?o=1": None,
}
#: Batches of forgetting.
BATCHES = 30
TIMES = 7

#: Addresses of static files need no `collectstatic` here.
PLAIN_FILES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def main(schedules: int, runs: int, database: str) -> None:
    from django.test import override_settings

    with a_copy(database), override_settings(STORAGES=PLAIN_FILES):
        # As a web process does before its first request.
        import stockura.wsgi  # noqa: F401

        now = datetime.now(UTC)
        fill(schedules, runs, now)
        client, allowed = a_reader(), 1 if database == "postgresql" else 2
        for address, most in named(now).items():
            first = answered(client, address)
            later = [answered(client, address) for _ in range(TIMES)]
            took, cpu, served = (statistics.median(getattr(each, name) for each in later) for name in MEASURED)
            print(
                f"{address}: {first.queries} queries, the first time {first.took:,.0f} ms ({first.cpu:,.0f} of CPU); "
                f"then {cpu:.0f} ms of CPU, and {served:.0f} of the database server's"
            )
            mark(f"{database} {address}, first byte", took, "ms", at_most=most and most * allowed)
            mark("worked on", cpu + served, "ms", at_most=most and most * allowed)
        beside_the_pages(database, now)


def named(now: datetime) -> dict[str, int | None]:
    """Return the addresses with a schedule, a run and a month of this copy."""
    from schedules.models import APIEndpointSchedule, ScheduleRun

    month = now - timedelta(days=60)
    many = APIEndpointSchedule.objects.count()
    known = {
        "last_page": max(1, many // 50),
        "schedule": APIEndpointSchedule.objects.order_by("pk")[many // 2].pk,
        "run": ScheduleRun.objects.order_by("-created_at")[77].pk,
        "year": month.year,
        "month": month.month,
    }
    return {address.format(**known): most for address, most in PAGES.items()}


def beside_the_pages(database: str, now: datetime) -> None:
    """Measure the scrape, a look of the alerts with a rule for all events, and forgetting the oldest runs."""
    from schedules.alerts.watching import watch
    from schedules.metrics import SchedulesCollector
    from schedules.models import AlertEvent, AlertRule
    from schedules.services.retention import DailyRetention

    AlertRule.objects.create(name="bench", events=AlertEvent.values)
    retention = DailyRetention()
    # Far enough ahead that the first tenth of the history is too old.
    later = now + timedelta(days=conf_days("RUNS_KEPT_DAYS")) - HISTORY * 0.9
    report(f"{database} metrics", lambda: list(SchedulesCollector(now).collect()), TIMES)
    report(f"{database} a look of the alerts", lambda: watch(datetime.now(UTC)), TIMES)
    report(f"{database} one batch of forgetting", lambda: retention.step(later), BATCHES)


def conf_days(setting: str) -> int:
    from schedules import conf

    return int(conf.setting(setting))


def report(what: str, do: Callable[[], object], times: int) -> None:
    took, used = [], []
    for _ in range(times):
        begun, cpu = time.perf_counter(), time.process_time()
        do()
        took.append(1000 * (time.perf_counter() - begun))
        used.append(1000 * (time.process_time() - cpu))
    usual, cpu = statistics.median(took), statistics.median(used)
    print(f"{what}: median {usual:.1f} ms, {cpu:.1f} of CPU; at most {max(took):.1f} ms")


def a_reader() -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(headers={"host": "localhost", "accept-language": "ja"})
    client.force_login(User.objects.create_superuser("reader"))
    return client


@dataclass(frozen=True)
class Answer:
    """Milliseconds: in all, of this process' CPU, of the CPU of the server's process that serves it (SQLite has none).

    On a busy machine the last two are what to compare.
    """

    took: float
    cpu: float
    served: float
    queries: int


MEASURED = ("took", "cpu", "served")


def answered(client: Any, address: str) -> Answer:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    begun, cpu, served = time.perf_counter(), time.process_time(), served_so_far()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return Answer(
        took=1000 * (time.perf_counter() - begun),
        cpu=1000 * (time.process_time() - cpu),
        served=1000 * (served_so_far() - served),
        queries=len(queries),
    )


def served_so_far() -> float:
    """Return the CPU seconds that PostgreSQL's process for this connection has used."""
    from django.db import connection

    connection.ensure_connection()
    return cpu_seconds(connection.connection.info.backend_pid) if connection.vendor == "postgresql" else 0.0


if __name__ == "__main__":
    both_databases.run(main, 10_000, 1_000_000)
