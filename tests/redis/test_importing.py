"""`migrate_schedules --from-…`: what other schedulers run becomes schedules here, and moves over without loss."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import redis
from celery.schedules import crontab, schedule, solar
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.models.definitions import recurrence_of
from schedules.services.importing import switching_over
from stockura.celery import app
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule
from tests.support.driven_beat import DrivenScheduler, sent

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = ("IntervalSchedule", "CrontabSchedule", "ClockedSchedule", "SolarSchedule", "PeriodicTask", "PeriodicTasks")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def theirs(settings: Any) -> Iterator[Any]:
    """django-celery-beat's models, with their tables."""
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django_celery_beat"]
    from django_celery_beat import models

    tables = [getattr(models, name) for name in TABLES]
    with connection.schema_editor() as editor:
        for table in tables:
            editor.create_model(table)
    yield models
    with connection.schema_editor() as editor:
        for table in reversed(tables):
            editor.delete_model(table)


@pytest.fixture
def in_code(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda **entries: monkeypatch.setitem(app.conf, "beat_schedule", entries)


def migrate(*options: str) -> str:
    out = StringIO()
    call_command("migrate_schedules", *options, "--wait", "0", stdout=out, stderr=StringIO())
    return out.getvalue()


def a_row(theirs: Any, name: str = "theirs", **fields: Any) -> Any:
    if not {"interval", "clocked", "solar"} & set(fields):
        fields.setdefault("crontab", theirs.CrontabSchedule.objects.get_or_create(minute="10", hour="8")[0])
    return theirs.PeriodicTask.objects.create(**{"name": name, "task": "tests.nothing", **fields})


def line_of(name: str, said: str) -> str:
    (line,) = [line for line in said.splitlines() if f"  {name}" in line]
    return line


def test_rows_of_every_kind_become_schedules_with_all_that_they_say(theirs: Any) -> None:
    at = datetime(2030, 1, 5, 9, tzinfo=UTC)
    tokyo = theirs.CrontabSchedule.objects.create(minute="10", hour="8", day_of_week="1-5", timezone="Asia/Tokyo")
    options = {"queue": "slow", "expire_seconds": 60, "priority": 4, "description": "every morning"}
    a_row(theirs, "crontab", crontab=tokyo, args='["scheduled"]', kwargs='{"limit": 3}', **options)
    a_row(theirs, "interval", interval=theirs.IntervalSchedule.objects.create(every=2, period="hours"), last_run_at=at)
    a_row(theirs, "clocked", clocked=theirs.ClockedSchedule.objects.create(clocked_time=at), one_off=True)
    a_row(theirs, "once", one_off=True)

    said = migrate("--from-django-celery-beat")

    by_name = {row.name: row for row in APIEndpointSchedule.objects.select_related("endpoint")}
    morning = by_name["crontab"]
    assert (morning.schedule_type, morning.cron_expression, morning.timezone) == ("cron", "10 8 * * 1-5", "Asia/Tokyo")
    assert (morning.queue, morning.expires_seconds, morning.priority) == ("slow", 60, 4)
    assert morning.description == "every morning"
    assert (morning.endpoint.default_args, morning.endpoint.default_kwargs) == (["scheduled"], {"limit": 3})
    assert recurrence_of(by_name["interval"]).next_after(at) == at + timedelta(hours=2)
    assert by_name["clocked"].run_at == at
    assert by_name["once"].schedule_type == "once"
    # One endpoint for each distinct task and arguments; nothing runs yet, and theirs goes on.
    assert APIEndpoint.objects.count() == 2
    assert not APIEndpointSchedule.objects.filter(enabled=True).exists()
    assert theirs.PeriodicTask.objects.filter(enabled=True).count() == 4
    assert line_of("interval", said).startswith("adapted")
    assert line_of("crontab", said).startswith("taken over")


def test_what_cannot_be_taken_is_left_with_the_reason_and_what_differs_is_told(theirs: Any) -> None:
    sun = theirs.SolarSchedule.objects.create(event="sunset", latitude=35, longitude=139)
    both = theirs.CrontabSchedule.objects.create(minute="0", hour="8", day_of_month="13,14", day_of_week="5")
    a_row(theirs, "sun", solar=sun)
    a_row(theirs, "both days", crontab=both)
    a_row(theirs, "unknown", task="tests.nothin")
    a_row(theirs, "cleanup", task="celery.backend_cleanup")
    a_row(theirs, "broken", args="[")
    a_row(theirs, "routed", routing_key="a.b", headers='{"x": 1}')
    a_schedule(name="taken name")
    a_row(theirs, "taken name")

    said = migrate("--from-django-celery-beat")

    assert "follow the sun" in line_of("sun", said)
    assert line_of("both days", said).startswith("adapted")
    assert 'Did you mean "tests.nothing"?' in line_of("unknown", said)
    assert "not among those" in line_of("cleanup", said)
    assert line_of("broken", said).startswith("left")
    assert "headers, routing_key" in line_of("routed", said)
    assert "says otherwise" in line_of("taken name", said)
    assert set(APIEndpointSchedule.objects.values_list("name", flat=True)) == {"both days", "routed", "taken name"}


WEIRD: dict[str, dict[str, Any]] = {
    "args are an object": {"args": '{"a": 1}'},
    "args are a number": {"args": "5"},
    "args are a text": {"args": '"abc"'},
    "kwargs are a list": {"kwargs": "[1]"},
    "kwargs are a text": {"kwargs": '"abc"'},
    "headers are a list": {"headers": "[1]"},
    "no number": {"kwargs": '{"colour": NaN}'},
    "half of a sign": {"kwargs": '{"colour": "\\ud800"}'},
    "a sign that is none": {"kwargs": '{"colour": "\\u0000"}'},
    "deep": {"args": "[" * 100_000},
    "a long number": {"args": f"[{'1' * 10_000}]"},
    "no JSON": {"args": "[1"},
    "no task": {"task": ""},
    "another task": {"task": "celery.backend_cleanup"},
    "priority": {"priority": 200},
    "queue": {"queue": "q" * 150},
}


@pytest.mark.parametrize("name", WEIRD)
def test_one_row_that_makes_no_sense_is_left_with_a_reason_and_holds_up_no_other(theirs: Any, name: str) -> None:
    a_row(theirs, "a sound one")
    row = a_row(theirs, name)
    theirs.PeriodicTask.objects.filter(pk=row.pk).update(**WEIRD[name])

    said = migrate("--from-django-celery-beat")

    assert line_of(name, said).startswith("left out")
    assert len(line_of(name, said)) < 500
    assert list(APIEndpointSchedule.objects.values_list("name", flat=True)) == ["a sound one"]


def test_an_interval_longer_than_the_calendar_is_left_and_null_stands_for_nothing(theirs: Any) -> None:
    a_row(theirs, "for ever", interval=theirs.IntervalSchedule.objects.create(every=2_000_000_000, period="days"))
    row = a_row(theirs, "null")
    theirs.PeriodicTask.objects.filter(pk=row.pk).update(args="null", kwargs="null", headers="null")

    said = migrate("--from-django-celery-beat")

    assert line_of("for ever", said).startswith("left out")
    assert list(APIEndpointSchedule.objects.values_list("name", flat=True)) == ["null"]


def test_repeating_it_and_a_dry_run_make_nothing(theirs: Any) -> None:
    a_row(theirs)
    assert "taken over: 1" in migrate("--from-django-celery-beat", "--dry-run")
    assert not APIEndpoint.objects.exists()
    migrate("--from-django-celery-beat")
    before = [list(model.objects.values()) for model in (APIEndpoint, APIEndpointSchedule)]

    assert "taken over: 0, adapted: 0, there already: 1, left out: 0" in migrate("--from-django-celery-beat")
    assert [list(model.objects.values()) for model in (APIEndpoint, APIEndpointSchedule)] == before


def test_without_its_app_a_sentence_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="INSTALLED_APPS"):
        migrate("--from-django-celery-beat")


