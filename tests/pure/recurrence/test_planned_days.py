"""The days of a calendar are those on which the occurrences lie, counted or looked at one by one."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from schedules.recurrence import Recurrence, parse_definition
from schedules.recurrence.planned_days import planned_days

FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)


def rule(**fields: Any) -> Recurrence:
    return parse_definition({"timezone": "Asia/Tokyo", **fields})


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "daily", "times": ["08:10", "17:40"], "trading_day_rule": "skip"},
        {"kind": "daily", "times": ["00:00", "25:00", "29:59"]},
        {"kind": "weekly", "weekdays": ["sun", "mon"], "times": ["25:00"], "trading_day_rule": "next"},
        {"kind": "monthly", "month_days": [1, "last"], "times": ["18:00"], "trading_day_rule": "previous"},
        {"kind": "cron", "cron": "0 9,15 * * 1-5", "timezone": "America/New_York"},
        {"kind": "cron", "cron": "*/7 * * * *"},
        {"kind": "cron", "cron": "* 9-15 * * 1-5", "trading_day_rule": "skip", "timezone": "Europe/London"},
        {"kind": "interval", "every_seconds": 10, "anchor": "2026-11-20T03:00:00+09:00"},
        {"kind": "once", "at": "2026-12-24T08:00:00+09:00"},
    ],
    ids=lambda fields: "-".join(str(value) for value in fields.values())[:50],
)
@pytest.mark.parametrize("after", [utc(2026, 10, 3), utc(2026, 11, 24, 8, 10, 30), utc(2026, 12, 31, 14, 59)])
def test_the_days_and_numbers_are_those_of_the_occurrences(fields: dict[str, Any], after: datetime) -> None:
    recurrence = rule(**fields)
    start = max(after, utc(2026, 10, 31))
    expected = Counter(
        each.business_day
        for each in recurrence.occurrences(start, until=utc(2027, 1, 2))
        if FIRST <= each.business_day <= LAST
    )
    assert {each.on: each.number for each in planned_days(recurrence, after, FIRST, LAST, times=3)} == expected


def test_a_day_tells_its_times_on_the_clock_of_its_rule() -> None:
    recurrence = rule(kind="daily", times=["08:10", "17:40", "25:00"])
    day = planned_days(recurrence, utc(2026, 11, 1), date(2026, 11, 6), date(2026, 11, 6), times=4)[0]
    assert day.times == ["08:10", "17:40", "25:00"]


def test_a_moved_day_says_from_where_and_why() -> None:
    recurrence = rule(kind="monthly", month_days=[3], times=["08:00"], trading_day_rule="next")
    day = planned_days(recurrence, utc(2026, 11, 1), FIRST, date(2026, 11, 30), times=4)[0]
    assert (day.on, day.moved_from) == (date(2026, 11, 4), date(2026, 11, 3))
    assert day.reason is not None
    assert day.reason.ja == "文化の日"


def test_nothing_lies_before_the_moment_that_is_asked_about() -> None:
    recurrence = rule(kind="daily", times=["08:10"])
    assert planned_days(recurrence, utc(2026, 12, 31, 23), FIRST, LAST, times=4) == []
    days = planned_days(recurrence, utc(2026, 12, 29, 23, 10), FIRST, LAST, times=4)
    assert [each.on for each in days] == [date(2026, 12, 31)]
    assert days[0].number == 1
