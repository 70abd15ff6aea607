"""The first page: the morning in one line, and behind each figure the rows that it counts."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.agenda import agenda
from schedules.mirror.mirror import Mirror
from schedules.mirror.presence import Presence
from schedules.models import Alert, AlertEvent, AlertRule, APIEndpointSchedule, ExceptionalDay, ScheduleRun
from schedules.services.reconciling import reconcile
from schedules.services.switching import pause_schedule, set_enabled
from tests.support.builders import a_run, a_schedule
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)

HOME = "/admin/"
State = ScheduleRun.State


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chief"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def reader(client: Client) -> Callable[..., Client]:
    def make(*codenames: str) -> Client:
        user = User.objects.create_user("reader", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return make


def an_engine(now: datetime | None = None, **fields: Any) -> None:
    """A leading beat and a worker that have just been heard of."""
    now = now or timezone.now()
    mirror = Mirror()
    beat = Presence(
        **{"node": "beat:1", "leads": True, "seen_at": now, "started_at": now, "reconciled_at": now} | fields
    )
    mirror.redis.hset(mirror.keys.beats, beat.node, beat.to_json())
    mirror.redis.zadd(mirror.keys.workers, {"worker@one": now.timestamp()})


def verdict(client: Client) -> str:
    return str(client.get(HOME).context["verdict"].sentence)


def needs(client: Client) -> list[str]:
    return [f"{need.what}: {need.title}" for need in client.get(HOME).context["needs"]]


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def midday_soon() -> dict[str, Any]:
    """The times of a daily schedule that runs a minute ahead and an hour ago, wherever in the day that is."""
    times = [timezone.localtime() + timedelta(minutes=2), timezone.localtime() - timedelta(hours=1)]
    return {"times": [f"{time:%H:%M}" for time in times]}


# --- Is the morning all right? --------------------------------------------------------------------------------------


def test_all_is_well_when_the_engine_runs_and_nothing_went_wrong(chief: Client) -> None:
    a_run(a_schedule(), scheduled_for=ago(minutes=5))
    an_engine()
    assert verdict(chief) == "All is well."
    assert needs(chief) == []


@pytest.mark.parametrize("state", [State.FAILED, State.MISSED, State.ABANDONED, State.EXPIRED])
def test_a_bad_run_needs_a_person_until_a_success_follows(chief: Client, state: str) -> None:
    an_engine()
    schedule = a_schedule(name="morning")
    bad = a_run(schedule, state=state, scheduled_for=ago(hours=2), created_at=ago(hours=2), error="503")
    assert verdict(chief) == "1 thing needs a person."
    need = chief.get(HOME).context["needs"][0]
    assert (need.title, need.address) == ("morning", f"/admin/schedules/schedulerun/{bad.pk}/change/")
    assert "503" in need.text

    a_run(schedule, scheduled_for=None, trigger="manual")
    assert verdict(chief) == "All is well."


def an_open_alert(event: str, *, rule: str = "Night", **fields: Any) -> None:
    found, _is_new = AlertRule.objects.get_or_create(name=rule, defaults={"events": AlertEvent.values})
    usual = {"event": event, "subject": f"{event}:1", "title": "morning", "since": ago(minutes=5)}
    Alert.objects.create(rule=found, noticed_at=ago(minutes=5), **{**usual, **fields})


def test_open_alerts_stand_in_one_line_that_leads_to_them_and_count_nothing_twice(chief: Client) -> None:
    an_engine()
    a_run(a_schedule(name="morning"), state=State.FAILED, scheduled_for=ago(hours=2), created_at=ago(hours=2))
    for rule in ("Night", "Day"):
        an_open_alert("failed", rule=rule)
    an_open_alert("missed", state="closed")

    assert needs(chief) == ["Failed: morning", "Alert: 1 open alert"]
    assert verdict(chief) == "1 thing needs a person."
    line = chief.get(HOME).context["needs"][-1]
    assert (line.text, line.address) == ("Failed 1", "/admin/schedules/alert/")


def test_what_only_an_alert_tells_of_is_a_thing_to_look_at(chief: Client) -> None:
    an_engine()
    an_open_alert("running_long")
    an_open_alert("running_long", subject="another")
    an_open_alert("calendar")
    assert needs(chief) == ["Alert: 3 open alerts"]
    assert chief.get(HOME).context["needs"][0].text == "Calendar ends soon 1 · Running too long 2"
    assert verdict(chief) == "Nothing failed; 3 things to look at."
    pause_schedule(a_schedule().pk, now=ago(days=9), reason="x")
    assert verdict(chief) == "Nothing failed; 4 things to look at."


def test_whoever_may_not_view_alerts_is_told_of_none(reader: Callable[..., Client]) -> None:
    an_engine()
    an_open_alert("running_long")
    client = reader("view_apiendpointschedule", "view_schedulerun")
    assert needs(client) == []
    assert verdict(client) == "All is well."


def test_a_success_of_another_schedule_or_before_it_heals_nothing(chief: Client) -> None:
    an_engine()
    schedule = a_schedule(name="morning")
    a_run(schedule, scheduled_for=ago(hours=3), created_at=ago(hours=3))
    a_run(a_schedule(name="other"), scheduled_for=ago(minutes=5))
    a_run(schedule, state=State.FAILED, scheduled_for=ago(hours=2), created_at=ago(hours=2))
    assert needs(chief) == ["Failed: morning"]


def test_an_occurrence_found_missed_after_a_later_one_succeeded_needs_nobody(chief: Client) -> None:
    an_engine()
    schedule = a_schedule()
    a_run(schedule, scheduled_for=ago(hours=1), created_at=ago(minutes=2))
    a_run(schedule, state=State.MISSED, state_reason="coalesced", scheduled_for=ago(hours=2), created_at=ago(minutes=1))
    assert verdict(chief) == "All is well."


def test_fridays_failure_is_still_there_on_monday(chief: Client) -> None:
    an_engine()
    a_run(a_schedule(name="weekly"), state=State.FAILED, created_at=ago(days=3))
    assert needs(chief) == ["Failed: weekly"]


def test_a_failure_that_is_being_repeated_says_so(chief: Client) -> None:
    an_engine()
    schedule = a_schedule()
    a_run(schedule, state=State.FAILED, created_at=ago(hours=1))
    a_run(schedule, state=State.RUNNING, started_at=timezone.now())
    assert "is being run again" in chief.get(HOME).context["needs"][0].aside


def test_last_weeks_news_and_what_was_switched_off_need_nobody(chief: Client) -> None:
    an_engine()
    a_run(a_schedule(), state=State.FAILED, created_at=ago(days=8))
    off = a_schedule()
    a_run(off, state=State.FAILED, created_at=ago(hours=1))
    set_enabled(off.pk, False)
    a_run(None, state=State.FAILED, created_at=ago(hours=1))
    assert verdict(chief) == "All is well."


def test_pauses_that_came_by_themselves_or_are_old_are_asked_about(chief: Client) -> None:
    an_engine()
    for name, since, until, reason in (
        ("itself", ago(hours=1), None, "Paused by itself after 3 failures in a row."),
        ("old", ago(days=8), None, "maintenance"),
        ("old with an end", ago(days=8), ago(days=-1), "maintenance"),
        ("new", ago(days=1), None, "maintenance"),
    ):
        pause_schedule(a_schedule(name=name).pk, now=since, until=until, reason=reason)
    assert needs(chief) == ["Long paused: old", "Paused itself: itself"]


def test_nobody_leading_and_no_worker_are_the_first_things_said(chief: Client) -> None:
    a_run(a_schedule(name="morning"), state=State.FAILED)
    assert needs(chief) == ["Stopped: No beat leads", "Stopped: No worker answers", "Failed: morning"]
    an_engine(ago(minutes=1))
    assert needs(chief)[:2] == ["Stopped: No beat leads", "Stopped: No worker answers"]


def test_what_beat_set_aside_is_shown_with_its_reason(chief: Client) -> None:
    an_engine()
    schedule = a_schedule(name="broken")
    Mirror().set_aside(schedule.pk, "Hour 25 is outside 0–23.")
    page = chief.get(HOME).content.decode()
    assert needs(chief) == ["Set aside: broken"]
    assert "Hour 25 is outside 0–23." in page


def test_messages_that_no_worker_begins_are_noticed(chief: Client) -> None:
    an_engine()
    a_run(a_schedule(), state=State.DISPATCHED, dispatched_at=ago(minutes=6))
    a_run(a_schedule(), state=State.DISPATCHED, state_reason="waiting", dispatched_at=ago(hours=2))
    assert needs(chief) == ["Waiting: 2 runs wait for a worker"]


def test_drift_is_counted_and_leads_to_the_repair(chief: Client) -> None:
    an_engine()
    missing, stale, orphan = a_schedule(), a_schedule(), a_schedule()
    Mirror().remove({missing.pk: None})
    APIEndpointSchedule.objects.filter(pk=stale.pk).update(revision=7, updated_at=timezone.now())
    APIEndpointSchedule.objects.filter(pk=orphan.pk).update(enabled=False)
    page = chief.get(HOME)
    assert page.context["engine"].drift.count == 3
    assert 'href="/admin/schedules/apiendpointschedule/reconcile/"' in page.content.decode()
    reconcile(timezone.now())
    assert chief.get(HOME).context["engine"].drift.count == 0


def test_an_entry_that_should_have_been_sent_is_overdue(chief: Client) -> None:
    an_engine()
    schedule = a_schedule()
    mirror = Mirror()
    mirror.redis.zadd(mirror.keys.due, {mirror.keys.entry(schedule.pk): ago(minutes=2).timestamp()})
    assert needs(chief) == ["Late: 1 run is overdue"]


def test_the_queues_are_counted_with_all_their_priorities(chief: Client) -> None:
    an_engine()
    a_schedule(queue="slow")
    redis = Mirror().redis
    redis.rpush("slow", "message")
    redis.rpush("slow\x06\x163", "message", "message")
    assert chief.get(HOME).context["engine"].queues == {"default": 0, "slow": 3}


def test_redis_away_is_unknown_and_never_fine(chief: Client, redis_server: OwnRedis) -> None:
    a_schedule(name="morning", execution_times=midday_soon())
    redis_server.stop()
    page = chief.get(HOME)
    assert page.context["verdict"].level == "unknown"
    text = page.content.decode()
    assert "Not known whether all is well: Redis does not answer." in text
    assert "All is well" not in text
    # What the database knows is there all the same.
    assert "morning" in text


# --- Today and what comes -------------------------------------------------------------------------------------------


def test_few_schedules_have_a_line_each_and_the_bad_one_comes_first(chief: Client) -> None:
    good, bad = a_schedule(name="a good one"), a_schedule(name="the bad one")
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    a_run(good, scheduled_for=start, created_at=start)
    a_run(bad, state=State.MISSED, scheduled_for=start, created_at=start)
    line = chief.get(HOME).context["time_line"]
    assert not line.is_by_hour
    assert [each.title for each in line.lines[:2]] == ["the bad one", "a good one"]
    assert [mark.tone for mark in line.lines[0].marks][:1] == ["bad"]


def test_many_schedules_are_counted_by_the_hour_and_the_figures_lead_to_their_rows(chief: Client) -> None:
    schedules = [a_schedule() for _ in range(20)]
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for schedule in schedules:
        a_run(schedule, scheduled_for=start + timedelta(minutes=schedule.pk % 50), created_at=start)
    a_run(schedules[0], state=State.FAILED, created_at=start, scheduled_for=start + timedelta(seconds=1))
    # Recorded today, but it belongs to yesterday's line.
    a_run(schedules[1], state=State.MISSED, created_at=start, scheduled_for=start - timedelta(hours=1))
    line = chief.get(HOME).context["time_line"]
    assert line.is_by_hour
    assert [each.title for each in line.lines][:2] == ["00:00–01:00", "01:00–02:00"]
    figures = {figure.tone: figure for figure in line.lines[0].figures}
    assert (figures["good"].number, figures["bad"].number) == (20, 1)
    for tone in ("good", "bad"):
        found = chief.get(figures[tone].address).context["cl"]
        assert found.result_count == figures[tone].number
    assert chief.get(line.lines[0].address).context["cl"].result_count == 21


def test_what_comes_today_is_what_the_rules_say(chief: Client) -> None:
    now = timezone.localtime()
    minutes_left = int((now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - now).seconds // 60)
    if minutes_left < 5:
        pytest.skip("The day is nearly over.")
    a_schedule(schedule_type="cron", cron_expression="* * * * *")
    paused = a_schedule(schedule_type="cron", cron_expression="* * * * *")
    pause_schedule(paused.pk, now=timezone.now(), reason="x")
    a_schedule(schedule_type="cron", cron_expression="* * * * *", enabled=False)
    for total in ({figure.tone: figure.number for figure in chief.get(HOME).context["time_line"].totals},):
        assert total["coming"] in (minutes_left, minutes_left - 1)


def test_the_next_runs_show_each_schedule_once_and_all_of_them_when_asked(chief: Client) -> None:
    a_schedule(name="often", schedule_type="cron", cron_expression="* * * * *")
    a_schedule(name="twice", schedule_type="cron", cron_expression="0 3,15 * * *")
    page = chief.get(HOME)
    assert sorted(line.name for line in page.context["coming"]) == ["often", "twice"]
    assert {line.name: line.more for line in page.context["coming"]}["twice"] == "then 1 more time"
    everything = chief.get(f"{HOME}?next=all")
    instants = [line.at for line in everything.context["coming"]]
    assert len(instants) == 200
    assert instants == sorted(instants)
    assert "Only the first 200 are shown." in everything.content.decode()


def test_a_change_of_rule_name_exchange_day_or_state_shows_at_once(chief: Client) -> None:
    def names() -> list[str]:
        return [line.name for line in chief.get(HOME).context["coming"]]

    schedule = a_schedule(name="first", trading_day_rule="skip", schedule_type="cron", cron_expression="* * * * *")
    before = names()
    for offset in range(3):
        day = timezone.localdate() + timedelta(days=offset)
        ExceptionalDay.objects.create(on=day, is_open=True, reason_ja="臨時")
    assert names() == ["first"]
    ExceptionalDay.objects.update(is_open=False)
    assert names() == []
    ExceptionalDay.objects.all().delete()
    assert names() == before
    schedule.name, schedule.trading_day_rule = "second", "any"
    schedule.save()
    assert names() == ["second"]
    set_enabled(schedule.pk, False)
    assert names() == []
    assert agenda.planned() == []


# --- For whom, how fast ---------------------------------------------------------------------------------------------


def test_an_empty_installation_says_what_to_do_first(chief: Client) -> None:
    page = chief.get(HOME).content.decode()
    assert "Nothing is scheduled yet." in page
    assert "/admin/schedules/apiendpointschedule/add/" in page


@pytest.mark.parametrize(
    ("codenames", "there", "not_there"),
    [
        ((), (), ("Engine", "Today", "The next 24 hours", "secret error", "morning")),
        (("view_apiendpointschedule",), ("Engine", "The next 24 hours", "morning"), ("secret error", "schedulerun/")),
        (("view_schedulerun",), ("Today", "secret error"), ("Engine", "next 24", "apiendpointschedule/")),
        (("view_apiendpointschedule", "view_schedulerun"), ("Engine", "Today", "secret error"), ("reconcile/", "add/")),
    ],
)
def test_what_may_not_be_viewed_is_not_there(
    reader: Callable[..., Client], codenames: tuple[str, ...], there: tuple[str, ...], not_there: tuple[str, ...]
) -> None:
    an_engine()
    a_run(a_schedule(name="morning"), state=State.FAILED, error="secret error")
    page = reader(*codenames).get(HOME).content.decode()
    content = page[page.index('id="overview"') :]
    for text in there:
        assert text in content
    for text in not_there:
        assert text not in content
    assert "All is well" not in content


@pytest.mark.parametrize(("language", "words"), [("en", "Today"), ("ja", "今日")])
def test_the_page_and_its_fragment_come_in_both_languages(chief: Client, language: str, words: str) -> None:
    schedule = a_schedule()
    a_run(schedule, state=State.FAILED)
    page = chief.get(HOME, headers={"Accept-Language": language}).content.decode()
    fragment = chief.get(HOME, headers={"Accept-Language": language, "HX-Request": "true"}).content.decode()
    assert words in page
    assert words in fragment
    assert fragment.strip().startswith('<div id="overview"')
    assert "<html" not in fragment
    # The fragment is the page's own part.
    without_time = re.compile(r"\d\d:\d\d:\d\d|csrf\S+")
    assert without_time.sub("", fragment.strip())[:400] in without_time.sub("", page)


def test_the_number_of_queries_does_not_grow(chief: Client) -> None:
    def queries() -> int:
        agenda.planned()
        with CaptureQueriesContext(connection) as captured:
            chief.get(HOME)
        return len(captured)

    an_engine()
    for _ in range(20):
        a_run(a_schedule(), state=State.FAILED)
    few = queries()
    for _ in range(40):
        schedule = a_schedule()
        pause_schedule(a_schedule().pk, now=ago(days=9), reason="x")
        Mirror().set_aside(schedule.pk, "x")
        for _ in range(5):
            a_run(schedule, state=State.FAILED)
    # More pauses than are listed are counted; what was set aside is read, with what its rules need, to say why.
    assert queries() <= few + 4
    assert few <= 16


@pytest.mark.parametrize(
    "period", ["today", "24h", "7d", "2026-11-24T08+0900", "x", "2026-99-99T99+0900", "\x00", "9" * 99]
)
def test_any_period_can_be_asked_of_the_runs(chief: Client, period: str) -> None:
    a_run(a_schedule())
    # Django's own lists lead from a filter that cannot be to the list without it.
    assert chief.get("/admin/schedules/schedulerun/", {"period": period}, follow=True).status_code == 200


def test_what_ran_today_is_counted_today_whoever_asked_for_it_and_whenever_it_was_planned(chief: Client) -> None:
    schedule, now = a_schedule(), timezone.now()
    a_run(schedule, scheduled_for=now)
    a_run(schedule, trigger="manual")
    a_run(schedule, trigger="backfill", scheduled_for=now - timedelta(days=5))
    a_run(schedule, scheduled_for=now - timedelta(days=6), created_at=now - timedelta(days=6))

    page = chief.get(HOME)

    succeeded = next(figure for figure in page.context["time_line"].totals if figure.tone == "good")
    assert succeeded.number == 3
    assert chief.get(succeeded.address).context["cl"].result_count == 3
    assert "those of a person or a backfill, when they were sent" in page.content.decode()


def test_what_comes_leads_to_the_day_in_the_calendar_and_what_is_in_force_to_the_list(chief: Client) -> None:
    an_engine()
    schedule = a_schedule(name="Rounds", schedule_type="interval", interval_seconds=1)

    page = chief.get(HOME)

    coming = next(figure for figure in page.context["time_line"].figures if figure.tone == "coming")
    assert schedule.name in chief.get(coming.address).content.decode()
    in_force = next(line for line in page.context["engine_lines"] if line.label == "Schedules in force")
    assert chief.get(in_force.address).context["cl"].result_count == int(in_force.text)
    assert f'href="{in_force.address}"' in page.content.decode()
