"""Trading days against two independent calendars; reasons, exceptional days and the horizon."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import jpholiday
import pytest

from schedules.recurrence import (
    EXCHANGES,
    ExceptionalDay,
    announced_until,
    day_status,
    exchange_bounds,
    notices_of,
    parse_definition,
)
from tests.pure.recurrence.sessions import FIRST, LAST, sessions

DAY = timedelta(days=1)
#: Dates on which the calendars differ, looked up one by one: the exchanges' word decides.
KNOWN_DIFFERENCES = {
    # Tokyo's trading system failed for the whole day; no calendar of rules foresees it.
    "XTKS": {date(2020, 10, 1)},
    # Hong Kong stayed closed all day in typhoon Saola and the black rainstorm; exchange_calendars has both as open.
    "XHKG": {date(2023, 9, 1), date(2023, 9, 8)},
}


def dates(first: date, last: date) -> Iterator[date]:
    return (first + n * DAY for n in range((last - first).days + 1))


def a_daily_rule(**more: Any) -> dict[str, Any]:
    return {"kind": "daily", "times": ["18:00"], "trading_day_rule": "skip", "exchange": "XTKS", **more}


def jst(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


def next_dates(definition: dict[str, Any], after: str, count: int) -> list[str]:
    runs = parse_definition(definition).occurrences(jst(after), limit=count)
    return [f"{run.business_day:%m-%d}" for run in runs]


def skipped(definition: dict[str, Any], after: str, until: str) -> list[tuple[str, str, str]]:
    found = parse_definition(definition).skipped(jst(after), jst(until), limit=100)
    return [(f"{day.on:%m-%d}", day.reason.ja, day.reason.en) for day in found]


@pytest.mark.parametrize("exchange", [exchange.code for exchange in EXCHANGES])
def test_every_date_from_2015_to_the_next_year_is_open_or_closed_as_exchange_calendars_has_it(exchange: str) -> None:
    known = max(FIRST, exchange_bounds(exchange)[0])

    differing = {
        day for day in dates(known, LAST) if day_status(exchange, day).is_open is not (day in sessions(exchange))
    }

    assert announced_until(exchange) <= LAST
    assert differing == KNOWN_DIFFERENCES.get(exchange, set())


def test_tokyo_rests_on_the_public_holidays_of_jpholiday_at_weekends_and_around_new_year() -> None:
    around_new_year = {(12, 31), (1, 1), (1, 2), (1, 3)}
    for day in dates(FIRST, LAST):
        name, status = jpholiday.is_holiday_name(day), day_status("XTKS", day)

        assert status.is_open is not (day.weekday() > 4 or bool(name) or (day.month, day.day) in around_new_year), day
        if name and day.weekday() < 5:
            # jpholiday writes 元日 振替休日, and shortens the enthronement's name.
            assert status.reason
            assert status.reason.ja.startswith(name.split(" ")[-1]), day


@pytest.mark.parametrize(
    ("exchange", "on", "ja", "en"),
    [
        ("XTKS", "2026-11-28", "土曜日", "Saturday"),
        ("XTKS", "2026-11-29", "日曜日", "Sunday"),
        ("XTKS", "2026-11-23", "勤労感謝の日", "Labor Thanksgiving Day"),
        ("XTKS", "2026-05-06", "振替休日", "Substitute Holiday"),
        ("XTKS", "2026-09-22", "国民の休日", "Citizens' Holiday"),
        ("XTKS", "2026-12-31", "年末年始", "Year-end and New Year holidays"),
        ("XTKS", "2026-01-01", "元日", "New Year's Day"),
        ("XTKS", "2026-01-02", "年末年始", "Year-end and New Year holidays"),
        ("XNYS", "2026-11-26", "感謝祭", "Thanksgiving Day"),
        ("XNYS", "2026-07-03", "独立記念日（振替）", "Independence Day (observed)"),
        ("XLON", "2026-12-28", "ボクシングデー（振替）", "Boxing Day (observed)"),
    ],
)
def test_a_closed_date_says_why_in_both_languages(exchange: str, on: str, ja: str, en: str) -> None:
    reason = day_status(exchange, date.fromisoformat(on)).reason

    assert reason
    assert (reason.ja, reason.en) == (ja, en)


@pytest.mark.parametrize("exchange", [exchange.code for exchange in EXCHANGES])
def test_no_japanese_reason_holds_english_and_none_in_english_holds_japanese(exchange: str) -> None:
    first, last = exchange_bounds(exchange)
    for day in dates(first, date(2035, 12, 31)):
        if reason := day_status(exchange, day).reason:
            assert not any(char.isascii() and char.isalpha() for char in reason.ja), (day, reason)
            assert reason.en.isascii(), (day, reason)
    assert last > date(2035, 12, 31)


def test_tokyos_year_end_is_skipped_with_a_reason_for_each_date() -> None:
    definition = a_daily_rule()

    assert next_dates(definition, "2026-12-29T20:00", 3) == ["12-30", "01-04", "01-05"]
    assert skipped(definition, "2026-12-30T20:00", "2027-01-04T20:00") == [
        ("12-31", "年末年始", "Year-end and New Year holidays"),
        ("01-01", "元日", "New Year's Day"),
        ("01-02", "土曜日", "Saturday"),
        ("01-03", "日曜日", "Sunday"),
    ]


@pytest.mark.parametrize(("rule", "to"), [("next", "01-04"), ("previous", "12-30")])
def test_a_closed_date_moves_to_the_nearest_trading_day_and_says_why(rule: str, to: str) -> None:
    definition = {"kind": "monthly", "times": ["18:00"], "month_days": [31], "trading_day_rule": rule}
    run = parse_definition(definition).next_occurrence(jst("2026-12-29T00:00"))

    assert run
    assert f"{run.at.astimezone(parse_definition(definition).zone):%m-%d %H:%M}" == f"{to} 18:00"
    assert run.moved_from == date(2026, 12, 31)
    assert run.reason
    assert (run.reason.ja, run.reason.en) == ("年末年始", "Year-end and New Year holidays")


def test_a_moved_occurrence_that_meets_another_is_one_and_the_covered_date_says_so() -> None:
    definition = {"kind": "weekly", "times": ["9:00"], "weekdays": ["mon", "tue"], "trading_day_rule": "next"}

    assert next_dates(definition, "2026-11-21T00:00", 2) == ["11-24", "11-30"]
    assert skipped(definition, "2026-11-21T00:00", "2026-11-27T00:00") == [
        ("11-23", "勤労感謝の日。11月24日の実行にまとめる", "Labor Thanksgiving Day; covered by the run of 24 November")
    ]


@pytest.mark.parametrize(
    ("rule", "excluded", "dates_that_run"),
    [
        # 23 November is a holiday; 20 and 24 November are the trading days beside it.
        ("next", [], ["11-20", "11-24", "11-27"]),
        ("next", ["2026-11-24"], ["11-20", "11-27"]),
        ("next", ["2026-11-23"], ["11-20", "11-27"]),
        ("previous", ["2026-11-20"], ["11-27"]),
        ("previous", [], ["11-20", "11-27"]),
    ],
)
def test_on_an_excluded_date_nothing_runs_and_nothing_moves_onto_it(
    rule: str, excluded: list[str], dates_that_run: list[str]
) -> None:
    definition = {"kind": "weekly", "times": ["9:00"], "weekdays": ["mon", "fri"], "trading_day_rule": rule}
    runs = parse_definition({**definition, "excluded_dates": excluded}).occurrences(
        jst("2026-11-19T00:00"), until=jst("2026-11-28T00:00")
    )

    assert [f"{run.business_day:%m-%d}" for run in runs] == dates_that_run


def test_friday_25_hours_is_judged_on_friday() -> None:
    definition = {"kind": "weekly", "times": ["25:00"], "weekdays": ["fri", "sun"], "trading_day_rule": "skip"}
    rule = parse_definition(definition)
    runs = list(rule.occurrences(jst("2026-11-27T00:00"), until=jst("2026-12-01T00:00")))

    # Saturday 1:00 belongs to Friday and runs; Monday 1:00 belongs to Sunday and does not.
    assert [(run.at, run.business_day) for run in runs] == [(jst("2026-11-28T01:00"), date(2026, 11, 27))]
    friday_out = parse_definition({**definition, "excluded_dates": ["2026-11-27"]})
    saturday_out = parse_definition({**definition, "excluded_dates": ["2026-11-28"]})
    assert friday_out.next_after(jst("2026-11-27T00:00")) == jst("2026-12-05T01:00")
    assert saturday_out.next_after(jst("2026-11-27T00:00")) == jst("2026-11-28T01:00")


def test_exceptional_days_are_looked_at_before_the_calendar() -> None:
    failure = {"on": "2020-10-01", "is_open": False, "ja": "システム障害", "en": "system failure"}
    saturday = {"on": "2020-10-03", "is_open": True, "ja": "臨時立会", "en": "special session"}
    definition = a_daily_rule(exceptional_days=[failure, saturday])

    assert next_dates(a_daily_rule(), "2020-09-30T20:00", 3) == ["10-01", "10-02", "10-05"]
    assert next_dates(definition, "2020-09-30T20:00", 3) == ["10-02", "10-03", "10-05"]
    assert skipped(definition, "2020-09-30T20:00", "2020-10-02T00:00") == [("10-01", "システム障害", "system failure")]


def test_exceptional_days_count_among_the_trading_days_of_a_month() -> None:
    last = {"kind": "monthly", "times": ["18:00"], "month_days": ["trading:-1"]}
    closed = {"on": "2026-11-30", "is_open": False, "ja": "臨時休業", "en": "closed"}

    assert next_dates(last, "2026-11-24T00:00", 1) == ["11-30"]
    assert next_dates({**last, "exceptional_days": [closed]}, "2026-11-24T00:00", 1) == ["11-27"]


@pytest.mark.parametrize("exchange", [exchange.code for exchange in EXCHANGES])
def test_outside_its_bounds_a_calendar_says_that_it_does_not_know(exchange: str) -> None:
    first, last = exchange_bounds(exchange)

    for day in (first - DAY, last + DAY, date(1, 1, 1), date(9999, 12, 31)):
        status = day_status(exchange, day)
        assert (status.state, status.is_open) == ("unknown", False)
        assert status.reason
        assert str(last.year) in status.reason.ja
        assert str(last.year) in status.reason.en
    exceptional = ExceptionalDay(last + DAY, True, "臨時", "exceptional")
    assert day_status(exchange, last + DAY, [exceptional]).is_open


@pytest.mark.parametrize(
    "definition",
    [
        a_daily_rule(),
        a_daily_rule(trading_day_rule="next"),
        a_daily_rule(trading_day_rule="previous"),
        {"kind": "monthly", "times": ["18:00"], "month_days": ["trading:-1", "trading:3"]},
        {"kind": "interval", "every_seconds": 3600, "anchor": "2026-01-01T00:00:00Z", "trading_day_rule": "skip"},
    ],
)
def test_beyond_the_calendar_nothing_runs_and_the_reason_is_the_horizon(definition: dict[str, Any]) -> None:
    rule = parse_definition(definition)
    beyond = datetime(2100, 2, 1, tzinfo=UTC)

    assert rule.next_after(beyond) is None
    found = rule.skipped(beyond, beyond + timedelta(days=31), limit=1)
    assert [day.reason.code for day in found] == ["calendar_horizon"]
    notice = notices_of(rule, beyond)[0]
    assert (notice.code, notice.ja) == (
        "calendar_ended",
        "東証の営業日は2099年12月31日までしか分からないため、その後は実行されません。",
    )


def test_trading_days_are_not_counted_in_a_month_that_is_known_in_part_only() -> None:
    special = {"on": "2100-02-10", "is_open": True, "ja": "臨時立会", "en": "special session"}
    definition = {"kind": "monthly", "times": ["18:00"], "month_days": ["trading:1"], "exceptional_days": [special]}
    rule = parse_definition(definition)

    # Known to be open, but not to be the first of its month.
    assert rule.next_after(jst("2100-02-01T00:00")) is None
    assert [day.reason.code for day in rule.skipped(jst("2100-02-01T00:00"), jst("2100-03-01T00:00"), limit=5)] == [
        "calendar_horizon"
    ]
    assert parse_definition(a_daily_rule(exceptional_days=[special])).next_after(jst("2100-02-01T00:00")) == jst(
        "2100-02-10T18:00"
    )


def test_dates_not_yet_announced_are_pointed_out_before_saving() -> None:
    rule = parse_definition(a_daily_rule())
    known = announced_until("XTKS")
    at_the_end = datetime(known.year, known.month, known.day, tzinfo=UTC)

    near = [notice.code for notice in notices_of(rule, at_the_end - timedelta(days=30))]
    far = [notice for notice in notices_of(rule, at_the_end) if notice.code == "calendar_horizon"]
    assert "calendar_horizon" not in near
    assert f"{known.year}年12月31日までが確認済み" in far[0].ja
    assert f"confirmed until 31 December {known.year}" in far[0].en
