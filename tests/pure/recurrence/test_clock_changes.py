"""What happens when the clocks change, by zone and date, as a person would write it down."""

import itertools
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schedules.recurrence import NaiveDatetimeError, Recurrence, notices_of, parse_definition


def on(date: str, definition: dict[str, Any]) -> list[str]:
    """Return the runs of a local date as "HH:MM±offset"; the two repeated hours differ in the offset."""
    rule = parse_definition(definition)
    first = datetime.fromisoformat(date).replace(tzinfo=rule.zone)
    runs = rule.occurrences(first - timedelta(seconds=1), until=first + timedelta(days=1, seconds=-1))
    return [f"{run.at.astimezone(rule.zone):%H:%M%z}"[:8] for run in runs]


def cron(text: str, zone: str) -> dict[str, Any]:
    return {"kind": "cron", "cron": text, "timezone": zone}


@pytest.mark.parametrize(
    ("zone", "date", "expression", "runs"),
    [
        # A fixed time that is skipped runs at the first instant after the gap; two of them are one run.
        ("America/New_York", "2026-03-08", "30 2 * * *", ["03:00-04"]),
        ("America/New_York", "2026-03-08", "15,45 2 * * *", ["03:00-04"]),
        ("America/New_York", "2026-03-08", "45 1,2 * * *", ["01:45-05", "03:00-04"]),
        ("America/New_York", "2026-03-08", "0 3 * * *", ["03:00-04"]),
        ("America/New_York", "2026-03-08", "0 2,3 * * *", ["03:00-04"]),
        # A fixed time that occurs twice runs once, the first time.
        ("America/New_York", "2026-11-01", "30 1 * * *", ["01:30-04"]),
        ("America/New_York", "2026-11-01", "0 1-3 * * *", ["01:00-04", "02:00-05", "03:00-05"]),
        # What repeats within the day follows real time: both repeated hours, and no bunch after a gap.
        ("America/New_York", "2026-11-01", "30 */1 1 11 *", [f"{h:02}:30-04" for h in (0, 1)]
         + [f"{h:02}:30-05" for h in range(1, 24)]),
        ("America/New_York", "2026-03-08", "*/30 2 * * *", []),
        ("America/New_York", "2026-11-01", "*/30 1 * * *", ["01:00-04", "01:30-04", "01:00-05", "01:30-05"]),
        ("America/New_York", "2026-11-01", "* 1 * * *", [f"01:{m:02}{o}" for o in ("-04", "-05") for m in range(60)]),
        # Half an hour only.
        ("Australia/Lord_Howe", "2026-10-04", "15 2 * * *", ["02:30+11"]),
        ("Australia/Lord_Howe", "2026-04-05", "45 1 * * *", ["01:45+11"]),
        ("Australia/Lord_Howe", "2026-04-05", "*/15 1 * * *",
         ["01:00+11", "01:15+11", "01:30+11", "01:45+11", "01:30+10", "01:45+10"]),
        # The gap lies at midnight: the run belongs to the date that lost it.
        ("Africa/Cairo", "2026-04-24", "30 0 * * *", ["01:00+03"]),
        ("America/Santiago", "2026-09-06", "0 0 * * *", ["01:00-03"]),
        # Midnight comes twice: the first one counts.
        ("America/Santiago", "2026-04-04", "30 23 * * *", ["23:30-03"]),
        ("Pacific/Chatham", "2026-09-27", "0 3 * * *", ["03:45+13"]),
        # No changes there.
        ("Asia/Tokyo", "2026-03-08", "30 2 * * *", ["02:30+09"]),
        ("Asia/Kolkata", "2026-11-01", "30 1 * * *", ["01:30+05"]),
    ],
)  # fmt: skip
def test_on_a_clock_change_cron_runs(zone: str, date: str, expression: str, runs: list[str]) -> None:
    assert on(date, cron(expression, zone)) == runs


@pytest.mark.parametrize("kind", [{"kind": "daily"}, {"kind": "monthly", "month_days": [8]}])
def test_a_skipped_time_of_day_runs_after_the_gap_and_says_why(kind: dict[str, Any]) -> None:
    rule = parse_definition({**kind, "times": ["2:30"], "timezone": "America/New_York"})
    run = rule.next_occurrence(datetime(2026, 3, 8, tzinfo=UTC))

    assert run
    assert run.at == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert run.reason
    assert (run.reason.ja, run.reason.en) == (
        "時計が進む日で2:30がないため3:00に実行",
        "the clocks skip 2:30 on this day, so it runs at 3:00",
    )


