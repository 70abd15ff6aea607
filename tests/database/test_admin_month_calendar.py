"""The small calendars of the preview: which days run, are skipped or moved, in figures and in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from schedules.admin.month_calendar import Cell, Month, months_of
from schedules.admin.previews import pane_of_schedule
from schedules.models import ExceptionalDay
from schedules.recurrence import parse_definition
from schedules.services.switching import pause_schedule
from tests.support.builders import a_schedule

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 10, 20, tzinfo=UTC)


def cells(month: Month) -> dict[int, Cell]:
    return {int(cell.number): cell for week in month.weeks for cell in week if cell}


@pytest.mark.parametrize(
    ("language", "weekday", "moved", "away"),
    [
        ("en", "Sun", "08:00; moved from Tue 3 Nov: Culture Day", "moved to Wed 4 Nov: Culture Day"),
        ("ja", "日", "文化の日", "文化の日"),
    ],
)
def test_a_moved_day_is_marked_where_it_was_and_where_it_went(
    language: str, weekday: str, moved: str, away: str
) -> None:
    rule = parse_definition({"kind": "monthly", "month_days": [3], "times": ["08:00"], "trading_day_rule": "next"})
    with translation.override(language):
        october, november = months_of(rule, after=NOW - timedelta(days=18), now=NOW)
        assert october.weekdays[0][0] == weekday
        days = cells(november)
    # 3 October was a Saturday; its run on the 5th lies ahead of that moment.
    assert cells(october)[5].kind == "moved"
    assert (days[3].kind, days[4].kind, days[5].kind) == ("away", "moved", "")
    assert moved in days[4].text
    assert away in days[3].text
    assert cells(october)[20].is_today


def test_skipped_days_say_why_also_those_of_the_staffs_own_table() -> None:
    ExceptionalDay.objects.create(on="2026-11-12", is_open=False, reason_ja="障害", reason_en="Outage")
    schedule = a_schedule(trading_day_rule="skip", execution_times={"times": ["08:10", "25:00"]})
    with translation.override("en"):
        _october, november = pane_of_schedule(schedule, now=NOW).months
    days = cells(november)
    assert (days[11].kind, days[11].text) == ("runs", "08:10, 25:00")
    assert (days[12].kind, days[12].text) == ("skipped", "no run: Outage")
    assert (days[14].kind, days[14].text) == ("skipped", "no run: Saturday")
    assert november.summary == "18 days with runs · 12 skipped"


def test_a_day_with_a_run_is_not_listed_among_those_without_for_what_its_short_month_lacks() -> None:
    schedule = a_schedule(schedule_type="monthly", month_days=[31, "last"], execution_times={"times": ["18:00"]})
    both = pane_of_schedule(schedule, now=NOW)
    schedule.month_days = [31]
    alone = pane_of_schedule(schedule, now=NOW)
    assert [run.day for run in both.runs][1] == alone.skipped[0].day
    assert both.skipped == []


def test_nothing_is_marked_before_the_end_of_a_pause() -> None:
    schedule = a_schedule()
    pause_schedule(schedule.pk, now=NOW, until=NOW + timedelta(days=20), reason="x")
    schedule.refresh_from_db()
    november, december = pane_of_schedule(schedule, now=NOW).months
    runs = [day for day, cell in cells(november).items() if cell.kind == "runs"]
    assert runs == list(range(10, 31))
    assert all(cell.kind == "runs" for cell in cells(december).values())


def test_the_months_begin_where_the_first_run_is_and_end_where_there_is_none() -> None:
    once = a_schedule(schedule_type="once", run_at=datetime(2030, 2, 28, 23, tzinfo=UTC))
    with translation.override("en"):
        assert [month.title for month in pane_of_schedule(once, now=NOW).months] == ["March 2030", "April 2030"]
    assert pane_of_schedule(once, now=datetime(2031, 1, 1, tzinfo=UTC)).months == []


def test_days_that_run_all_day_are_counted() -> None:
    often = a_schedule(schedule_type="interval", interval_seconds=60, starts_at=timezone.now())
    with translation.override("en"):
        month = pane_of_schedule(often, now=timezone.now()).months[1]
    assert cells(month)[15].text == "1440 runs"