# --- The switch-over ------------------------------------------------------------------------------------------


def their_beat() -> Any:
    from django_celery_beat.schedulers import DatabaseScheduler

    beat = DatabaseScheduler(app)
    beat._finalize.cancel()
    return beat


def test_what_their_beat_fired_last_is_not_fired_again_and_what_came_since_is(
    theirs: Any, redis_client: redis.Redis, beat: DrivenScheduler
) -> None:
    every_minute = theirs.CrontabSchedule.objects.create()
    a_row(theirs, crontab=every_minute, last_run_at=datetime.now(UTC) - timedelta(minutes=5))
    old = their_beat()
    old._last_sync = time.monotonic()  # It writes down what it did every three minutes, and has just done so.
    old.tick()
    fired = redis_client.llen("default")
    assert fired == 1
    # Known to their beat alone, until it notices that something has changed.
    assert theirs.PeriodicTask.objects.get().last_run_at < datetime.now(UTC) - timedelta(minutes=4)

    migrate("--from-django-celery-beat")
    (taken,) = _taken_again()
    names = switching_over.begin([taken], now=datetime.now(UTC))
    assert names == ["theirs"]
    old.tick()
    switching_over.finish(now=datetime.now(UTC), timezone="UTC")
    old.tick()

    ours, row = APIEndpointSchedule.objects.get(), theirs.PeriodicTask.objects.get()
    assert (row.enabled, row.start_time) == (False, None)
    assert redis_client.llen("default") == fired
    assert ours.enabled
    assert ours.paused_at is None
    assert ours.effective_from == row.last_run_at > datetime.now(UTC) - timedelta(seconds=50)
    redis_client.delete("default")
    first = recurrence_of(ours).next_after(row.last_run_at)
    beat.tick_at(first + timedelta(seconds=1))
    assert [datetime.fromisoformat(at) for _number, at in sent(redis_client)] == [first]