def test_a_time_of_the_next_morning_can_be_skipped_too_and_belongs_to_the_evening_before() -> None:
    rule = parse_definition({"kind": "weekly", "weekdays": ["sat"], "times": ["26:30"], "timezone": "America/New_York"})
    run = rule.next_occurrence(datetime(2026, 3, 7, 12, tzinfo=UTC))

    assert run
    assert (run.at, run.business_day.isoformat()) == (datetime(2026, 3, 8, 7, tzinfo=UTC), "2026-03-07")


def anchored(every_seconds: int, anchor: str, zone: str = "America/New_York", **more: Any) -> Recurrence:
    return parse_definition(
        {"kind": "interval", "every_seconds": every_seconds, "anchor": anchor, "timezone": zone, **more}
    )


@pytest.mark.parametrize("every", [1, 60, 3600, 5400, 86_400, 604_800, 1_000_003])
def test_an_interval_keeps_its_distance_through_both_clock_changes(every: int) -> None:
    anchor = datetime(2026, 1, 1, 5, 30, tzinfo=UTC)
    rule = anchored(every, anchor.isoformat())
    for change in (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)):
        runs = [run.at for run in rule.occurrences(change - timedelta(seconds=3 * every), limit=7)]

        assert {b - a for a, b in itertools.pairwise(runs)} == {timedelta(seconds=every)}
        assert (runs[0] - anchor) % timedelta(seconds=every) == timedelta(0)


def test_an_interval_is_counted_from_its_anchor_not_from_when_it_is_asked() -> None:
    rule = anchored(420, "2026-01-01T00:00:03+09:00")
    late = [datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(seconds=37 * n, microseconds=n) for n in range(200)]
    anchor = datetime(2025, 12, 31, 15, 0, 3, tzinfo=UTC)

    assert {(rule.next_after(at) - anchor) % timedelta(seconds=420) for at in late} == {timedelta(0)}
    assert all(timedelta(0) < rule.next_after(at) - at <= timedelta(seconds=420) for at in late)
    # A start beside the anchor cuts the beginning off and moves nothing.
    begun = anchored(420, "2026-01-01T00:00:03+09:00", starts_at="2026-06-01T12:00:00Z")
    assert [begun.next_after(at) for at in late] == [rule.next_after(at) for at in late]


def test_an_interval_before_its_anchor_begins_with_the_anchor() -> None:
    assert anchored(60, "2026-06-01T12:00:30Z").next_after(datetime(2020, 1, 1, tzinfo=UTC)) == datetime(
        2026, 6, 1, 12, 0, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "definition",
    [
        {"kind": "daily", "times": ["8:00"]},
        {"kind": "cron", "cron": "* * * * *"},
        {"kind": "interval", "every_seconds": 60, "anchor": "2026-01-01T00:00:00Z"},
        {"kind": "once", "at": "2027-01-01T00:00:00Z"},
    ],
)
def test_instants_without_a_time_zone_are_refused_by_every_question(definition: dict[str, Any]) -> None:
    rule, naive, aware = parse_definition(definition), datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
    for ask in (
        lambda: rule.next_after(naive),
        lambda: rule.next_occurrence(naive),
        lambda: list(rule.occurrences(naive, limit=1)),
        lambda: list(rule.occurrences(aware, until=naive)),
        lambda: rule.latest_between(aware, naive),
        lambda: rule.count_between(naive, aware, limit=1),
        lambda: rule.skipped(aware, naive, limit=1),
        lambda: notices_of(rule, naive),
    ):
        with pytest.raises(NaiveDatetimeError, match="has no time zone"):
            ask()
    answer = rule.next_after(aware.astimezone(ZoneInfo("Asia/Kolkata")))
    assert answer is not None
    assert answer.tzinfo is UTC
    assert rule.next_after(aware.astimezone(timezone(timedelta(hours=-3)))) == answer


def test_a_run_moved_by_a_gap_onto_the_first_of_the_next_date_is_one_run_and_counted_once() -> None:
    # In Greenland the hour before midnight is skipped: 23:30 of the 28th becomes 0:00 of the 29th.
    rule = parse_definition({"kind": "daily", "times": ["0:00", "23:30"], "timezone": "America/Scoresbysund"})
    after, until = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)

    assert [run.at for run in rule.occurrences(after, until=until)] == [datetime(2026, 3, 29, 1, tzinfo=UTC)]
    assert rule.count_between(after, until, limit=10) == 1
