"""What a person is told about a rule before saving it."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from schedules.recurrence import DefinitionError, Publication, notices_of, parse_definition
from tests.pure.recurrence.expressions import random_expressions

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
J_QUANTS = Publication("J-Quants", ("08:00", "17:30"), exchange="XTKS")


def codes(definition: dict[str, Any], now: datetime = NOW, **more: Any) -> list[str]:
    return [notice.code for notice in notices_of(parse_definition(definition), now, **more)]


def said(definition: dict[str, Any], code: str, now: datetime = NOW, **more: Any) -> tuple[str, str]:
    notices = notices_of(parse_definition(definition), now, **more)
    return next((notice.ja, notice.en) for notice in notices if notice.code == code)


def daily(*times: str, **more: Any) -> dict[str, Any]:
    return {"kind": "daily", "times": times, **more}


def test_an_ordinary_rule_has_nothing_to_point_out() -> None:
    assert codes(daily("8:10", "17:40")) == []
    assert codes({"kind": "weekly", "times": ["8:10"], "weekdays": ["mon"], "trading_day_rule": "skip"}) == []
    assert codes({"kind": "interval", "every_seconds": 3600, "anchor": "2026-01-01T00:00:00Z"}) == []


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        (daily("8:10", ends_at="2026-11-24T00:00:00Z"), "ended"),
        (daily("8:10", starts_at="2027-01-02T00:00:00Z", ends_at="2027-01-01T00:00:00Z"), "ends_before_start"),
        ({"kind": "once", "at": "2026-11-24T02:59:59Z"}, "in_the_past"),
        (daily("8:10", ends_at="2026-11-25T00:00:00+09:00", excluded_dates=["2026-11-24"]), "never_again"),
        (
            {"kind": "weekly", "times": ["8:10"], "weekdays": ["sun"], "trading_day_rule": "skip"},
            "never_again",
        ),
        ({"kind": "cron", "cron": "0 0 1 1 *", "trading_day_rule": "skip"}, "never_again"),
    ],
)
def test_a_rule_that_never_fires_again_says_so_and_why(definition: dict[str, Any], code: str) -> None:
    rule = parse_definition(definition)

    assert rule.next_after(NOW) is None
    assert codes(definition)[0] == code


@pytest.mark.parametrize(
    ("zone", "now", "japanese"),
    [
        (
            "America/New_York",
            datetime(2027, 3, 1, tzinfo=UTC),
            "2027年3月14日に時計が1時間進みます（ニューヨーク時間）。"
            "現地の時刻は変わらず、日本から見た時刻が1時間早くなります。",
        ),
        (
            "Europe/London",
            datetime(2026, 10, 20, tzinfo=UTC),
            "2026年10月25日に時計が1時間戻ります（ロンドン時間）。現地の時刻は変わらず、日本から見た時刻が1時間遅くなります。",
        ),
        (
            "Australia/Lord_Howe",
            datetime(2026, 9, 30, tzinfo=UTC),
            "2026年10月4日に時計が30分進みます（ロード・ハウ島時間）。"
            "現地の時刻は変わらず、日本から見た時刻が30分早くなります。",
        ),
    ],
)
def test_a_clock_change_ahead_is_told_with_its_date_and_what_it_does(zone: str, now: datetime, japanese: str) -> None:
    assert said(daily("8:10", timezone=zone), "clock_change", now)[0] == japanese


def test_a_clock_change_leaves_the_interval_and_moves_the_local_times() -> None:
    interval = {
        "kind": "interval",
        "every_seconds": 3600,
        "anchor": "2026-01-01T00:00:00Z",
        "timezone": "Europe/London",
    }

    assert said(interval, "clock_change", datetime(2026, 10, 20, tzinfo=UTC)) == (
        "2026年10月25日に時計が1時間戻ります（ロンドン時間）。間隔は変わらず、現地の時刻が1時間早くなります。",
        "On 25 October 2026 the clocks go back by 1 hour (London time). The interval stays; the local times of the "
        "runs become 1 hour earlier.",
    )


def test_no_clock_change_is_told_where_there_is_none_or_the_rule_has_ended_before_it() -> None:
    before = datetime(2026, 10, 20, tzinfo=UTC)

    assert codes(daily("8:10", timezone="Asia/Kolkata"), before) == []
    assert codes(daily("8:10", timezone="Europe/London", ends_at="2026-10-24T12:00:00Z"), before) == []
    assert codes(daily("8:10", timezone="Europe/London"), datetime(2026, 7, 1, tzinfo=UTC)) == []


def test_a_first_run_far_away_is_pointed_out_with_its_date() -> None:
    assert said({"kind": "once", "at": "2206-12-31T09:00:00+09:00"}, "far_ahead") == (
        "次の実行は1年以上先の2206年12月31日です。",
        "The next run is more than a year away, on 31 December 2206.",
    )


def test_both_day_fields_and_wide_steps_are_pointed_out() -> None:
    assert codes({"kind": "cron", "cron": "0 0 13 * 5"}) == ["cron_either_day"]
    assert codes({"kind": "cron", "cron": "0 0 */2 * 5"}) == []
    assert codes({"kind": "cron", "cron": "*/90 * * * *"}) == ["cron_wide_step"]
    assert codes({"kind": "cron", "cron": "*/30 * * * *"}) == []


def test_many_runs_a_day_are_counted() -> None:
    assert said({"kind": "interval", "every_seconds": 5, "anchor": "2026-01-01T00:00:00Z"}, "very_often") == (
        "1日に17,280回実行されます。",
        "This runs 17,280 times a day.",
    )


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        (daily("17:00"), True),
        (daily("17:30"), True),
        (daily("7:30"), True),
        (daily("18:00"), False),
        (daily("8:10", "17:40"), False),
        (daily("12:00"), False),
        # The evening's list is missed by the run at 17:00 but fetched by the next one.
        (daily("17:00", "18:30"), False),
        ({"kind": "cron", "cron": "*/5 * * * *"}, False),
        ({"kind": "weekly", "times": ["17:00"], "weekdays": ["fri"]}, True),
        # Nothing is published on a Saturday.
        ({"kind": "weekly", "times": ["17:00"], "weekdays": ["sat"]}, False),
        ({"kind": "monthly", "times": ["17:29"], "month_days": ["trading:-1"]}, True),
        ({"kind": "once", "at": "2026-11-25T17:00:00+09:00"}, True),
        (daily("3:00", timezone="America/New_York", ends_at="2027-01-01T00:00:00Z"), True),
    ],
)
def test_a_run_just_before_new_data_is_pointed_out_unless_another_follows_soon(
    definition: dict[str, Any], told: bool
) -> None:
    assert ("before_publication" in codes(definition, publication=J_QUANTS)) is told
    assert "before_publication" not in codes(definition)


def test_the_publication_is_named_with_its_hours_and_zone() -> None:
    assert said(daily("17:00"), "before_publication", publication=J_QUANTS) == (
        "17:00の実行はJ-Quantsのデータ更新（8:00頃・17:30頃）の直前のため、更新前のデータを取得します。更新後の時刻をおすすめします。",
        "The run at 17:00 comes shortly before J-Quants publishes new data (about 8:00 and 17:30), so it may fetch the "
        "old ones. Choose a time after that.",
    )
    assert said(daily("8:30", timezone="UTC"), "before_publication", publication=J_QUANTS)[0] == (
        "8:30の実行はJ-Quantsのデータ更新（日本時間8:00頃・17:30頃）と同時刻のため、更新前のデータを取得することがあります。"
        "更新後の時刻をおすすめします。"
    )


def test_every_notice_is_a_sentence_in_both_languages() -> None:
    for cron in random_expressions(300, seed=5):
        definition = {"kind": "cron", "cron": cron, "timezone": "Europe/London", "trading_day_rule": "next"}
        try:
            rule = parse_definition(definition)
        except DefinitionError:
            continue
        for notice in notices_of(rule, datetime(2027, 12, 20, tzinfo=UTC), J_QUANTS):
            assert notice.ja.endswith("。"), notice
            assert not re.search("[A-Za-z]", notice.ja.replace("J-Quants", "")), notice
            assert notice.en.endswith("."), notice
            assert notice.en.isascii(), notice
