"""What is left out is listed with its reason, in both languages, whatever the locale of the process."""

from datetime import datetime
from typing import Any

import pytest

from schedules.recurrence import parse_definition


def skipped(definition: dict[str, Any], after: str, until: str, limit: int = 10) -> list[tuple[str, str, str]]:
    rule = parse_definition(definition)
    ends = (datetime.fromisoformat(f"{text}+09:00") for text in (after, until))
    return [(f"{day.on:%m-%d}", day.reason.ja, day.reason.en) for day in rule.skipped(*ends, limit=limit)]


def monthly(*days: int | str, **more: Any) -> dict[str, Any]:
    return {"kind": "monthly", "times": ["18:00"], "month_days": days, **more}


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (monthly(30), ("02-28", "2月に30日がない", "February 2027 has no day 30")),
        (monthly("5-mon"), ("02-28", "2月に第5月曜日がない", "February 2027 has no fifth Monday")),
        (monthly(11), ()),
        (monthly(11, trading_day_rule="skip"), ("02-11", "建国記念の日", "Foundation Day")),
        (monthly(11, trading_day_rule="next"), ()),
        (monthly(15, excluded_dates=["2027-02-15"]), ("02-15", "除外日", "excluded date")),
        (
            monthly(11, trading_day_rule="next", excluded_dates=["2027-02-12"]),
            (
                "02-11",
                "建国記念の日。移動先の2月12日が除外日",
                "Foundation Day; 12 February, where it would move, is an excluded date",
            ),
        ),
        (
            monthly(11, 12, trading_day_rule="next"),
            ("02-11", "建国記念の日。2月12日の実行にまとめる", "Foundation Day; covered by the run of 12 February"),
        ),
        (monthly(31, short_months="last_day"), ()),
    ],
)
def test_a_date_left_out_says_why(definition: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert skipped(definition, "2027-02-01T00:00", "2027-03-01T00:00") == ([expected] if expected else [])


def test_no_more_are_listed_than_asked_for_and_only_dates_whose_times_lie_in_the_period() -> None:
    weekends = {"kind": "daily", "times": ["18:00"], "trading_day_rule": "skip"}

    assert [on for on, *_ in skipped(weekends, "2026-11-27T00:00", "2026-12-31T00:00", limit=3)] == [
        *("11-28", "11-29", "12-05"),
    ]
    assert [on for on, *_ in skipped(weekends, "2026-11-28T18:00", "2026-11-29T18:00")] == ["11-29"]
    assert skipped(weekends, "2026-11-28T18:00", "2026-11-29T17:59") == []


def test_an_interval_lists_the_dates_on_which_it_rests() -> None:
    definition = {
        "kind": "interval",
        "every_seconds": 3600,
        "anchor": "2026-01-01T00:00:00+09:00",
        "trading_day_rule": "skip",
    }

    assert skipped(definition, "2026-11-27T00:00", "2026-11-30T00:00") == [
        ("11-28", "土曜日", "Saturday"),
        ("11-29", "日曜日", "Sunday"),
    ]
