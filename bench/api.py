"""How long the API takes on one gunicorn worker: lists of 50, a detail, previews, and the history page by page.

    python bench/api.py [SCHEDULES] [RUNS] [REQUESTS] [DATABASE…]

Milliseconds as a script meets them, over a kept connection, one request after the other, with SCHEDULES (10,000) in
force and RUNS (1,000,000) in the ledger, on PostgreSQL and on SQLite. The mark is a p95 of 60. Beside it stands how
much the worker worked for one request: on a busy machine that is what to compare.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support import both_databases
from bench.support.copy import a_copy
from bench.support.figures import cpu_seconds
from bench.support.history import fill_runs
from bench.support.marks import mark
from bench.support.rows import replace_schedules

#: Milliseconds.
AT_MOST = 60


def main(schedules: int, runs: int, requests: int, database: str) -> None:
    with a_copy(database, API_THROTTLE="1000000/min") as stack:
        fill_runs_of(schedules, runs)
        web = stack.web()
        api, session, worker = f"{web.url}/api/v1", a_session(), worker_of(web.pid)
        # Pages of 50; a fifth of the schedules is daily.
        page, few = max(1, schedules // 100), max(1, schedules // 500)
        ids = [row["id"] for row in session.get(f"{api}/schedules").json()["results"]]
        cursors = cursors_of(session, api)
        asked: dict[str, Callable[[int], Any]] = {
            "list of 50": lambda n: session.get(f"{api}/schedules?page={n % page + 1}"),
            "list, searched": lambda n: session.get(f"{api}/schedules?search=bench 1{n % 10}"),
            "list, filtered": lambda n: session.get(f"{api}/schedules?schedule_type=daily&page={n % few + 1}"),
            "preview of an expression": lambda n: session.get(f"{api}/schedules/preview", params=rule(n)),
            "preview of a definition": lambda n: session.post(f"{api}/schedules/preview", json=daily(n)),
            "detail": lambda n: session.get(f"{api}/schedules/{ids[n % len(ids)]}"),
            "runs, page by page": lambda n: session.get(cursors[n % len(cursors)]),
            "runs, oldest first": lambda n: session.get(f"{api}/runs?ordering=created_at"),
            "runs that failed": lambda n: session.get(f"{api}/runs?state=failed"),
            "runs that people asked for": lambda n: session.get(f"{api}/runs?trigger=manual"),
            "runs of one schedule": lambda n: session.get(f"{api}/runs?schedule={ids[n % len(ids)]}"),
        }
        for what, ask in asked.items():
            report(f"{database} {what}", ask, requests, worker)


def worker_of(pid: int) -> int:
    """Return gunicorn's one worker."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def cursors_of(session: Any, api: str) -> list[str]:
    """Return the addresses of the first pages of the history."""
    found = [f"{api}/runs"]
    for _page in range(9):
        # It names the host that the script said, which is not where the copy listens.
        following = session.get(found[-1]).json()["next"]
        found.append(f"{api}/runs?{urlsplit(following).query}")
    return found


def a_session() -> Any:
    """Return a session that is signed in as a script is."""
    import requests
    from django.contrib.auth.models import User

    from tests.support.builders import a_key

    session = requests.Session()
    session.headers["Host"] = "localhost"
    session.headers["Authorization"] = f"Bearer {a_key(User.objects.create_superuser('bench'))}"
    return session


def fill_runs_of(schedules: int, runs: int) -> None:
    """Put as many schedules in force, of several kinds, with a long history."""
    from schedules.services.reconciling import reconcile

    now = datetime.now(UTC)
    replace_schedules(schedules, fields_of, now=now)
    reconcile(now)
    fill_runs(runs, now)


def fields_of(number: int) -> dict[str, Any]:
    times = {"times": [f"{number % 24:02}:{number % 60:02}", "17:40"]}
    return (
        {"schedule_type": "daily", "execution_times": times, "trading_day_rule": "skip"},
        {"schedule_type": "weekly", "execution_times": times, "weekdays": ["mon", "thu"]},
        {"schedule_type": "monthly", "execution_times": times, "month_days": ["trading:-1"]},
        {"schedule_type": "cron", "cron_expression": f"{number % 60} 8 * * 1-5", "trading_day_rule": "next"},
        {"schedule_type": "interval", "interval_seconds": 3600 + number},
    )[number % 5]


def rule(number: int) -> dict[str, str]:
    return {"cron_expression": f"{number % 60} 8 * * 1-5", "trading_day_rule": "next"}


def daily(number: int) -> dict[str, Any]:
    return {"schedule_type": "daily", "execution_times": {"times": [f"8:{number % 60:02}"]}, "trading_day_rule": "skip"}


def report(what: str, ask: Callable[[int], Any], requests: int, worker: int) -> None:
    ask(0)
    took, worked = [], []
    for number in range(requests):
        begun, used = time.perf_counter(), cpu_seconds(worker)
        answer = ask(number)
        took.append((time.perf_counter() - begun) * 1000)
        worked.append((cpu_seconds(worker) - used) * 1000)
        assert answer.status_code == 200, answer.text[:300]
    cpu = statistics.median(worked)
    print(f"{what}: median {statistics.median(took):.1f} ms, {cpu:.1f} of the worker's CPU", flush=True)
    mark("p95 of the worker's CPU", statistics.quantiles(worked, n=20)[-1], "ms", at_most=AT_MOST)
    mark("p95", statistics.quantiles(took, n=20)[-1], "ms", at_most=AT_MOST)


if __name__ == "__main__":
    both_databases.run(main, 10_000, 1_000_000, 100)
