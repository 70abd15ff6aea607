"""A save reaches a sleeping beat at once, and a thousand of them neither starve it nor keep it from sleeping.

Plain RedBeat takes a new entry in when it wakes next: 5 to 282 seconds later with its default settings.
"""

import statistics
import time
from datetime import UTC, datetime

import pytest
import redis

from schedules.mirror.mirror import Mirror
from schedules.models import ScheduleRun
from schedules.monitoring import engine_health
from tests.support.builders import a_schedule
from tests.support.stack import Stack
from tests.support.storm import is_full_size
from tests.support.waiting import patient, wait_until

#: Which database it is plays no part in it.
pytestmark = pytest.mark.one_database

SAVES = 200 if is_full_size() else 60
BURST = 1000 if is_full_size() else 400


def test_a_save_is_taken_in_by_an_idle_beat_at_once(stack: Stack) -> None:
    """Bounds for any machine; on a quiet one the median is a few milliseconds."""
    stack.beat()
    wait_until(lambda: Mirror().is_whole(), within=30)
    schedule = a_schedule(schedule_type="cron", execution_times=None, cron_expression="0 5 1 1 *")
    taken = []
    for number in range(SAVES):
        # Beat has gone to sleep again.
        time.sleep(0.1)
        schedule.cron_expression = f"{number % 60} 5 1 1 *"
        saved_at = datetime.now(UTC)
        schedule.save()
        seen_at = wait_until(lambda since=saved_at: beat_looked_after(since), within=10, every=0.001)
        taken.append((seen_at - saved_at).total_seconds() * 1000)

    print(f"{SAVES} saves taken in: median {statistics.median(taken):.1f} ms, worst {max(taken):.1f} ms")
    assert statistics.median(taken) < 500
    assert max(taken) < 3000


def test_a_burst_of_saves_starves_no_due_entry_and_wakes_beat_now_and_then(
    stack: Stack, redis_client: redis.Redis
) -> None:
    stack.beat()
    wait_until(lambda: Mirror().is_whole(), within=30)
    steady = a_schedule(schedule_type="interval", execution_times=None, interval_seconds=1, catch_up_policy="all")
    saved = a_schedule(schedule_type="cron", execution_times=None, cron_expression="0 5 1 1 *")
    runs = ScheduleRun.objects.filter(schedule=steady)
    wait_until(lambda: runs.count() >= 2, within=15)
    redis_client.config_resetstat()

    begun_at = datetime.now(UTC)
    for number in range(BURST):
        saved.kwargs = {"number": number}
        saved.save()
    ended_at = datetime.now(UTC)

    seconds = (ended_at - begun_at).total_seconds()
    wakes = redis_client.info("commandstats")["cmdstat_blpop"]["calls"]
    meanwhile = runs.filter(scheduled_for__gte=begun_at, scheduled_for__lte=ended_at)
    wait_until(lambda: meanwhile.count() >= int(seconds), within=10, saying="what was due in the burst to be recorded")
    late = [(run.dispatched_at - run.scheduled_for).total_seconds() for run in meanwhile]
    print(f"{BURST} saves in {seconds:.1f} s: {wakes} wake-ups; due entries at most {max(late):.3f} s late")
    assert max(late) < patient(1)
    # One in twenty milliseconds at most, whatever the rate of saving.
    assert wakes <= seconds / 0.02 + 5
    assert Mirror().read([saved.pk])[0].revision == str(saved.revision)


def beat_looked_after(instant: datetime) -> datetime | None:
    leader = engine_health(datetime.now(UTC)).leader
    return leader.seen_at if leader is not None and leader.seen_at > instant else None
