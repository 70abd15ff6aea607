"""Old runs are forgotten; what people and the engine still need of them stays."""

import threading
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from schedules.models import APIEndpointSchedule, Backfill, BackfillOccurrence, ScheduleRun
from schedules.services import retention
from schedules.services.retention import DailyRetention, delete_old_runs, kept_since, old_runs
from tests.support.builders import a_run, a_schedule

pytestmark = pytest.mark.django_db

State = ScheduleRun.State
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def schedule() -> APIEndpointSchedule:
    return a_schedule()


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0)


def a_run_days_ago(schedule: APIEndpointSchedule | None, days: float, **fields: Any) -> ScheduleRun:
    at = NOW - days * DAY
    return a_run(schedule, **{"created_at": at, "scheduled_for": at, **fields})


def left() -> set[int]:
    return set(ScheduleRun.objects.values_list("pk", flat=True))


def test_runs_older_than_asked_go_and_newer_ones_stay(schedule: APIEndpointSchedule) -> None:
    runs = [a_run_days_ago(schedule, days) for days in (500, 400.1, 399.9, 1)]

    assert delete_old_runs(NOW - 400 * DAY) == 2
    assert left() == {run.pk for run in runs[2:]}


def test_the_latest_run_of_each_schedule_stays_however_old(schedule: APIEndpointSchedule) -> None:
    other = a_schedule()
    for days in (900, 800):
        a_run_days_ago(schedule, days)
        a_run_days_ago(other, days + 1)
    latest = {a_run_days_ago(schedule, 700).pk, a_run_days_ago(other, 701).pk}

    assert delete_old_runs(NOW - 400 * DAY) == 4
    assert left() == latest


def test_the_latest_occurrence_stays_beside_a_later_run_by_hand(schedule: APIEndpointSchedule) -> None:
    """Beat asks for it when Redis has lost its data."""
    a_run_days_ago(schedule, 900)
    occurrence = a_run_days_ago(schedule, 800)
    a_run_days_ago(schedule, 750, scheduled_for=None, trigger="manual")
    by_hand = a_run_days_ago(schedule, 700, scheduled_for=None, trigger="manual")

    assert delete_old_runs(NOW - 400 * DAY) == 2
    assert left() == {occurrence.pk, by_hand.pk}


def test_an_occurrence_made_up_for_late_does_not_hide_the_latest_one(schedule: APIEndpointSchedule) -> None:
    latest_occurrence = a_run_days_ago(schedule, 800)
    recorded_last = a_run_days_ago(schedule, 700, scheduled_for=NOW - 900 * DAY)

    assert delete_old_runs(NOW - 400 * DAY) == 0
    assert left() == {latest_occurrence.pk, recorded_last.pk}


@pytest.mark.parametrize("state", State.values)
def test_only_what_has_ended_goes(schedule: APIEndpointSchedule, state: str) -> None:
    a_run_days_ago(schedule, 1)
    a_run_days_ago(schedule, 900, state=state)
    a_run_days_ago(None, 900, state=state)

    assert delete_old_runs(NOW - 400 * DAY) == (0 if state in ("dispatched", "running", "retrying") else 2)


def test_of_a_deleted_schedule_nothing_stays() -> None:
    a_run_days_ago(None, 500)
    a_run_days_ago(None, 600)

    assert delete_old_runs(NOW - 400 * DAY) == 2
    assert left() == set()


