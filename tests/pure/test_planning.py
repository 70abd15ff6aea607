"""What is to be done with occurrences that are due, late or long past."""

from datetime import UTC, datetime, timedelta

import pytest

from schedules.planning import MAX_OCCURRENCES_PER_TICK, Plan, Policy, dispatch_at, plan
from schedules.recurrence import parse_definition

TEN_MINUTES = parse_definition({"kind": "cron", "cron": "*/10 * * * *"})
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def planned(now: datetime, **policy: object) -> Plan:
    return plan(TEN_MINUTES, Policy(**policy), pending=NINE, now=now, key="schedule-1")  # type: ignore[arg-type]


def test_nothing_is_due_before_its_instant() -> None:
    assert planned(NINE - timedelta(microseconds=1)) == Plan((), (), NINE)


@pytest.mark.parametrize("catch_up", ["latest", "all", "skip"])
def test_an_occurrence_on_time_is_dispatched_whatever_the_policy(catch_up: str) -> None:
    assert planned(NINE + timedelta(seconds=2), catch_up=catch_up) == Plan((NINE,), (), NINE + minutes(10))


def test_after_an_outage_the_latest_runs_once_and_the_others_are_recorded() -> None:
    outcome = planned(NINE + minutes(25))
    assert outcome.dispatches == (NINE + minutes(20),)
    assert [(missed.scheduled_for, missed.reason) for missed in outcome.missed] == [
        (NINE, "coalesced"),
        (NINE + minutes(10), "coalesced"),
    ]
    assert outcome.next_scheduled_for == NINE + minutes(30)


def test_after_an_outage_all_run_if_the_schedule_wants_it() -> None:
    assert planned(NINE + minutes(25), catch_up="all").dispatches == (NINE, NINE + minutes(10), NINE + minutes(20))


def test_after_an_outage_none_run_if_the_schedule_wants_it() -> None:
    outcome = planned(NINE + minutes(25), catch_up="skip")
    assert outcome.dispatches == ()
    assert [missed.reason for missed in outcome.missed] == ["catch_up_skipped"] * 3


def test_what_lies_outside_the_window_is_missed_even_if_all_should_run() -> None:
    outcome = planned(NINE + minutes(25), catch_up="all", window=minutes(10))
    assert outcome.dispatches == (NINE + minutes(20),)
    assert {missed.reason for missed in outcome.missed} == {"outside_window"}


def test_a_long_backlog_is_walked_in_bounded_steps_and_ends_in_one_run() -> None:
    every_second = parse_definition({"kind": "interval", "every_seconds": 1, "anchor": NINE.isoformat()})
    now, pending = NINE + timedelta(seconds=1200), NINE
    dispatched, missed = [], []
    for _ in range(3):
        outcome = plan(every_second, Policy(), pending=pending, now=now, key="schedule-1")
        assert len(outcome.dispatches) + len(outcome.missed) <= MAX_OCCURRENCES_PER_TICK
        dispatched += outcome.dispatches
        missed += outcome.missed
        assert outcome.next_scheduled_for is not None
        pending = outcome.next_scheduled_for
    assert dispatched == [now]
    assert len(missed) == 1200
    assert pending == now + timedelta(seconds=1)


def test_jitter_is_bounded_the_same_at_every_reading_and_differs_between_schedules() -> None:
    policy = Policy(jitter=minutes(5))
    delays = {dispatch_at(NINE, policy, f"schedule-{number}") - NINE for number in range(50)}
    assert len(delays) == 50
    assert all(timedelta(0) <= delay < minutes(5) for delay in delays)
    assert dispatch_at(NINE, policy, "schedule-7") == dispatch_at(NINE, policy, "schedule-7")


@pytest.mark.parametrize("catch_up", ["latest", "all", "skip"])
def test_a_jitter_longer_than_the_steps_of_the_rule_lets_nothing_be_missed(catch_up: str) -> None:
    """Each waits for the one before it; beat is there all the time."""
    every_minute = parse_definition({"kind": "interval", "every_seconds": 60, "anchor": NINE.isoformat()})
    policy = Policy(catch_up=catch_up, jitter=timedelta(minutes=10))
    upcoming = every_minute.next_after(NINE)
    sent: list[datetime] = []
    for _ in range(50):
        assert upcoming is not None
        now = dispatch_at(upcoming, policy, "schedule-1")
        made = plan(every_minute, policy, pending=upcoming, now=now, key="schedule-1")
        assert made.missed == ()
        sent += made.dispatches
        upcoming = made.next_scheduled_for
    assert sent == [NINE + timedelta(minutes=number) for number in range(1, len(sent) + 1)]


def test_a_rule_that_has_ended_has_no_next_occurrence() -> None:
    once = parse_definition({"kind": "once", "at": NINE.isoformat()})
    assert plan(once, Policy(), pending=NINE, now=NINE, key="schedule-1") == Plan((NINE,), (), None)
