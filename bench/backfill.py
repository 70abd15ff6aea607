"""How fast the engine's state is built: `migrate_schedules` beside a loop of RedBeat's `entry.save()`, in one run.

    python bench/backfill.py [SCHEDULES]

Measures: the rate of the command over SCHEDULES (100,000) schedules of different kinds and times, its memory at a tenth
of them and at all, repeating it when nothing is to do, and reconciling after ten schedules were changed past the
signals. RedBeat's loop is timed over a sample, before and after.
"""

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support.copy import a_copy
from bench.support.marks import mark
from bench.support.rows import QUEUE, replace_schedules

if TYPE_CHECKING:
    from tests.support.stack import Stack

#: Entries saved by RedBeat at a time.
SAMPLE = 2_000
DRIFTED = 10
#: Between two schedules that were saved.
SAVED_EVERY = timedelta(milliseconds=37)


def main(count: int) -> None:
    with a_copy() as stack:
        redbeat = [redbeat_rate(stack)]
        _seconds, small = migrate(stack, count // 10)
        seconds, large = migrate(stack, count)
        redbeat.append(redbeat_rate(stack))
        rate, theirs = count / seconds, statistics.mean(redbeat)
        print(f"migrate_schedules, {count:,} schedules: {seconds:.1f} s, {rate:,.0f}/s")
        print(f"RedBeat's entry.save() in a loop: {theirs:,.0f}/s")
        mark("migrate_schedules / RedBeat's loop", rate / theirs, "times", at_least=10)
        print(f"peak memory of the command: {small:.0f} MB for {count // 10:,}, {large:.0f} MB for {count:,}")
        mark("memory, a tenth to all", large / small, "times", at_most=1.2)
        reconcile(count)


def redbeat_rate(stack: "Stack") -> float:
    from bench.peers import redbeat_app

    due = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1)
    entries = list(redbeat_app.entries(due, SAMPLE, QUEUE))
    begun = time.perf_counter()
    for entry in entries:
        entry.save()
    return SAMPLE / (time.perf_counter() - begun)


def migrate(stack: "Stack", count: int) -> tuple[float, float]:
    """Run the command on ``count`` schedules and an empty Redis; return its seconds and its peak memory in MB."""
    stack.redis.empty()
    now = datetime.now(UTC)

    def fields(number: int) -> dict[str, Any]:
        # Each with an instant of its own, as people would have saved them.
        return {**variety(number), "effective_from": now - SAVED_EVERY * (count - number)}

    replace_schedules(count, fields, now=now)
    begun = time.perf_counter()
    # As the command's own process, so that its memory is its own.
    command = stack.start("migrate", "bench.support.peak", "manage.py", "migrate_schedules", "--verbosity=0")
    assert command._popen.wait(timeout=3600) == 0, command.output()
    seconds = time.perf_counter() - begun
    return seconds, float(command.output().splitlines()[-1])


def variety(number: int) -> dict[str, Any]:
    """Half daily, the others spread over all kinds; a few hundred different rules."""
    minute, hour = number % 60, number // 60 % 24
    kinds: list[dict[str, Any]] = [
        {"execution_times": {"times": [f"{hour:02}:{minute:02}"]}},
        {"schedule_type": "cron", "cron_expression": f"{minute} */6 * * 1-5"},
        {"execution_times": {"times": [f"{hour:02}:00", "25:30"]}, "trading_day_rule": "skip"},
        {"schedule_type": "interval", "interval_seconds": 3600 + minute},
        {"execution_times": {"times": [f"{hour:02}:{minute:02}"]}},
        {"schedule_type": "monthly", "month_days": [1, "last"], "execution_times": {"times": [f"{hour:02}:00"]}},
    ]
    return kinds[number % len(kinds)]


def reconcile(count: int) -> None:
    from schedules.models import APIEndpointSchedule
    from schedules.services.reconciling import reconcile

    begun = time.perf_counter()
    report = reconcile(datetime.now(UTC))
    print(f"reconcile with nothing to do: {time.perf_counter() - begun:.2f} s")
    assert not report.changed_anything, report
    times = []
    for turn in range(3):
        drifted = list(APIEndpointSchedule.objects.order_by("pk").values_list("pk", flat=True)[:: count // DRIFTED])
        APIEndpointSchedule.objects.filter(pk__in=drifted).update(args=["changed", turn])
        begun = time.perf_counter()
        report = reconcile(datetime.now(UTC))
        times.append(time.perf_counter() - begun)
        assert report.pushed == drifted, f"{len(report.pushed)} repaired instead of {len(drifted)}"
    seconds = statistics.median(times) * 100_000 / count
    mark(f"reconcile with {DRIFTED} drifted, for 100,000 schedules", seconds, "s", at_most=5)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
