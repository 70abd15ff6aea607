"""What schedules cost that are not due: a real beat over many of them, doing nothing, and the few things it then does.

    python bench/idle.py [SCHEDULES] [INSTANTS]

With SCHEDULES (100,000) in force and none due: how long a tick takes, the CPU time and memory of beat beside those with
ten schedules. Then, with the same schedules: how late one is sent that is due among them, over INSTANTS (100); what one
save costs, in the caller and in beat; and what 10,000 disabled schedules cost whose moment has passed.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support.copy import a_copy
from bench.support.figures import Usage, memory_mb
from bench.support.marks import mark
from bench.support.rows import QUEUE, replace_schedules

if TYPE_CHECKING:
    from tests.support.processes import RunningProcess
    from tests.support.stack import Stack

FEW = 10
DISABLED = 10_000
SECONDS = 30
SAVES = 50
#: How long before its due instant a schedule is saved that is to be due among the others.
AHEAD = timedelta(seconds=0.3)


def main(count: int, instants: int) -> None:
    with a_copy() as stack:
        few_cpu, few_memory = idle(stack, FEW)
        fill(count)
        ticks()
        reconciling()
        many_cpu, many_memory = idle(stack, count)
        mark(f"CPU with {count:,} over {SECONDS} s", many_cpu, "% of a core", at_most=1)
        mark(f"CPU with {FEW}", few_cpu, "% of a core")
        mark(f"memory with {count:,} against {FEW}", many_memory / few_memory, "times", at_most=1.2)
        with a_calm_beat(stack) as beat:
            lateness(stack, count, instants)
            saves(stack, beat, count)
        stack.redis.empty()
        fill(DISABLED, enabled=False)
        disabled_cpu, _memory = idle(stack, DISABLED)
        mark(f"CPU with {DISABLED:,} disabled and overdue", disabled_cpu, "% of a core", at_most=1)


def fill(count: int, *, enabled: bool = True) -> None:
    """Leave ``count`` schedules in database and mirror, due next year if ``enabled``, else since yesterday."""
    from schedules.services.reconciling import reconcile

    now = datetime.now(UTC)
    start = (now + timedelta(days=300 if enabled else -1)).replace(microsecond=0)

    def fields(number: int) -> dict[str, Any]:
        usual = {"schedule_type": "interval", "interval_seconds": 3600, "starts_at": start, "enabled": enabled}
        return usual if enabled else {**usual, "effective_from": None}

    replace_schedules(count, fields, now=now)
    begun = time.perf_counter()
    reconcile(now)
    what = "schedules" if enabled else "disabled schedules"
    print(f"{count:,} {what} put in the mirror: {time.perf_counter() - begun:.1f} s", flush=True)


@contextmanager
def a_calm_beat(stack: "Stack") -> Iterator["RunningProcess"]:
    """Run a beat, from when its first look at everything is over."""
    from schedules.monitoring import engine_health
    from tests.support.waiting import wait_until

    beat = stack.beat(name="beat")

    def is_calm() -> bool:
        leader = engine_health(datetime.now(UTC)).leader
        return leader is not None and leader.reconciled_at is not None

    wait_until(is_calm, within=300)
    time.sleep(2)
    try:
        yield beat
    finally:
        beat.stop()


def idle(stack: "Stack", count: int) -> tuple[float, float]:
    """Return what a beat with nothing to do uses: percent of a core, and megabytes."""
    if count == FEW:
        fill(count)
    with a_calm_beat(stack) as beat:
        usage = Usage.of(beat.pid)
        time.sleep(SECONDS)
        return usage.share(), memory_mb(beat.pid)


def ticks() -> None:
    """Time ticks in this process, without the waiting that is a tick's other half."""
    from tests.support.app import app
    from tests.support.driven_beat import DrivenScheduler

    scheduler = DrivenScheduler(app, lazy=True)
    scheduler.upkeep.lead = lambda yes: None  # type: ignore[method-assign]
    times = []
    for _ in range(200):
        begun = time.perf_counter()
        scheduler.tick_at(datetime.now(UTC))
        times.append(1000 * (time.perf_counter() - begun))
    scheduler.close()
    mark("a tick, median", statistics.median(times), "ms", at_most=5)


def reconciling() -> None:
    """Time what beat does now and then: comparing everything with the database, with nothing to repair."""
    from schedules import conf
    from schedules.beat.upkeep import REST_AFTER_RECONCILE
    from schedules.services.reconciling import reconcile

    begun = time.thread_time()
    reconcile(datetime.now(UTC))
    seconds = time.thread_time() - begun
    every = max(conf.duration("RECONCILE_EVERY_SECONDS").total_seconds(), seconds * REST_AFTER_RECONCILE)
    print(f"a reconcile: {seconds:.2f} s of CPU, every {every:.0f} s")
    mark("reconciling", 100 * seconds / every, "% of a core", at_most=1)


def lateness(stack: "Stack", count: int, instants: int) -> None:
    from bench.support.arrivals import watch
    from schedules.models import APIEndpoint, APIEndpointSchedule

    endpoint = APIEndpoint.objects.get(name="bench")
    late = []
    with stack.redis.client() as client:
        for number in range(instants):
            client.delete(QUEUE)
            due = (datetime.now(UTC) + timedelta(seconds=1) + AHEAD).replace(microsecond=0)
            time.sleep(max(0.0, (due - AHEAD - datetime.now(UTC)).total_seconds()))
            APIEndpointSchedule(endpoint=endpoint, name=f"one {number}", schedule_type="once", run_at=due).save()
            arrivals = watch(client, QUEUE, count=1, due=due.timestamp(), within=10)
            late.append(1000 * arrivals.first)
    late.sort()
    print(f"one due among {count:,}: median {statistics.median(late):.1f} ms late, worst {late[-1]:.1f} ms")
    mark("99th percentile", late[max(0, round(len(late) * 0.99) - 1)], "ms", at_most=50)


def saves(stack: "Stack", beat: "RunningProcess", count: int) -> None:
    from schedules.models import APIEndpointSchedule

    rows = list(APIEndpointSchedule.objects.filter(schedule_type="interval").select_related("endpoint")[:SAVES])
    usage, mine = Usage.of(beat.pid), []
    for row in rows:
        row.interval_seconds += 1
        begun = time.perf_counter()
        row.save()
        mine.append(1000 * (time.perf_counter() - begun))
        time.sleep(0.1)
    print(f"one save among {count:,}: {statistics.median(mine):.1f} ms in the caller")
    mark("beat's CPU for one save", 1000 * usage.cpu() / len(rows), "ms", at_most=10)


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 100_000,
        int(sys.argv[2]) if len(sys.argv) > 2 else 100,
    )
