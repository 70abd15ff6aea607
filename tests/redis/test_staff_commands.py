"""preview_schedule, run_schedule, pause_schedule, resume_schedule: what staff do on a terminal."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import redis
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.definitions import recurrence_of
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule
from tests.support.redis_server import OwnRedis
from tests.support.stack import Stack

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def call(name: str, *options: Any) -> tuple[int, str]:
    """Return the exit status and all that was said."""
    out = StringIO()
    try:
        call_command(name, *map(str, options), stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_a_preview_lists_what_beat_will_send_and_says_why_days_are_moved() -> None:
    schedule = a_schedule(name="朝", trading_day_rule="next")

    _status, said = call("preview_schedule", "朝", "--count", 30)

    expected = recurrence_of(schedule).occurrences(timezone.now(), limit=30)
    lines = [line.strip() for line in said.splitlines() if "+0900" in line]
    assert [datetime.strptime(f"{line[:10]} {line[17:25]}", "%Y-%m-%d %H:%M:%S") for line in lines] == [
        timezone.localtime(run.at).replace(tzinfo=None) for run in expected
    ]
    assert "8:10 (moved to the next trading day" in said.splitlines()[0]


def test_an_expression_is_previewed_in_its_zone_and_in_japanese_too() -> None:
    said = call("preview_schedule", "--cron", "30 9 * * 1-5", "--timezone", "America/New_York", "--count", 3)[1]
    assert said.count("09:30:00 -0") == 3
    with translation.override("ja"):
        assert "(月)" in call("preview_schedule", "--cron", "0 8 * * 1")[1]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--cron", "0 24 * * *"], 'Hour "24"'),
        (["--cron", "0 8 * * *", "--timezone", "Asia/Tokio"], "Asia/Tokyo"),
        (["--cron", ""], "cron expression is missing|five fields"),
        (["none"], 'No schedule is called "none"'),
        (["--cron", "0 8 * * *", "--count", "0"], "no number from 1"),
    ],
)
def test_what_makes_no_preview_is_a_sentence(options: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call("preview_schedule", *options)


def test_a_switched_off_schedule_says_so_in_its_preview() -> None:
    a_schedule(name="off", enabled=False)
    assert "switched off" in call("preview_schedule", "off")[1]


@pytest.mark.parametrize("command", ["preview_schedule", "run_schedule", "pause_schedule", "resume_schedule"])
@pytest.mark.parametrize(("typed", "meant"), [("営業日の夜", "営業日の朝"), ("mornin", "morning sync"), ("9" * 30, "")])
def test_an_unknown_name_is_answered_with_the_nearest(command: str, typed: str, meant: str) -> None:
    a_schedule(name="営業日の朝")
    a_schedule(name="morning sync")
    with pytest.raises(CommandError, match=f'Did you mean "{meant}"' if meant else "No schedule is called"):
        call(command, typed)


def test_pause_and_resume_by_name_or_number() -> None:
    schedule = a_schedule(name="朝")
    until = timezone.localtime() + timedelta(days=2)

    said = call("pause_schedule", "朝", "--reason", "保守", "--until", f"{until:%Y-%m-%dT%H:%M}")[1]
    assert "is paused until" in said
    schedule.refresh_from_db()
    assert schedule.pause_reason == "保守"
    assert schedule.paused_until == until.replace(second=0, microsecond=0)
    assert "until it is resumed" in call("pause_schedule", schedule.pk)[1]
    assert "so already" in call("pause_schedule", schedule.pk)[1]
    assert Mirror().schedule_ids() == set()
    assert "goes on" in call("resume_schedule", schedule.pk)[1]
    assert "is not paused" in call("resume_schedule", "朝")[1]
    assert Mirror().schedule_ids() == {schedule.pk}


def test_resuming_says_what_becomes_of_each_run_that_the_pause_passed_over() -> None:
    schedule = a_schedule(paused_at=timezone.now() - timedelta(days=3))

    said = call("resume_schedule", schedule.pk, "--policy", "latest", "--reason", "over")[1]

    assert said.count("will be run: ") == 1
    assert said.count("skipped: ") == 2
    assert ScheduleRun.objects.filter(trigger="backfill", trigger_reason="over").count() == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--until", "2020-01-01"], "ended already"), (["--until", "soon"], "no date"), (["--reason", "x" * 501], "500")],
)
def test_a_pause_that_makes_no_sense_is_refused(options: list[str], says: str) -> None:
    a_schedule(name="a")
    with pytest.raises(CommandError, match=says):
        call("pause_schedule", "a", *options)
    assert APIEndpointSchedule.objects.get().paused_at is None


def test_a_pause_while_redis_is_away_is_saved_and_said_not_to_be_in_force(redis_server: OwnRedis) -> None:
    a_schedule(name="a")
    redis_server.kill()
    said = call("pause_schedule", "a")[1]
    assert "not yet in force" in said
    assert APIEndpointSchedule.objects.get().paused_at is not None


def test_a_run_is_handed_over_with_its_reason(redis_client: redis.Redis) -> None:
    a_schedule(name="a")
    assert "handed to the workers" in call("run_schedule", "a", "--reason", "to try")[1]
    assert ScheduleRun.objects.values_list("trigger", "trigger_reason").get() == ("manual", "to try")
    assert redis_client.llen("default") == 1


def test_who_waits_too_short_is_told_so_with_a_status_of_its_own() -> None:
    a_schedule(name="a")
    status, said = call("run_schedule", "a", "--wait", 0)
    assert (status, "has not ended yet" in said) == (3, True)


@pytest.mark.parametrize(
    ("task", "status", "says"), [("tests.nothing", 0, "Succeeded"), ("tests.fail", 1, "went wrong")]
)
def test_the_exit_status_says_what_came_of_it(
    stack: Stack, settings: Any, tmp_path: Any, task: str, status: int, says: str
) -> None:
    stack.worker()
    schedule = a_schedule(name="a")
    schedule.endpoint.task = task
    schedule.endpoint.save()
    ended, said = call("run_schedule", "a", "--wait", 60)
    assert (ended, says in said) == (status, True), said


def test_a_drifted_mirror_and_an_unreachable_redis_have_statuses_of_their_own(redis_server: OwnRedis) -> None:
    a_schedule()
    redis_server.empty()
    assert call("migrate_schedules", "--check")[0] == 1
    redis_server.kill()
    with pytest.raises(CommandError) as caught:
        call("migrate_schedules", "--check")
    assert caught.value.returncode == 3