def test_what_was_due_while_their_beat_stood_still_is_made_up_for_once(
    theirs: Any, redis_client: redis.Redis, beat: DrivenScheduler
) -> None:
    hourly = theirs.CrontabSchedule.objects.create(minute="0", timezone="UTC")
    now = datetime.now(UTC)
    last = now.replace(minute=0, second=0, microsecond=50) - timedelta(hours=2)
    a_row(theirs, crontab=hourly, last_run_at=last)

    assert "Switched over: 1." in migrate("--from-django-celery-beat", "--switch-over")
    beat.tick_at(now + timedelta(seconds=2))

    due = now.replace(minute=0, second=0, microsecond=0)
    assert [datetime.fromisoformat(at) for _number, at in sent(redis_client)] == [due]
    assert "Switched over" not in migrate("--from-django-celery-beat", "--switch-over")


def test_an_interval_goes_on_counting_from_its_last_run(theirs: Any) -> None:
    last = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    every = theirs.IntervalSchedule.objects.create(every=1, period="hours")
    a_row(theirs, interval=every, last_run_at=last - timedelta(hours=1))
    migrate("--from-django-celery-beat")
    theirs.PeriodicTask.objects.update(last_run_at=last)

    migrate("--from-django-celery-beat", "--switch-over")

    ours = APIEndpointSchedule.objects.get()
    assert recurrence_of(ours).next_after(ours.effective_from) == last + timedelta(hours=1)


def test_killed_between_the_steps_it_is_finished_by_the_next_call(theirs: Any) -> None:
    a_row(theirs, last_run_at=datetime.now(UTC) - timedelta(hours=1))
    migrate("--from-django-celery-beat")
    switching_over.begin(_taken_again(), now=datetime.now(UTC))
    ours = APIEndpointSchedule.objects.get()
    assert ours.pause_reason == switching_over.WAITING

    assert "Switched over: 1." in migrate("--from-django-celery-beat", "--switch-over")

    ours.refresh_from_db()
    assert ours.enabled
    assert ours.paused_at is None
    assert theirs.PeriodicTask.objects.get().enabled is False


