"""How long the API takes on one gunicorn worker: a list of 50 of many schedules, a detail and previews.

    python bench/api.py [SCHEDULES] [REQUESTS]

Milliseconds as a script meets them, over a kept connection, one request after the other. The mark is a p95 of 60.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support.copy import a_copy
from bench.support.marks import mark
from bench.support.rows import replace_schedules

#: Milliseconds.
AT_MOST = 60


def main(schedules: int, requests: int) -> None:
    with a_copy(API_THROTTLE="1000000/min") as stack:
        api, session = f"{stack.web().url}/api/v1", a_session()
        fill(schedules)
        page = schedules // 100
        report("list of 50", lambda n: session.get(f"{api}/schedules?page={n % page + 1}"), requests)
        report("list, searched", lambda n: session.get(f"{api}/schedules?search=bench 1{n % 10}"), requests)
        report("preview of an expression", lambda n: session.get(f"{api}/schedules/preview", params=rule(n)), requests)
        report("preview of a definition", lambda n: session.post(f"{api}/schedules/preview", json=daily(n)), requests)
        ids = [row["id"] for row in session.get(f"{api}/schedules").json()["results"]]
        report("detail", lambda n: session.get(f"{api}/schedules/{ids[n % len(ids)]}"), requests)


def a_session() -> Any:
    """Return a session that is signed in as a script is."""
    import requests
    from django.contrib.auth.models import User

    from tests.support.builders import a_key

    session = requests.Session()
    session.headers["Host"] = "localhost"
    session.headers["Authorization"] = f"Bearer {a_key(User.objects.create_superuser('bench'))}"
    return session


def fill(schedules: int) -> None:
    """Put as many schedules in force, of several kinds."""
    from schedules.services.mirroring import reconcile

    replace_schedules(schedules, fields_of, now=datetime.now(UTC))
    reconcile(datetime.now(UTC))


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


def report(what: str, ask: Callable[[int], Any], requests: int) -> None:
    ask(0)
    took = []
    for number in range(requests):
        begun = time.perf_counter()
        answer = ask(number)
        took.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, answer.text[:300]
    print(f"{what}: median {statistics.median(took):.1f} ms", flush=True)
    mark("p95", statistics.quantiles(took, n=20)[-1], "ms", at_most=AT_MOST)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 100)
