"""A run that a person has skipped or moved once: said wherever the schedule's runs are shown."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from schedules.actors import acting
from schedules.models import APIEndpointSchedule
from schedules.services.calendar_feeds import make_feed
from schedules.services.occurrence_upkeep import record_passed
from schedules.services.occurrences import move_occurrence, skip_occurrence, undo_change
from tests.support.builders import a_schedule

pytestmark = pytest.mark.django_db

#: A Tuesday, 10:00 in Tokyo.
NOW = datetime(2026, 10, 20, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Wednesday 08:10 and 10:30.
AT, LATER = datetime(2026, 10, 20, 23, 10, tzinfo=UTC), datetime(2026, 10, 21, 1, 30, tzinfo=UTC)
LIST = "/admin/schedules/apiendpointschedule/"
Look = Callable[..., str]


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def look(boss: User) -> Look:
    """Return the text of a page as a screen reader has it, with the titles of what is drawn."""
    client = Client()
    client.force_login(boss)

    def text_of(address: str, language: str = "en") -> str:
        answer = client.get(address, headers={"accept-language": language})
        assert answer.status_code == 200
        html = re.sub(r'(?:aria-label|title)="([^"]*)"', r">\1<", answer.content.decode())
        text = " ".join(re.sub(r"<[^>]*>", " ", html).split())
        # Distances change while one looks.
        return re.sub(r"in \d+ h \d+ min ", "", text)

    return text_of


@pytest.fixture
def schedule() -> APIEndpointSchedule:
    return a_schedule(name="Morning")


def skip(schedule: APIEndpointSchedule, by: User, at: datetime = AT) -> None:
    skip_occurrence(schedule.pk, at, now=NOW, by=by, reason="Stocktaking")


def move(schedule: APIEndpointSchedule, by: User, at: datetime = AT, to: datetime = LATER) -> None:
    move_occurrence(schedule.pk, at, to=to, now=NOW, by=by, reason="Source is late")


def test_the_overview_lists_a_skipped_run_at_its_time_with_who_and_why(
    look: Look, boss: User, schedule: APIEndpointSchedule
) -> None:
    skip(schedule, boss)

    page = look("/admin/")

    assert "Wed 21 Oct 08:10 Morning skipped once by boss: Stocktaking" in page


def test_the_overview_lists_a_moved_run_at_both_times(look: Look, boss: User, schedule: APIEndpointSchedule) -> None:
    move(schedule, boss, to=AT + HOUR)

    page = look("/admin/")

    assert "08:10 Morning moved to 09:10 by boss: Source is late" in page
    assert "09:10 Morning moved from 08:10 by boss: Source is late" in page


@pytest.mark.parametrize("number", [1, 20], ids=["by schedule", "by the hour"])
def test_the_time_line_tells_of_what_is_left_out_today(look: Look, boss: User, number: int) -> None:
    for index in range(number):
        schedule = a_schedule(name=f"Noon {index}", execution_times={"times": ["12:00", "18:00"]})
    skip(schedule, boss, at=NOW + 2 * HOUR)
    move(schedule, boss, at=NOW + 8 * HOUR, to=NOW + 9 * HOUR)

    page = look("/admin/")

    assert "12:00 skipped once by boss: Stocktaking" in page
    assert "18:00 moved to 19:00 by boss: Source is late" in page
    assert "19:00 moved from 18:00 by boss: Source is late" in page


def test_a_schedule_whose_only_run_of_today_is_skipped_keeps_its_lane(look: Look, boss: User) -> None:
    schedule = a_schedule(name="Noon", execution_times={"times": ["12:00"]})
    skip(schedule, boss, at=NOW + 2 * HOUR)

    page = look("/admin/")

    assert "Noon: nothing; 12:00 skipped once by boss: Stocktaking" in page
    assert "Nothing ran today" not in page


def test_the_list_says_that_the_next_run_of_the_rule_is_not_the_next_run(
    look: Look, boss: User, schedule: APIEndpointSchedule
) -> None:
    moved = a_schedule(name="Moved")
    skip(schedule, boss)
    move(moved, boss)
    a_schedule(name="Plain", execution_times={"times": ["09:00"]})

    page = look(LIST)

    assert "Thu 22 Oct 08:10 in 2 days Wed 21 Oct 08:10: skipped once: Stocktaking" in page
    assert "Wed 21 Oct 10:30 in 1 day moved from 08:10: Source is late" in page
    assert page.count("skipped once") == 1


def test_the_only_run_that_is_skipped_is_said_where_no_next_run_is(look: Look, boss: User) -> None:
    schedule = a_schedule(name="Once", schedule_type="once", run_at=AT)
    skip(schedule, boss)

    page = look(LIST)
    assert "Wed 21 Oct 08:10: skipped once: Stocktaking" in page


@pytest.mark.parametrize("view", ["day", "week", "month"])
def test_the_calendar_marks_both_places_of_a_moved_run_and_the_place_of_a_skipped_one(
    look: Look, boss: User, schedule: APIEndpointSchedule, view: str
) -> None:
    skipped = a_schedule(name="Skipped", execution_times={"times": ["12:00"]})
    skip(skipped, boss, at=NOW + 26 * HOUR)
    move(schedule, boss)

    page = look(f"{LIST}calendar/?view={view}&on=2026-10-21")

    assert "– 08:10 → 10:30 Morning : moved to 10:30 by boss: Source is late" in page
    assert "○ 10:30 ← 08:10 Morning : to come · moved from 08:10 by boss: Source is late" in page
    assert "– 12:00 skipped Skipped : skipped once by boss: Stocktaking" in page
    assert "Skipped or moved this once" in page


def test_a_run_that_is_moved_to_another_day_is_marked_on_both_days(
    look: Look, boss: User, schedule: APIEndpointSchedule
) -> None:
    move(schedule, boss, to=LATER + DAY)

    page = look(f"{LIST}calendar/?view=week&on=2026-10-21")

    assert "– 08:10 → Thu 22 Oct 10:30 Morning" in page
    assert "○ 10:30 ← Wed 21 Oct 08:10 Morning" in page


def test_a_moved_run_of_a_schedule_that_runs_often_is_not_lost_in_a_number(look: Look, boss: User) -> None:
    rounds = a_schedule(name="Rounds", schedule_type="cron", execution_times=None, cron_expression="0 * * * *")
    move(rounds, boss, at=NOW + 26 * HOUR, to=NOW + 26 * HOUR + HOUR / 2)

    page = look(f"{LIST}calendar/?view=week&on=2026-10-21")

    assert "– 12:00 → 12:30 Rounds : moved to 12:30 by boss" in page
    assert "○ 12:30 ← 12:00 Rounds : to come · moved from 12:00 by boss" in page
    assert "00:00–23:00 ×23 Rounds : 23 runs to come" in page


def test_what_the_ledger_tells_of_already_is_not_told_twice(
    look: Look, boss: User, schedule: APIEndpointSchedule
) -> None:
    skip(schedule, boss)
    with time_machine.travel(AT + HOUR):
        record_passed(AT + HOUR)
        page = look(f"{LIST}calendar/?view=day&on=2026-10-21")
        overview = look("/admin/")

    assert page.count("08:10 Morning :") == 1
    assert "– 08:10 Morning : Skipped: A person skipped this one run. Stocktaking" in page
    assert "skipped once by" not in overview


def test_the_feed_calls_a_skipped_run_off_and_moves_a_moved_one(boss: User, schedule: APIEndpointSchedule) -> None:
    _feed, secret = make_feed(boss, name="phone", language="en")

    def events() -> dict[str, Any]:
        answer = Client().get(f"/calendar/{secret}.ics")
        return {str(event["uid"]): event for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}

    key = f"schedule-{schedule.pk}-20261020T231000Z@stockura"
    assert "status" not in events()[key]
    skip(schedule, boss)
    skipped = events()[key]
    assert (skipped["status"], skipped["summary"]) == ("CANCELLED", "Morning (skipped once)")
    assert skipped["description"] == "Stocktaking"
    move(schedule, boss)
    moved = events()[key]
    assert "status" not in moved
    assert moved["dtstart"].dt == LATER
    assert "moved once from 21 October 8:10: Source is late" in moved["description"]
    undo_change(schedule.pk, AT, now=NOW)
    assert events()[key]["dtstart"].dt == AT


def test_the_history_of_the_schedule_tells_what_was_decided_about_single_runs_and_by_whom(
    look: Look, boss: User, schedule: APIEndpointSchedule
) -> None:
    other = a_schedule(name="Other")
    skip(other, boss)
    with acting(reason="It was wrong"):
        skip(schedule, boss)
        move(schedule, boss)
        undo_change(schedule.pk, AT, now=NOW)

    for address in (f"{LIST}{schedule.pk}/history/", f"{LIST}{schedule.pk}/change/"):
        page = look(address)
        assert "One run skipped" in page
        assert "Wed 21 Oct 08:10 as the rule has it skipped once" in page
        assert "Wed 21 Oct 08:10 skipped once moved to Wed 21 Oct 10:30" in page
        assert "One-time change undone" in page
        assert "Wed 21 Oct 08:10 moved to Wed 21 Oct 10:30 as the rule has it" in page
        assert "It was wrong" in page
    assert page.count("One run skipped") == 1
    deleted = schedule.pk
    schedule.delete()
    assert "One run skipped" in look(f"{LIST}{deleted}/history/")


def test_who_undoes_a_change_can_say_why(look: Look, boss: User, schedule: APIEndpointSchedule) -> None:
    skip(schedule, boss)
    client = Client()
    client.force_login(boss)
    sent = {"at": AT.isoformat(), "do": "undo", "reason": "The stocktaking is off"}
    client.post(f"{LIST}{schedule.pk}/occurrence/", sent)

    assert "Reason The stocktaking is off" in look(f"{LIST}{schedule.pk}/history/")


def test_more_changes_cost_no_more_queries(look: Look, boss: User) -> None:
    addresses = ("/admin/", LIST, f"{LIST}calendar/?view=week")
    schedules = [a_schedule(name=f"S{number}") for number in range(6)]

    def queries() -> list[int]:
        counts = []
        for address in addresses:
            look(address)
            with CaptureQueriesContext(connection) as captured:
                look(address)
            counts.append(len(captured))
        return counts

    skip(schedules[0], boss)
    few = queries()
    for schedule in schedules[1:]:
        skip(schedule, boss)
    assert queries() == few
