"""The list of schedules: what it says of each, its filters, and who sees what."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.admin import next_run_order, schedule_list
from schedules.admin.run_bars import Bar
from schedules.admin.schedules import APIEndpointScheduleAdmin
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.services.switching import pause_schedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.admin import ADD, LIST, in_force
from tests.support.builders import a_run, a_schedule, an_endpoint
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_list_says_the_rule_the_next_run_and_where_each_schedule_stands(chief: Client) -> None:
    a_schedule(name="on", trading_day_rule="skip")
    a_schedule(name="off", enabled=False)
    paused = a_schedule(name="paused")
    pause_schedule(paused.pk, now=timezone.now(), reason="exchange closed")
    dead = an_endpoint(name="dead", enabled=False)
    a_schedule(name="of a dead endpoint", endpoint=dead)
    a_schedule(name="over", schedule_type="once", run_at="2020-01-01T00:00+09:00")
    page = chief.get(LIST)
    rows = {schedule.name: schedule.place for schedule in page.context["cl"].result_list}
    assert {name: place.standing.value for name, place in rows.items()} == {
        "on": "in_force",
        "off": "off",
        "paused": "paused",
        "of a dead endpoint": "endpoint_off",
        "over": "ended",
    }
    text = page.content.decode()
    assert "Every day at 8:10 (only on trading days of the Tokyo Stock Exchange)" in text
    assert "exchange closed" in text
    assert [name for name, place in rows.items() if place.next_run_at] == ["on"]


def test_a_drift_from_the_engine_is_shown(chief: Client) -> None:
    schedule = a_schedule()
    APIEndpointSchedule.objects.filter(pk=schedule.pk).update(enabled=False)
    assert "Change not in force yet" in chief.get(LIST).content.decode()


@pytest.mark.parametrize("query", ["", "?o=1", "?q=schedule", "?last=dispatched", "?state=on&o=-1"])
def test_the_list_takes_as_many_queries_for_fifty_schedules_as_for_two(chief: Client, query: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = chief.get(LIST + query)
        assert page.context["cl"].result_count == APIEndpointSchedule.objects.count()
        return len(captured)

    def add(count: int) -> None:
        for _number in range(count):
            schedule = a_schedule(trading_day_rule="skip")
            ScheduleRun.objects.create(
                schedule=schedule, schedule_name=schedule.name, task="t", task_id=f"run {schedule.pk}"
            )

    add(2)
    chief.get(LIST + query)
    few = queries()
    add(48)
    assert queries() == few
    assert few <= 12


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=off", {"off"}),
        ("state=on", {"on", "failing"}),
        ("state=paused", {"paused"}),
        ("last=failed", {"failing"}),
        ("last=none", {"on", "off", "paused"}),
        ("q=fail", {"failing"}),
        ("schedule_type__exact=cron", set()),
        ("endpoint__id__exact=nonsense", {"on", "off", "paused", "failing"}),
        ("trading_day_rule__exact=skip", {"on"}),
    ],
)
def test_filters_and_search_find_what_they_say(chief: Client, query: str, names: set[str]) -> None:
    a_schedule(name="on", trading_day_rule="skip")
    a_schedule(name="off", enabled=False)
    pause_schedule(a_schedule(name="paused").pk, now=timezone.now(), reason="")
    failing = a_schedule(name="failing")
    for number, state in enumerate(("succeeded", "failed")):
        ScheduleRun.objects.create(
            schedule=failing, schedule_name="failing", task="t", task_id=str(number), state=state
        )
    found = chief.get(f"{LIST}?{query}").context["cl"].result_list
    assert {schedule.name for schedule in found} == names


@pytest.mark.parametrize("rare", [0, 10])
def test_the_newest_run_decides_the_last_result_whether_its_state_is_rare_or_not(
    chief: Client, monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr(schedule_list, "RARE", rare)
    moment = timezone.now() - timedelta(hours=1)
    mended, broken, both, new = (a_schedule(name=name) for name in ("mended", "broken", "both", "new"))
    # Of two that were recorded in one instant, the later key is the newer.
    for schedule, states, step in ((mended, "fs", 1), (broken, "sf", 1), (both, "sf", 0)):
        for number, state in enumerate(states):
            state = {"f": "failed", "s": "succeeded"}[state]
            a_run(schedule, state=state, created_at=moment + timedelta(minutes=number * step))
    ended = a_run(new, state="failed")
    ScheduleRun.objects.filter(pk=ended.pk).update(schedule=None)

    assert listed(chief, "?last=failed&o=1") == ["both", "broken"]
    assert listed(chief, "?last=succeeded") == ["mended"]
    assert listed(chief, "?last=none") == ["new"]
    assert listed(chief, "?last=running") == []


def test_readers_see_everything_and_change_nothing(staff_with: Callable[..., Client]) -> None:
    reader = staff_with("view_apiendpointschedule", "view_schedulerun")
    schedule = a_schedule()
    page = reader.get(f"{LIST}{schedule.pk}/change/").content.decode()
    assert "Every day at 8:10" in page
    assert "Next 10 runs" in page
    assert 'name="execution_times"' not in page
    assert "Switch off" not in page
    listed = reader.get(LIST).content.decode()
    assert schedule.name in listed
    assert "do/run/" not in listed
    for code in ("run", "pause", "resume", "enable", "disable"):
        assert reader.post(f"{LIST}do/{code}/", {"schedule": schedule.pk, "confirmed": "1"}).status_code == 403
    assert reader.post(f"{LIST}{schedule.pk}/change/", {"_preview": "1"}).status_code == 403
    assert reader.post(f"{LIST}{schedule.pk}/change/", {"name": "mine"}).status_code == 403
    assert reader.get(ADD).status_code == 403
    assert reader.get(f"{LIST}reconcile/").status_code == 403
    assert in_force() == {schedule.pk}


def test_running_and_pausing_have_permissions_of_their_own(staff_with: Callable[..., Client]) -> None:
    operator = staff_with("view_apiendpointschedule", "run_apiendpointschedule", "pause_apiendpointschedule")
    schedule = a_schedule()
    listed = operator.get(LIST).content.decode()
    assert "do/run/" in listed
    assert "do/pause/" in listed
    assert "do/disable/" not in listed
    assert operator.post(f"{LIST}do/run/", {"schedule": schedule.pk, "confirmed": "1"}).status_code == 302
    assert operator.post(f"{LIST}do/disable/", {"schedule": schedule.pk}).status_code == 403
    assert ScheduleRun.objects.count() == 1


def test_the_list_shows_the_latest_twenty_runs_of_each_schedule_in_their_order(chief: Client) -> None:
    busy, calm, new = a_schedule(name="busy"), a_schedule(name="calm"), a_schedule(name="new")
    start = timezone.now() - timedelta(days=1)
    for number in range(25):
        state = "failed" if number in (3, 7, 24) else "succeeded"
        a_run(busy, state=state, created_at=start + timedelta(minutes=number))
    a_run(calm, state="missed", scheduled_for=start)
    bars = {row.pk: row.bar for row in chief.get(LIST).context["cl"].result_list}
    drawn = [tone for tone, _place in strokes_of(bars[busy.pk])]
    assert drawn == ["good"] * 2 + ["bad"] + ["good"] * 16 + ["bad"]
    assert bars[busy.pk].summary == "The latest 20 runs: 2 failed or missed, 18 succeeded"
    # A single one stands at the right, where the newest is.
    assert strokes_of(bars[calm.pk]) == [("bad", "95")]
    assert f"{start.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}:" in bars[calm.pk].strokes
    assert bars[new.pk] is None


def strokes_of(bar: Bar) -> list[tuple[str, str]]:
    """Return the tone and the place of each stroke."""
    return re.findall(r'<rect class="sx-fill-(\w+)" x="([^"]+)"', bar.strokes)


def test_what_runs_next_comes_first_and_what_has_no_run_ahead_last(
    chief: Client, redis_server: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(APIEndpointScheduleAdmin, "list_per_page", 2)
    soon = {"schedule_type": "interval", "execution_times": None}
    a_schedule(name="xc", interval_seconds=7200, **soon)
    a_schedule(name="a", enabled=False)
    a_schedule(name="d", interval_seconds=3600, **soon)
    a_schedule(name="b", schedule_type="once", run_at="2020-01-01T00:00+09:00")

    def listed(query: str = "") -> list[str]:
        return [schedule.name for schedule in chief.get(LIST + query).context["cl"].result_list]

    assert listed() == ["d", "xc"]
    assert listed("?p=2") == ["a", "b"]
    assert listed("?all=") == ["d", "xc", "a", "b"]
    assert listed("?q=xc") == ["xc"]
    assert listed("?o=1") == ["a", "b"]
    redis_server.kill()
    assert listed() == ["a", "b"]


def in_many_pages(monkeypatch: pytest.MonkeyPatch, *, per_page: int = 2) -> None:
    """Few rows on a page and few entries looked at, so that a handful of schedules is a long list."""
    monkeypatch.setattr(APIEndpointScheduleAdmin, "list_per_page", per_page)
    monkeypatch.setattr(next_run_order, "LOOKED_AT_FIRST", 1)


def an_hourly(name: str, hours: int, **fields: Any) -> APIEndpointSchedule:
    timed = {"schedule_type": "interval", "execution_times": None, "interval_seconds": hours * 3600}
    return a_schedule(name=name, **timed, **fields)


def listed(client: Client, query: str = "") -> list[str]:
    return [schedule.name for schedule in client.get(LIST + query).context["cl"].result_list]


def test_each_page_goes_on_where_the_one_before_it_ended_whatever_is_filtered(
    chief: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_many_pages(monkeypatch)
    usual, other = an_endpoint(name="usual"), an_endpoint(name="other")
    for hours in range(1, 8):
        an_hourly(f"h{hours}", hours, endpoint=other if hours in (2, 6, 7) else usual)
    a_schedule(name="z", enabled=False, endpoint=usual)
    a_schedule(name="over", schedule_type="once", run_at="2020-01-01T00:00+09:00", endpoint=usual)

    pages = [listed(chief, f"?p={number}") for number in (1, 2, 3, 4, 5)]
    assert pages == [["h1", "h2"], ["h3", "h4"], ["h5", "h6"], ["h7", "over"], ["z"]]
    # What is filtered lies among the first entries, behind them, or in no entry at all.
    assert listed(chief, f"?endpoint__id__exact={other.pk}") == ["h2", "h6"]
    assert listed(chief, f"?endpoint__id__exact={other.pk}&p=2") == ["h7"]
    assert listed(chief, "?q=h") == ["h1", "h2"]
    assert listed(chief, "?q=h7") == ["h7"]
    assert listed(chief, "?state=off") == ["z"]
    assert listed(chief, "?q=nothing") == []
    assert listed(chief, "?q=h&o=-1&p=2") == ["h5", "h4"]
    # Far back all are ranked, with the same answer.
    monkeypatch.setattr(next_run_order, "FAR_BACK", 0)
    assert [listed(chief, f"?p={number}") for number in (1, 2, 3, 4, 5)] == pages


def test_a_column_that_was_chosen_decides_the_order_on_every_page(
    chief: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_many_pages(monkeypatch)
    for name, hours in (("d", 1), ("a", 2), ("c", 3), ("b", 4)):
        an_hourly(name, hours)
    assert [listed(chief, f"?o=1&p={number}") for number in (1, 2)] == [["a", "b"], ["c", "d"]]
    assert [listed(chief, f"?o=-1&p={number}") for number in (1, 2)] == [["d", "c"], ["b", "a"]]
    page = chief.get(f"{LIST}?o=1").content.decode()
    assert 'id="action-toggle"' in page
    assert page.count('name="_selected_action"') == 2


def test_a_row_that_makes_no_rule_is_listed_with_the_reason_among_the_others(chief: Client) -> None:
    a_schedule(name="sound")
    broken = a_schedule(name="broken")
    # As a restored backup may hold it.
    APIEndpointSchedule.objects.filter(pk=broken.pk).update(execution_times={"times": ["99:99"]})
    rows = {row.name: row for row in chief.get(LIST).context["cl"].result_list}
    assert set(rows) == {"sound", "broken"}
    assert rows["broken"].place.standing.value == "broken"
    text = chief.get(LIST).content.decode()
    assert "Rule not usable" in text
    assert "99:99" in text


def test_a_row_that_only_may_be_viewed_has_no_box_no_button_and_no_way_to_runs(
    staff_with: Callable[..., Client],
) -> None:
    schedule = a_schedule(name="seen")
    run = a_run(schedule, state="failed", error="HTTP 503")
    reader = staff_with("view_apiendpointschedule")
    page = reader.get(LIST).content.decode()
    assert "seen" in page
    assert "_selected_action" not in page
    assert 'form="schedule-actions"' not in page
    assert f"/schedulerun/{run.pk}/" not in page


def test_what_people_typed_is_text_in_a_row_that_is_written_without_a_template(chief: Client) -> None:
    schedule = a_schedule(name='<b>"bold"</b>')
    a_run(schedule, state="failed", error="<script>alert(1)</script>")
    page = chief.get(LIST).content.decode()
    assert "<b>" not in page
    assert "<script>alert" not in page
    assert "&lt;b&gt;&quot;bold&quot;&lt;/b&gt;" in page
