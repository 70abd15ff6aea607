"""How soon a save is in force: a real beat sleeps, a schedule is saved, and beat has taken it in and sent it.

    python bench/save_to_beat.py [SAVES] [IDLE_SECONDS]

Two figures over all saves, in milliseconds: from the call of save() (so the database's commit and the push are part of
it) to beat's having looked at its entries again, and from the due instant, a moment later, to the message in the queue.
Nothing else runs on this beat's Redis.
"""

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support.copy import a_copy

#: How long before its due instant a schedule is saved.
AHEAD_SECONDS = 0.1


def main(saves: int, idle_seconds: float) -> None:
    with a_copy() as stack:
        stack.beat()
        taken_in, late = measure(saves, idle_seconds)
        report("save to taken in", taken_in)
        report("due instant to queue", late)


def measure(saves: int, idle_seconds: float) -> tuple[list[float], list[float]]:
    from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
    from tests.support.waiting import wait_until

    endpoint = APIEndpoint.objects.create(name="bench", task="tests.nothing")
    taken_in, late = [], []
    for number in range(saves):
        time.sleep(idle_seconds)
        due = (datetime.now(UTC) + timedelta(seconds=1 + AHEAD_SECONDS)).replace(microsecond=0)
        time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds() - AHEAD_SECONDS))
        schedule = APIEndpointSchedule(endpoint=endpoint, name=f"bench {number}", schedule_type="once", run_at=due)
        saved_at = datetime.now(UTC)
        schedule.save()
        taken_in.append((seen_after(saved_at) - saved_at).total_seconds() * 1000)
        sent = wait_until(lambda row=schedule: ScheduleRun.objects.filter(schedule=row).first(), within=10)
        late.append((sent.dispatched_at - due).total_seconds() * 1000)
        print(f"{number + 1:3}: taken in after {taken_in[-1]:.1f} ms, sent {late[-1]:.1f} ms late", flush=True)
    return taken_in, late


def seen_after(saved_at: datetime) -> datetime:
    """Return when beat first looked after ``saved_at``."""
    from schedules.monitoring import engine_health
    from tests.support.waiting import wait_until

    def look() -> datetime | None:
        leader = engine_health(datetime.now(UTC)).leader
        return leader.seen_at if leader and leader.seen_at > saved_at else None

    return wait_until(look, within=10, every=0.001)


def report(what: str, figures: list[float]) -> None:
    median, worst = statistics.median(figures), max(figures)
    print(f"{what}: median {median:.1f} ms, worst {worst:.1f} ms, {len(figures)} saves")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, float(sys.argv[2]) if len(sys.argv) > 2 else 3)
