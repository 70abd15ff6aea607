"""A clock that jumps and a machine that slept: nothing is sent twice, nothing floods, nothing starves."""

from datetime import UTC, datetime, timedelta

import pytest
import redis

from schedules.beat.upkeep import Upkeep
from schedules.ledger import events
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.reasons import Reason
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule
from tests.support.driven_beat import DrivenScheduler, sent
from tests.support.occurrences import next_of

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


def every(seconds: int, **fields: object) -> APIEndpointSchedule:
    return a_schedule(schedule_type="interval", execution_times=None, interval_seconds=seconds, **fields)


def test_a_clock_set_forward_by_a_day_floods_nobody(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedules = [every(600) for _ in range(20)]
    first = next_of(schedules[0])
    beat.tick_at(first + timedelta(days=1))
    assert sorted(number for number, _when in sent(redis_client)) == [row.pk for row in schedules]
    events.record([fields["event"] for _number, fields in redis_client.xrange(Mirror().keys.events)])
    of_first = ScheduleRun.objects.filter(schedule=schedules[0])
    # Each of the 145 instants of the day and its end is in the ledger, all but one with the reason why it was not sent.
    assert of_first.count() == 145
    assert of_first.filter(state="missed", state_reason=Reason.OUTSIDE_WINDOW).count() == 108
    assert of_first.filter(state="missed", state_reason=Reason.COALESCED).count() == 36


def test_a_clock_set_back_by_an_hour_sends_nothing_twice_and_goes_on_where_it_was(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = every(600)
    first = next_of(schedule)
    beat.tick_at(first)
    back = first - HOUR
    while back <= first:
        beat.tick_at(back)
        back += timedelta(minutes=1)
    assert sent(redis_client) == [(schedule.pk, first.isoformat())]
    assert beat.leadership.leads
    beat.tick_at(first + timedelta(minutes=10))
    assert sent(redis_client)[-1] == (schedule.pk, (first + timedelta(minutes=10)).isoformat())


def test_a_schedule_saved_after_the_clock_was_set_back_does_not_starve(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    """Beat has seen the future; what is saved now, before it, is due by the clock as it stands."""
    beat.tick_at(datetime.now(UTC) + HOUR)
    schedule = every(60)
    beat.tick_at(next_of(schedule))
    assert [number for number, _when in sent(redis_client)] == [schedule.pk]


def test_after_hours_of_sleep_each_schedule_does_what_its_policy_says_once(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    latest, everything, nothing = every(3600), every(3600, catch_up_policy="all"), every(3600, catch_up_policy="skip")
    first = {row.pk: next_of(row) for row in (latest, everything, nothing)}
    woken = max(first.values()) + timedelta(hours=2, minutes=30)
    for second in range(5):
        beat.tick_at(woken + timedelta(seconds=second))
    by_schedule = [number for number, _when in sent(redis_client)]
    assert {number: by_schedule.count(number) for number in set(by_schedule)} == {latest.pk: 1, everything.pk: 3}


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, upkeep: Upkeep, later: timedelta) -> None:
        self.now += later
        upkeep._turn()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def upkeep(clock: Clock, redis_client: redis.Redis) -> Upkeep:
    upkeep = Upkeep(Mirror(), now=clock)
    upkeep._turn()
    return upkeep


def a_run_under_way(clock: Clock) -> ScheduleRun:
    return ScheduleRun.objects.create(
        schedule=every(3600), task="tests.nothing", task_id="one", state="running", attempt=2, heartbeat_at=clock.now
    )


def state_of(run: ScheduleRun) -> str:
    run.refresh_from_db()
    return run.state


def test_a_clock_set_back_stops_neither_the_reconcile_nor_the_sweep(clock: Clock, upkeep: Upkeep) -> None:
    clock.turn(upkeep, -HOUR)
    assert upkeep.reconciled_at == clock.now
    run = a_run_under_way(clock)
    for _ in range(8):
        clock.turn(upkeep, timedelta(seconds=10))
    assert state_of(run) == "abandoned"


def test_a_machine_that_slept_gives_its_workers_time_to_say_that_they_live(clock: Clock, upkeep: Upkeep) -> None:
    run = a_run_under_way(clock)
    clock.turn(upkeep, 3 * HOUR)
    assert state_of(run) == "running"
    ScheduleRun.objects.filter(pk=run.pk).update(heartbeat_at=clock.now)
    for _ in range(3):
        clock.turn(upkeep, timedelta(seconds=20))
    assert state_of(run) == "running"
    clock.turn(upkeep, timedelta(seconds=20))
    assert state_of(run) == "abandoned"


def test_a_sign_of_life_from_before_the_clock_was_set_back_does_not_count_for_ever(
    clock: Clock, upkeep: Upkeep
) -> None:
    run = a_run_under_way(clock)
    ScheduleRun.objects.filter(pk=run.pk).update(heartbeat_at=clock.now + HOUR)
    for _ in range(8):
        clock.turn(upkeep, timedelta(seconds=10))
    assert state_of(run) == "abandoned"