def test_what_is_switched_off_there_stays_off_here(theirs: Any) -> None:
    a_row(theirs, enabled=False)

    migrate("--from-django-celery-beat", "--switch-over")

    assert APIEndpointSchedule.objects.get().enabled is False


def test_what_their_beat_ended_itself_meanwhile_is_not_begun(theirs: Any) -> None:
    a_row(theirs, one_off=True)
    migrate("--from-django-celery-beat")
    switching_over.begin(_taken_again(), now=datetime.now(UTC))
    theirs.PeriodicTask.objects.update(enabled=False)

    switching_over.finish(now=datetime.now(UTC), timezone="UTC")

    assert APIEndpointSchedule.objects.values_list("enabled", "pause_reason").get() == (False, "")


def _taken_again() -> list[Any]:
    from schedules.services.importing.django_celery_beat import found_rows
    from schedules.services.importing.taking_over import take_over

    return [take_over(entry) for entry in found_rows(now=datetime.now(UTC), timezone="UTC")]


# --- The setting ----------------------------------------------------------------------------------------------


def test_entries_in_code_become_schedules(in_code: Any) -> None:
    sunset = solar.__new__(solar)  # Its library is not needed to leave it out.
    sunset.event = "sunset"
    in_code(
        morning={"task": "tests.nothing", "schedule": crontab(minute="10", hour="8"), "args": (1,),
                 "options": {"queue": "slow", "expires": 60, "exchange": "x"}},
        often={"task": "tests.nothing", "schedule": 90.0},
        delta={"task": "tests.nothing", "schedule": schedule(timedelta(minutes=5))},
        half={"task": "tests.nothing", "schedule": 0.5},
        sun={"task": "tests.nothing", "schedule": sunset},
        none={"task": "tests.nothing"},
    )  # fmt: skip

    said = migrate("--from-beat-schedule")

    by_name = {row.name: row for row in APIEndpointSchedule.objects.all()}
    assert set(by_name) == {"morning", "often", "delta"}
    assert (by_name["morning"].cron_expression, by_name["morning"].timezone) == ("10 8 * * *", "Asia/Tokyo")
    assert (by_name["morning"].queue, by_name["morning"].expires_seconds) == ("slow", 60)
    assert (by_name["often"].interval_seconds, by_name["delta"].interval_seconds) == (90, 300)
    assert "exchange" in line_of("morning", said)
    assert all(line_of(name, said).startswith("left") for name in ("half", "sun", "none"))
    assert "there already: 3" in migrate("--from-beat-schedule")


def test_what_was_taken_stands_in_columns_in_japanese_too(in_code: Any) -> None:
    in_code(
        often={"task": "tests.nothing", "schedule": 3600},
        unknown={"task": "tests.nothin", "schedule": 3600},
    )
    with translation.override("ja"):
        said = migrate("--from-beat-schedule", "--dry-run")

    columns = {len(line_of(name, said).partition(f"  {name}")[0].encode("cp932")) for name in ("often", "unknown")}
    assert len(columns) == 1, said  # cp932 writes a character that is two columns wide as two bytes


def test_entries_in_code_are_switched_over_from_when_their_beat_stopped(in_code: Any) -> None:
    in_code(often={"task": "tests.nothing", "schedule": 3600})
    with pytest.raises(CommandError, match="--stopped-at"):
        migrate("--from-beat-schedule", "--switch-over")
    stopped = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)

    assert "Switched over: 1." in migrate("--from-beat-schedule", "--switch-over", "--stopped-at", stopped.isoformat())

    ours = APIEndpointSchedule.objects.get()
    assert ours.effective_from == stopped
    assert recurrence_of(ours).next_after(stopped) == stopped + timedelta(hours=1)
    with pytest.raises(CommandError, match="future"):
        migrate("--from-beat-schedule", "--switch-over", "--stopped-at", "2099-01-01T00:00")
