"""Crontab lines, Celery's crontab values and django-celery-beat's rows keep their meaning, or say where they cannot."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from celery.schedules import crontab

from schedules.recurrence import (
    DefinitionError,
    describe,
    import_beat_row,
    import_celery_crontab,
    import_crontab_line,
    notices_of,
    parse_definition,
)
from tests.support.effort import IS_LONG

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NAMES = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")
app = Celery("import", set_as_current=False)


def times_of_celery(values: dict[str, Any], count: int) -> list[datetime]:
    """Return what Celery itself would run at, one after the other, from ``NOW`` on."""
    found, clock = [], [NOW]
    schedule = crontab(**values, nowfun=lambda: clock[0], app=app)
    for _ in range(count):
        clock[0] += schedule.remaining_estimate(clock[0])
        found.append(clock[0])
    return found


def times_here(definition: dict[str, Any], count: int) -> list[datetime]:
    return [run.at for run in parse_definition(definition).occurrences(NOW, limit=count)]


def random_values(choose: random.Random) -> dict[str, Any]:
    spans = {
        "minute": (0, 59),
        "hour": (0, 23),
        "day_of_week": (0, 6),
        "day_of_month": (1, 28),
        "month_of_year": (1, 12),
    }
    return {name: _random_value(choose, *spans[name]) for name in NAMES if choose.random() < 0.7}


def _random_value(choose: random.Random, low: int, high: int) -> Any:
    first, last = choose.randint(low, high), choose.randint(low, high)
    return choose.choice(
        (
            first,
            f"{first}",
            f"*/{choose.randint(1, high)}",
            # Backward ranges wrap around in Celery.
            f"{first}-{last}",
            f"{first}-{last}/{choose.randint(1, 5)}",
            f"{first},{last}",
            f"{first},*/{choose.randint(2, high)}",
            {first, last},
            [first, last],
        )
    )


@pytest.mark.parametrize("seed", range(300 if IS_LONG else 80))
def test_a_celery_crontab_fires_at_the_same_times_here_or_a_notice_says_why_not(seed: int) -> None:
    values = random_values(random.Random(seed))
    definition, notices = import_celery_crontab(**values, timezone="UTC")
    # Celery looks for each of its times day by day: most of what this costs.
    count = 12 if IS_LONG else 6
    expected = times_of_celery(values, count)

    if notices:
        assert [notice.code for notice in notices] == ["celery_both_days"]
        # Said only where both fields limit the dates; then Celery's dates are among ours.
        until = expected[-1]
        assert set(expected) <= {run.at for run in parse_definition(definition).occurrences(NOW, until=until)}
    else:
        assert times_here(definition, count) == expected


def test_few_celery_crontabs_need_the_notice() -> None:
    told = [bool(import_celery_crontab(**random_values(random.Random(seed)), timezone="UTC")[1]) for seed in range(300)]

    assert 0 < sum(told) < 60


@pytest.mark.parametrize(
    ("values", "cron", "japanese"),
    [
        ({}, "* * * * *", "毎分"),
        ({"minute": 0, "hour": "8,17"}, "0 8,17 * * *", "毎日 8:00、17:00"),
        ({"minute": 0, "hour": "22-2"}, "0 0-2,22-23 * * *", "毎日 0:00、1:00、2:00、22:00、23:00"),
        ({"minute": "10", "hour": 8, "day_of_week": "mon-fri"}, "10 8 * * 1-5", "毎週月〜金 8:10"),
        ({"minute": 0, "hour": 9, "day_of_week": "fri-mon"}, "0 9 * * 0-1,5-6", "毎週月・金〜日 9:00"),
        ({"minute": 0, "hour": 9, "day_of_week": "monday"}, "0 9 * * 1", "毎週月曜日 9:00"),
        (
            {"minute": 0, "hour": 9, "month_of_year": "jan,mar", "day_of_month": 1},
            "0 9 1 1,3 *",
            "毎年1月・3月の1日 9:00",
        ),
        # A list stays a list of times, which a clock change treats otherwise than a step.
        ({"minute": "0,30", "hour": [2]}, "0,30 2 * * *", "毎日 2:00、2:30"),
        ({"minute": "*/30", "hour": "2"}, "*/30 2 * * *", "毎日 2:00、2:30"),
        # Celery asks for both: the Mondays of the first week are the first Monday.
        (
            {"minute": 0, "hour": 9, "day_of_month": "1-7", "day_of_week": 1},
            "0 9 * * 1#1",
            "毎月第1月曜日 9:00",
        ),
        (
            {"minute": 0, "hour": 9, "day_of_month": "1,15", "day_of_week": 1},
            "0 9 */31,15 * 1",
            "毎月1日・15日（月曜日に当たる日のみ） 9:00",
        ),
        (
            {"minute": 0, "hour": 9, "day_of_month": 13, "day_of_week": "sun,mon"},
            "0 9 13 * */7,1",
            "毎月13日（月・日曜日に当たる日のみ） 9:00",
        ),
    ],
)
def test_celery_values_become_the_expression(values: dict[str, Any], cron: str, japanese: str) -> None:
    definition, notices = import_celery_crontab(**values, timezone="Asia/Tokyo")

    assert (definition["cron"], notices) == (cron, [])
    assert describe(parse_definition(definition), "ja") == japanese
    assert "cron_wide_step" not in [notice.code for notice in notices_of(parse_definition(definition), NOW)]


def test_where_both_days_cannot_be_asked_for_the_notice_says_so_in_both_languages() -> None:
    _, notices = import_celery_crontab(minute=0, hour=0, day_of_month=13, day_of_week="fri", timezone="Asia/Tokyo")

    assert [(notice.code, notice.ja) for notice in notices] == [
        (
            "celery_both_days",
            "Celeryでは日と曜日の両方に当たる日にだけ実行されますが、ここではどちらか一方に当たる日に実行されます。",
        )
    ]
    assert "match both the day of the month and the weekday" in notices[0].en


@pytest.mark.parametrize(
    "values",
    [
        *({"minute": value} for value in ("60", "*/0", "5/15", "", "1,,2", "x", "1-", "*/x")),
        *({"minute": value} for value in (60, -1, [61], ["1"], [], None, 1.5)),
        *({"day_of_week": value} for value in ("7", 7, "5L", "5#2", "L")),
        *({"day_of_month": value} for value in ("0", "32", "L", "15W", True)),
        *({"month_of_year": value} for value in ("0", 13, "foo")),
    ],
)  # fmt: skip
def test_what_celery_refuses_is_refused_with_the_field_and_the_value(values: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError) as caught:
        import_celery_crontab(**values, timezone="UTC")

    (problem,) = caught.value.problems
    assert problem.field == next(iter(values))
    assert "Celery's crontab knows" in str(problem)


@pytest.mark.parametrize(
    ("line", "cron", "codes"),
    [
        ("10 8 * * 1-5 /usr/bin/fetch --all", "10 8 * * 1-5", ["command_left_out"]),
        ("10 8 * * 1-5", "10 8 * * 1-5", []),
        ("  0\t8  * * mon-fri\troot  run  ", "0 8 * * mon-fri", ["command_left_out"]),
        ("@daily backup", "@daily", ["command_left_out"]),
        ("0 0 1,15 * 5 run", "0 0 1,15 * 5", ["command_left_out"]),
    ],
)
def test_a_crontab_line_keeps_its_expression_and_says_that_the_command_is_left_out(
    line: str, cron: str, codes: list[str]
) -> None:
    definition, notices = import_crontab_line(line, "Asia/Tokyo")

    assert definition == {"kind": "cron", "cron": cron, "timezone": "Asia/Tokyo"}
    assert [notice.code for notice in notices] == codes


@pytest.mark.parametrize(
    "line", ["", "  ", "# 0 8 * * *", "CRON_TZ=UTC", "PATH = /bin", "MAILTO=a@example.com", "0 8 * *", "0 8 * * 8 run",
             "@reboot run", "x" * 10_000, None]
)  # fmt: skip
def test_what_is_no_job_of_a_crontab_is_refused_with_a_sentence(line: Any) -> None:
    with pytest.raises(DefinitionError) as caught:
        import_crontab_line(line, "Asia/Tokyo")

    assert all(str(problem).endswith(".") for problem in caught.value.problems)


def imported(row: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    definition, notices = import_beat_row(row, now=NOW, timezone="UTC")
    return definition, [notice.code for notice in notices]


def test_a_crontab_row_keeps_its_own_zone() -> None:
    row = {"minute": "10", "hour": "8", "day_of_week": "1-5", "day_of_month": "*", "month_of_year": "*"}

    assert imported({"crontab": {**row, "timezone": "Asia/Tokyo"}}) == (
        {"kind": "cron", "cron": "10 8 * * 1-5", "timezone": "Asia/Tokyo"},
        [],
    )
    assert imported({"crontab": row})[0]["timezone"] == "UTC"


@pytest.mark.parametrize(
    ("every", "period", "seconds"),
    [(30, "seconds", 30), (5, "minutes", 300), (2, "hours", 7200), (1, "days", 86_400), (3_000_000, "microseconds", 3)],
)
def test_an_interval_row_is_counted_from_its_last_run(every: int, period: str, seconds: int) -> None:
    last = NOW - timedelta(seconds=10, microseconds=-123)
    definition, codes = imported({"interval": {"every": every, "period": period}, "last_run_at": last})

    assert definition["every_seconds"] == seconds
    assert definition["anchor"] == last.replace(microsecond=0).isoformat()
    assert codes == ["interval_anchored"]


def test_an_interval_row_that_has_never_run_first_runs_after_one_interval_or_at_its_start() -> None:
    interval = {"every": 1, "period": "hours"}
    start = NOW + timedelta(days=1)

    new, _ = imported({"interval": interval})
    later, _ = imported({"interval": interval, "start_time": start})
    assert times_here(new, 1) == [NOW + timedelta(hours=1)]
    assert times_here(later, 2) == [start, start + timedelta(hours=1)]


@pytest.mark.parametrize(
    ("every", "period"), [(500, "microseconds"), (0, "days"), (1, "weeks"), (-1, "hours"), ("5", "hours"), (None, None)]
)
def test_an_interval_of_less_than_a_second_is_refused(every: Any, period: Any) -> None:
    with pytest.raises(DefinitionError, match="whole seconds"):
        imported({"interval": {"every": every, "period": period}})


def test_a_clocked_row_becomes_a_single_run() -> None:
    at = datetime(2027, 1, 4, 0, 10, tzinfo=UTC)
    definition, codes = imported({"clocked": {"clocked_time": at}, "one_off": True})

    assert definition == {"kind": "once", "at": at.isoformat(), "timezone": "UTC"}
    assert codes == []


def test_a_one_off_row_of_another_kind_becomes_its_next_run() -> None:
    definition, codes = imported({"crontab": {"minute": "30", "hour": "*"}, "one_off": True})

    assert (definition["kind"], definition["at"]) == ("once", "2026-11-24T03:30:00+00:00")
    assert codes == ["one_off"]


def test_a_row_runs_from_its_start_and_no_more_from_the_moment_it_expires() -> None:
    row = {
        "crontab": {"minute": "0", "hour": "*"},
        "start_time": datetime(2026, 11, 24, 5, 0, tzinfo=UTC),
        "expires": datetime(2026, 11, 24, 7, 0, tzinfo=UTC),
    }
    definition, _ = imported(row)
    later, _ = imported({**row, "expires": datetime(2026, 11, 24, 7, 0, 0, 1, tzinfo=UTC)})

    assert [at.hour for at in times_here(definition, 10)] == [5, 6]
    assert [at.hour for at in times_here(later, 10)] == [5, 6, 7]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            {"solar": {"event": "sunset", "latitude": 35.6, "longitude": 139.7}},
            'The solar schedule "sunset" cannot be taken over: its times follow the sun and are never the same twice. '
            "Choose times of day.",
        ),
        ({}, "The row has no schedule. Choose a crontab, an interval or a clocked time for it."),
        (
            {"crontab": {"minute": "0"}, "one_off": True, "expires": NOW},
            "The row is to run only once, but its schedule does not run any more. Choose a date and time.",
        ),
    ],
)
def test_what_cannot_be_taken_over_says_why(row: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        imported(row)

    assert [str(problem) for problem in caught.value.problems] == [sentence]