def test_it_goes_in_small_batches_and_tells_how_far_it_is(
    schedule: APIEndpointSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    for days in range(401, 409):
        a_run_days_ago(schedule, days)
    a_run_days_ago(schedule, 1)
    told: list[int] = []

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert delete_old_runs(NOW - 400 * DAY, tell=told.append) == 8

    assert told == [3, 6, 8]
    deletes = [query["sql"] for query in queries if query["sql"].startswith("DELETE")]
    assert len(deletes) == 3
    # No transaction spans two batches.
    assert not [query["sql"] for query in queries if query["sql"].startswith("BEGIN")]


def test_many_runs_recorded_at_the_same_instant_all_go(
    schedule: APIEndpointSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for minute in range(5):
        a_run_days_ago(schedule, 500, scheduled_for=NOW - 500 * DAY + timedelta(minutes=minute))
    newest = a_run_days_ago(schedule, 1)

    assert delete_old_runs(NOW - 400 * DAY) == 5
    assert left() == {newest.pk}


def test_the_settings_say_how_long_and_zero_is_for_ever(settings: Any) -> None:
    assert kept_since(NOW) == NOW - 400 * DAY
    settings.SCHEDULES = {**settings.SCHEDULES, "RUNS_KEPT_DAYS": 30}
    assert kept_since(NOW) == NOW - 30 * DAY
    settings.SCHEDULES = {**settings.SCHEDULES, "RUNS_KEPT_DAYS": 0}
    assert kept_since(NOW) is None
    settings.SCHEDULES = {**settings.SCHEDULES, "RUNS_KEPT_DAYS": 10**9}
    assert kept_since(NOW).year < 2000


def test_once_a_day_one_batch_at_a_step(schedule: APIEndpointSchedule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    runs = [a_run_days_ago(schedule, days) for days in (503, 502, 501, 1)]
    daily = DailyRetention()

    daily.step(NOW)
    assert left() == {run.pk for run in runs[2:]}
    daily.step(NOW)
    assert left() == {runs[3].pk}
    daily.step(NOW)

    late = a_run_days_ago(schedule, 500)
    daily.step(NOW + timedelta(hours=23))
    assert late.pk in left()
    daily.step(NOW + timedelta(hours=24))
    assert late.pk not in left()


def test_a_clock_that_was_set_back_does_not_put_it_off(schedule: APIEndpointSchedule) -> None:
    a_run_days_ago(schedule, 1)
    daily = DailyRetention()
    daily.step(NOW + 365 * DAY)
    old = a_run_days_ago(schedule, 500)

    daily.step(NOW)

    assert old.pk not in left()


def test_after_a_fault_of_the_database_it_goes_on(
    schedule: APIEndpointSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    for days in (502, 501, 1):
        a_run_days_ago(schedule, days)
    daily = DailyRetention()
    daily.step(NOW)

    def away(*args: Any) -> Any:
        raise OperationalError("The database is away.")

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        daily.step(NOW)
    daily.step(NOW)

    assert ScheduleRun.objects.count() == 1


def test_the_history_is_kept_for_ever_when_asked_to(schedule: APIEndpointSchedule, settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "RUNS_KEPT_DAYS": 0}
    for days in (9000, 1):
        a_run_days_ago(schedule, days)
    daily = DailyRetention()

    daily.step(NOW)
    daily.step(NOW)

    assert ScheduleRun.objects.count() == 2
    with pytest.raises(CommandError, match="kept for ever"), translation.override("en"):
        call_command("delete_old_runs")


def said_by_command(*options: str) -> str:
    out = StringIO()
    with translation.override("en"):
        call_command("delete_old_runs", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_says_how_many_went_and_a_dry_run_deletes_nothing(schedule: APIEndpointSchedule) -> None:
    now = timezone.now()
    for days in (12, 11, 1):
        a_run(schedule, created_at=now - days * DAY, scheduled_for=now - days * DAY)

    assert said_by_command() == said_by_command("--dry-run").replace(" would be", "") != ""
    assert "2 runs from before" in said_by_command("--days=10", "--dry-run")
    assert ScheduleRun.objects.count() == 3
    assert f"2 runs from before {timezone.localtime(now - 10 * DAY):%Y-%m-%d}" in said_by_command("--days=10")
    assert ScheduleRun.objects.count() == 1
    assert "0 runs from before" in said_by_command("--days=10")


@pytest.mark.parametrize("days", ["0", "-3", "ten", "1.5", "99999999999", "４"])
def test_the_command_refuses_days_that_cannot_be_meant(days: str) -> None:
    with pytest.raises(CommandError, match=f'"{days}" is no number of days from 1 to 36500'):
        call_command("delete_old_runs", f"--days={days}")


@pytest.mark.one_database  # the plan of a nearly empty table says nothing on PostgreSQL
def test_finding_old_runs_asks_indexes_only(schedule: APIEndpointSchedule) -> None:
    """However long the history is, the work follows what is old."""
    plan = old_runs(NOW).order_by("created_at").values_list("pk")[:10].explain()

    assert "SEARCH schedules_schedulerun USING INDEX" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.django_db(transaction=True)
def test_others_write_while_much_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # with the pauses
    schedule = a_schedule()
    rows = [
        ScheduleRun(schedule=schedule, schedule_name="", task="", task_id=f"{number}", state=State.FAILED)
        for number in range(3_000)
    ]
    ScheduleRun.objects.bulk_create(rows)
    ScheduleRun.objects.filter(pk__lt=rows[-1].pk).update(created_at=NOW - 500 * DAY, traceback="x" * 5_000)
    ends = threading.Event()
    waits: list[float] = []

    def write() -> None:
        while not ends.is_set():
            began = time.monotonic()
            ScheduleRun.objects.filter(pk=rows[-1].pk).update(heartbeat_at=NOW)
            waits.append(time.monotonic() - began)
            time.sleep(0.005)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert delete_old_runs(NOW - 400 * DAY) == 2_999
    finally:
        ends.set()
        writer.join()

    assert len(waits) > 10
    assert max(waits) < 1, f"somebody waited {max(waits):.2f} s"


def test_backfills_that_ended_long_ago_go_and_their_runs_stay_as_long_as_runs_do(
    schedule: APIEndpointSchedule, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "BACKFILLS_KEPT_DAYS": 90}
    monkeypatch.setattr(retention, "BACKFILLS", 1)
    kept = {}
    for name, state, days in [
        ("old", "done", 91), ("older", "cancelled", 500), ("young", "done", 89), ("open", "running", 500)
    ]:  # fmt: skip
        backfill = Backfill.objects.create(
            schedule=schedule, schedule_name=name, from_at=NOW, to_at=NOW, state=state,
            finished_at=None if state == "running" else NOW - days * DAY,
        )  # fmt: skip
        run = a_run_days_ago(schedule, 80 + len(kept), backfill=backfill, scheduled_for=None)
        BackfillOccurrence.objects.create(backfill=backfill, scheduled_for=NOW, position=0, run=run)
        kept[name] = run.pk
    daily = DailyRetention()

    for _step in range(3):
        daily.step(NOW)

    assert set(Backfill.objects.values_list("schedule_name", flat=True)) == {"young", "open"}
    assert BackfillOccurrence.objects.count() == 2
    assert left() == set(kept.values())


def test_backfills_are_kept_for_ever_when_asked_to(schedule: APIEndpointSchedule, settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "BACKFILLS_KEPT_DAYS": 0}
    Backfill.objects.create(
        schedule=schedule, schedule_name="", from_at=NOW, to_at=NOW, state="done", finished_at=NOW - 9000 * DAY
    )

    DailyRetention().step(NOW)

    assert Backfill.objects.count() == 1
