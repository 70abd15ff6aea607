"""What a definition may say and what not: the edges of each field, and how it is written down again."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from schedules.recurrence import DefinitionError, parse_definition

DAILY = {"kind": "daily", "times": ["08:10"]}
MONTHLY = {"kind": "monthly", "times": ["18:00"], "month_days": [1]}
INTERVAL = {"kind": "interval", "every_seconds": 60, "anchor": "2026-01-01T00:00:00Z"}
ONCE = {"kind": "once", "at": "2027-01-01T00:00:00Z"}


def problems(definition: Any) -> list[tuple[str, str]]:
    try:
        parse_definition(definition)
    except DefinitionError as error:
        return [(problem.field, problem.code) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    "definition",
    [
        *({**DAILY, "times": [time]} for time in ("0:00", "8:10", "08:10", "23:59", "24:00", "29:59", "29:59:59")),
        {**DAILY, "times": [f"{n // 60:02}:{n % 60:02}" for n in range(48)]},
        *({**MONTHLY, "month_days": [day]} for day in (1, 31, "last", "1-mon", "5-sun", "last-fri")),
        *({**MONTHLY, "month_days": [day]} for day in ("trading:1", "trading:15", "trading:-1", "trading:-15")),
        *({**INTERVAL, "every_seconds": seconds} for seconds in (1, 86_400, 10 * 366 * 86_400)),
        {**INTERVAL, "trading_day_rule": "skip"},
        {**ONCE, "trading_day_rule": "any", "starts_at": None, "excluded_dates": []},
        {**DAILY, "starts_at": "1901-01-01T00:00:00Z", "ends_at": "9899-12-31T23:59:59Z"},
        {**DAILY, "starts_at": datetime(2026, 1, 1, tzinfo=UTC), "excluded_dates": [date(2026, 1, 1)]},
        {**DAILY, "timezone": "UTC"},
        {**DAILY, "weekdays": [], "cron": "", "month_days": None},
        {"kind": "cron", "cron": "  0   8 * *\t1-5 "},
        {"kind": "cron", "cron": "0 0 29 2 1#5"},
    ],
)
def test_is_accepted(definition: dict[str, Any]) -> None:
    assert problems(definition) == []


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        *(({**DAILY, "times": [time]}, ("times", "time")) for time in ("30:00", "29:60", "8:5", "-1:00", "810", "8")),
        ({**DAILY, "times": []}, ("times", "required")),
        ({**DAILY, "times": [f"{n // 60:02}:{n % 60:02}" for n in range(49)]}, ("times", "too_many")),
        *(
            ({**MONTHLY, "month_days": [day]}, ("month_days", "month_day"))
            for day in (0, 32, True, "31", "6-mon", "0-mon", "trading:0", "trading:16", "trading:-16")
        ),
        *(
            ({**INTERVAL, "every_seconds": seconds}, ("every_seconds", "whole_number"))
            for seconds in (0, -1, 1.0, True, "60", 10 * 366 * 86_400 + 1)
        ),
        ({**INTERVAL, "trading_day_rule": "next"}, ("trading_day_rule", "rule_of_interval")),
        ({**ONCE, "trading_day_rule": "skip"}, ("trading_day_rule", "rule_of_once")),
        ({**ONCE, "starts_at": "2026-01-01T00:00:00Z"}, ("starts_at", "wrong_kind")),
        ({**DAILY, "cron": "* * * * *"}, ("cron", "wrong_kind")),
        ({**DAILY, "colour": "red"}, ("colour", "unknown_field")),
        ({**DAILY, "starts_at": "2026-01-01T00:00:00"}, ("starts_at", "naive")),
        ({**DAILY, "starts_at": "1900-01-01T00:00:00Z"}, ("starts_at", "instant_out_of_range")),
        ({**DAILY, "starts_at": "0001-01-01T00:00:00+14:00"}, ("starts_at", "instant_out_of_range")),
        ({**DAILY, "ends_at": "9999-12-31T23:59:59-14:00"}, ("ends_at", "instant_out_of_range")),
        ({**DAILY, "excluded_dates": ["2026-02-30"]}, ("excluded_dates", "date")),
        ({**DAILY, "timezone": "JST"}, ("timezone", "timezone")),
        ({**DAILY, "exchange": "TSE"}, ("exchange", "choice")),
        ({"kind": "cron", "cron": "0 0 30 2 *"}, ("cron", "cron_never")),
        ({"kind": "cron", "cron": "0 0 * 2 1#5", "timezone": "x"}, ("timezone", "timezone")),
        ([], ("definition", "not_an_object")),
    ],
)
def test_is_refused_at_the_field(definition: Any, problem: tuple[str, str]) -> None:
    assert problems(definition) == [problem]


def test_instants_at_the_ends_of_the_calendar_are_answered() -> None:
    rule = parse_definition(DAILY)

    for edge in (datetime.min, datetime.max):
        for offset in (timedelta(hours=-14), timedelta(0), timedelta(hours=14)):
            instant = edge.replace(tzinfo=timezone(offset))
            found = rule.next_after(instant)
            assert found is None if edge is datetime.max else found is not None
            assert rule.latest_between(instant, instant) is None


@pytest.mark.parametrize(
    ("definition", "written"),
    [
        (
            {"kind": "daily", "times": ["17:40", "8:10"], "exchange": "XNYS", "short_months": None},
            {"kind": "daily", "times": ["08:10", "17:40"], "timezone": "Asia/Tokyo"},
        ),
        (
            {**MONTHLY, "month_days": ["last", 15, "trading:-1", "trading:1", 1], "excluded_dates": ["2026-12-31"]},
            {
                "kind": "monthly",
                "times": ["18:00"],
                "month_days": [1, 15, "last", "trading:1", "trading:-1"],
                "short_months": "skip",
                "timezone": "Asia/Tokyo",
                "excluded_dates": ["2026-12-31"],
                # The days of the month look at the exchange even without a trading-day rule.
                "trading_day_rule": "any",
                "exchange": "XTKS",
            },
        ),
        (
            {**INTERVAL, "anchor": "2026-01-01T09:00:00.9+09:00"},
            {**INTERVAL, "anchor": "2026-01-01T00:00:00+00:00", "timezone": "Asia/Tokyo"},
        ),
        (
            {"kind": "cron", "cron": " 0\t8 *  * MON ", "starts_at": "2026-01-01T00:00:00+09:00"},
            {
                "kind": "cron",
                "cron": "0 8 * * MON",
                "timezone": "Asia/Tokyo",
                "starts_at": "2025-12-31T15:00:00+00:00",
            },
        ),
    ],
)
def test_a_definition_is_written_down_in_one_canonical_way(definition: dict[str, Any], written: dict[str, Any]) -> None:
    assert parse_definition(definition).definition == written
