"""The calendar page and its feed: what ran, what comes and what does not run, day by day, short enough to be read."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schedules import calendar_days
from schedules.calendar_days import Span, days_of
from schedules.models import APIEndpointSchedule, CalendarFeed, ExceptionalDay, ScheduleRun
from schedules.services.calendar_feeds import make_feed
from tests.support.builders import a_run, a_schedule, an_endpoint

pytestmark = pytest.mark.django_db

#: A Tuesday, 10:00 in Tokyo.
NOW = datetime(2026, 10, 20, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PAGE = "/admin/schedules/apiendpointschedule/calendar/"


@pytest.fixture(autouse=True)
def _at_ten() -> Any:
    # The clock goes on: what a process has read of a schedule is told apart by when it was saved.
    with time_machine.travel(NOW):
        yield


def a_reader(*permissions: str, **fields: Any) -> User:
    user = User.objects.create_user("reader", is_staff=True, **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def page(address: str = "", user: User | None = None, language: str = "en") -> str:
    client = Client()
    client.force_login(user or User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("boss"))
    answer = client.get(PAGE + address, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def cell(html: str, day: str) -> str:
    """Return the text of the cell whose day is titled ``day``, as a screen reader has it."""
    found = next(part for part in re.findall(r"<td.*?</td>", html, re.S) if f'aria-label="{day}"' in part)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_a_week_shows_what_ran_what_comes_and_why_a_day_is_closed() -> None:
    schedule = a_schedule(name="Morning", trading_day_rule="skip")
    a_run(schedule, state="failed", scheduled_for=NOW - timedelta(hours=25, minutes=50), created_at=NOW - DAY)
    ExceptionalDay.objects.create(on="2026-10-22", is_open=False, reason_ja="障害", reason_en="Outage")

    html = page("?view=week&on=2026-10-20")

    assert "✕ 08:10 Morning : Failed" in cell(html, "Mon 19 Oct")
    assert "○ 08:10 Morning : to come" in cell(html, "Wed 21 Oct")
    assert cell(html, "Thu 22 Oct") == "22 Thu Outage 1 does not run"
    assert cell(html, "Sat 24 Oct") == "24 Sat Saturday"


def test_days_before_a_schedule_was_in_force_are_none_of_its_days_without_a_run() -> None:
    schedule = a_schedule(name="Morning", trading_day_rule="skip", excluded_dates=["2026-10-19", "2026-10-20"])
    a_schedule(name="Paused", excluded_dates=["2026-10-21"])
    APIEndpointSchedule.objects.filter(name="Paused").update(paused_at=NOW, paused_until=NOW + 2 * DAY)

    week = "?view=week&on=2026-10-20"
    assert "does not run" not in cell(page(week), "Mon 19 Oct")
    assert "does not run" not in cell(page(week), "Tue 20 Oct")
    assert "does not run" not in cell(page(week), "Wed 21 Oct")
    # In force since a week ago, both were its days.
    APIEndpointSchedule.objects.filter(pk=schedule.pk).update(effective_from=NOW - 7 * DAY, updated_at=NOW + DAY)
    assert "1 does not run" in cell(page(week), "Mon 19 Oct")
    assert "1 does not run" in cell(page(week), "Tue 20 Oct")


def test_what_a_person_had_run_stands_on_the_day_on_which_it_ran() -> None:
    schedule = a_schedule(name="Morning")
    a_run(schedule, trigger="backfill", scheduled_for=NOW - DAY, created_at=NOW)
    a_run(schedule, trigger="manual", scheduled_for=None, created_at=NOW)

    week = page("?view=week&on=2026-10-20")

    assert cell(week, "Tue 20 Oct").count("Morning : Succeeded") == 2
    assert "Morning" not in cell(week, "Mon 19 Oct")


def test_the_zone_of_the_times_is_named_as_people_call_it() -> None:
    assert "日本時間" in page(language="ja")
    assert "Asia/Tokyo" not in page(language="ja")


def test_a_schedule_that_runs_often_is_one_line_a_day_on_both_sides_of_now() -> None:
    schedule = a_schedule(name="Rounds", schedule_type="interval", execution_times=None, interval_seconds=900)
    for number in range(8):
        moment = NOW - timedelta(minutes=15 * (number + 1))
        state = ScheduleRun.State.MISSED if number == 3 else ScheduleRun.State.SUCCEEDED
        a_run(schedule, state=state, scheduled_for=moment, created_at=moment)

    today = cell(page(), "Tue 20 Oct")

    assert "✕ ×8 Rounds : 1 failed or missed, 7 succeeded" in today
    assert "○ 10:15–23:45 ×55 Rounds : 55 runs to come" in today
    assert "○ 00:00–23:45 ×96 Rounds : 96 runs to come" in cell(page(), "Wed 21 Oct")


def test_schedules_that_call_one_endpoint_in_the_same_minute_are_marked_but_not_with_what_always_runs() -> None:
    a_schedule(name="A")
    a_schedule(name="B", schedule_type="cron", execution_times=None, cron_expression="10 8 * * *")
    a_schedule(name="Hourly", schedule_type="cron", execution_times=None, cron_expression="10 * * * *")
    a_schedule(name="Rounds", schedule_type="cron", execution_times=None, cron_expression="*/10 * * * *")
    a_schedule(name="Elsewhere", endpoint=an_endpoint(name="other"))

    tomorrow = cell(page(), "Wed 21 Oct")

    assert "⚠ 08:10 A : to come · In the same minute, with the same endpoint: B, Hourly" in tomorrow
    assert "○ 08:10 Elsewhere : to come" in tomorrow
    assert "to come · In" not in tomorrow.partition("Elsewhere")[2].partition("Rounds")[0]


def test_a_month_counts_what_does_not_fit_and_never_hides_a_failure() -> None:
    endpoint = an_endpoint()
    for number in range(9):
        schedule = a_schedule(name=f"S{number}", endpoint=endpoint, execution_times={"times": [f"{number:02}:30"]})
        moment = datetime(2026, 10, 19, number, 30, tzinfo=UTC) - timedelta(hours=9)
        a_run(schedule, state="failed" if number == 8 else "succeeded", scheduled_for=moment, created_at=moment)

    yesterday = cell(page("?view=month"), "Mon 19 Oct")

    assert "✕ 08:30 S8 : Failed" in yesterday
    assert "and 5 more" in yesterday
    assert "S8" in cell(page("?view=day&on=2026-10-19"), "Mon 19 Oct")


def test_of_very_many_schedules_too_each_run_is_told_at_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    morning, second, busy = (a_schedule(name=name) for name in ("Morning", "Second", "Busy"))
    for schedule in (morning, second):
        a_run(schedule, scheduled_for=NOW - timedelta(hours=25, minutes=50), created_at=NOW - DAY)
    for minute in range(10):
        a_run(busy, scheduled_for=NOW - DAY + timedelta(minutes=minute), created_at=NOW - DAY)
    # Then those that are not wanted are named to the database, instead of all that are.
    monkeypatch.setattr(calendar_days, "MOST_SCHEDULES", 1)
    week = Span(date(2026, 10, 18), date(2026, 10, 24), ZoneInfo("Asia/Tokyo"))
    with CaptureQueriesContext(connection) as captured:
        days = days_of(week, [], now=NOW, with_runs=True)
    assert any("NOT" in query["sql"] and str(busy.pk) in query["sql"] for query in captured)
    told = [(entry.name, entry.number, entry.run_id is not None) for day in days for entry in day]
    assert sorted(told) == [("Busy", 10, False), ("Morning", 1, True), ("Second", 1, True)]


def test_filters_leave_only_what_was_asked_for() -> None:
    other = an_endpoint(name="other")
    a_schedule(name="Morning", endpoint=an_endpoint())
    a_schedule(name="Evening", endpoint=other)

    assert "Morning" not in cell(page(f"?endpoint={other.pk}"), "Wed 21 Oct")
    assert "Evening" not in cell(page("?q=MORN"), "Wed 21 Oct")
    assert "Veterans" not in cell(page("?on=2026-11-26"), "Thu 26 Nov")
    assert "Thanksgiving" in cell(page("?on=2026-11-26&exchange=XNYS"), "Thu 26 Nov")


@pytest.mark.parametrize(
    "address",
    [
        "?on=0001-01-01",
        "?on=9999-12-31",
        "?on=2026-02-30&view=year",
        "?endpoint=x&exchange=%00",
        "?endpoint=" + "9" * 40,
        "?on=1901-01-01&view=month",
        "?on=9799-12-31&view=month",
        "?q=" + "%F0%9F%A6%8A" * 300,
    ],
)
def test_no_address_breaks_the_page(address: str) -> None:
    a_schedule()
    assert "Calendar" in page(address)


def test_the_page_is_for_those_who_may_see_schedules_and_shows_runs_only_to_those_who_may_see_runs() -> None:
    a_run(a_schedule(name="Morning"), state="failed", scheduled_for=NOW, created_at=NOW)
    stranger = Client()
    stranger.force_login(User.objects.create_user("stranger", is_staff=True))
    assert stranger.get(PAGE).status_code == 403
    assert "Failed" not in cell(page(user=a_reader("view_apiendpointschedule")), "Tue 20 Oct")


def test_more_schedules_cost_no_more_queries() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page()
        return len(captured)

    a_schedule()
    page()
    few = queries()
    for _ in range(20):
        a_schedule()
    page()
    assert queries() <= few


def test_a_feed_holds_the_coming_weeks_in_its_language_with_identities_that_stay() -> None:
    user = User.objects.create_superuser("boss")
    a_schedule(name="朝の同期", schedule_type="monthly", month_days=[3], trading_day_rule="next")
    rounds = a_schedule(name="巡回", schedule_type="interval", execution_times=None, interval_seconds=900)
    _feed, secret = make_feed(user, name="phone", language="ja")

    answer = Client().get(f"/calendar/{secret}.ics")

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    morning = next(event for event in events if event["summary"] == "朝の同期")
    # 3 November is Culture Day.
    assert morning["dtstart"].dt == datetime(2026, 11, 3, 23, 10, tzinfo=UTC)
    assert "文化の日" in morning["description"]
    tomorrow = next(event for event in events if event["uid"] == f"schedule-{rounds.pk}-20261021@stockura")
    assert tomorrow["summary"] == "巡回 (96回)"
    assert len({event["uid"] for event in events}) == len(events)
    same = Client().get(f"/calendar/{secret}.ics", headers={"if-none-match": answer.headers["ETag"]})
    assert same.status_code == 304
    assert CalendarFeed.objects.get().last_read_at >= NOW


def test_a_feed_ends_with_its_subscription_its_person_and_their_permission() -> None:
    user = a_reader("view_apiendpointschedule")
    feed, secret = make_feed(user, name="phone", language="en")
    address = f"/calendar/{secret}.ics"
    assert Client().get(address).status_code == 200
    assert secret not in str(CalendarFeed.objects.values().get())

    user.user_permissions.clear()
    assert Client().get(address).status_code == 404
    user.user_permissions.set(Permission.objects.filter(codename="view_apiendpointschedule"))
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert Client().get(address).status_code == 404
    User.objects.filter(pk=user.pk).update(is_active=True)
    feed.delete()
    assert Client().get(address).status_code == 404
    assert Client().post(address).status_code == 405


def test_a_person_makes_a_feed_sees_its_address_once_and_nobody_elses_feeds() -> None:
    make_feed(User.objects.create_superuser("boss"), name="of the boss", language="en")
    client = Client()
    client.force_login(a_reader("view_apiendpointschedule"))

    made = client.post("/admin/schedules/calendarfeed/add/", {"name": "my phone", "language": "en"}, follow=True)

    listed = made.content.decode()
    assert "of the boss" not in listed
    [address] = re.findall(r"http://testserver(/calendar/[^<\"]+\.ics)", listed)
    assert "no-store" in made.headers["Cache-Control"]
    assert all("calendar" not in cookie.value for cookie in client.cookies.values())
    assert Client().get(address).status_code == 200
    assert address not in client.get("/admin/schedules/calendarfeed/").content.decode()
    mine = CalendarFeed.objects.get(name="my phone")
    client.post(f"/admin/schedules/calendarfeed/{mine.pk}/delete/", {"post": "yes"})
    assert Client().get(address).status_code == 404
