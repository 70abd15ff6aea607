"""`manage.py check` refuses settings under which the engine cannot keep its promises, and says what to write."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from schedules.checks.celery_settings import check_celery_settings
from schedules.checks.own_settings import check_own_settings
from schedules.checks.time_zones import check_time_zones
from tests.support.processes import ROOT

Set = Callable[[str, Any], None]


@pytest.fixture
def set_celery(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Changes one setting of the project's Celery app for this test."""
    from stockura.celery import app

    def put(name: str, value: Any) -> None:
        monkeypatch.setitem(app.conf, name, value)

    return put


def only(found: list[CheckMessage]) -> CheckMessage:
    assert len(found) == 1, found
    return found[0]


def test_the_projects_own_settings_pass() -> None:
    assert check_celery_settings(None) == check_own_settings(None) == check_time_zones(None) == []


@pytest.mark.parametrize(
    ("name", "value", "code", "says", "hint"),
    [
        ("beat_scheduler", "celery.beat:PersistentScheduler", "E001", "does not know", "StockuraScheduler"),
        ("beat_scheduler", "redbeat.RedBeatScheduler", "E001", "does not know", "StockuraScheduler"),
        ("beat_scheduler", "no.such:Scheduler", "E001", "cannot be loaded", "StockuraScheduler"),
        ("redbeat_key_prefix", "stockura", "E002", '"stockura"', '"stockura:schedule:"'),
        ("redbeat_key_prefix", ":", "E002", '":"', '"stockura:schedule:"'),
        ("redbeat_lock_timeout", None, "E003", "not set", "BEAT_LOCK_SECONDS"),
        ("redbeat_lock_timeout", 0, "E003", "not set", "BEAT_LOCK_SECONDS"),
        ("redbeat_lock_timeout", -1, "E003", "-1", "BEAT_LOCK_SECONDS"),
        ("redbeat_lock_timeout", float("nan"), "E003", "nan", "BEAT_LOCK_SECONDS"),
        ("redbeat_lock_timeout", "10", "E003", "'10'", "BEAT_LOCK_SECONDS"),
        ("redbeat_lock_timeout", 5, "W004", "5 s and BEAT_LOCK_SECONDS is 10", "BEAT_LOCK_SECONDS"),
        ("enable_utc", False, "E004", "twice or never", "enable_utc = True"),
        ("timezone", "Asia/Tokio", "E005", '"Asia/Tokio"', '"Asia/Tokyo"'),
        ("task_serializer", "pickle", "E006", '"pickle"', '"json"'),
        ("accept_content", ["yaml"], "E007", "['yaml']", '["json"]'),
        ("accept_content", ["json", "pickle"], "E017", "run any code", '["json"]'),
        ("result_serializer", "pickle", "E018", "run any code", 'result_serializer = "json"'),
        ("result_accept_content", ["application/x-python-serialize"], "E018", "run any code", "result_accept_content"),
        ("task_acks_late", False, "W006", "is lost", "task_acks_late"),
        ("task_reject_on_worker_lost", False, "W006", "is lost", "task_reject_on_worker_lost"),
        ("broker_url", "amqp://127.0.0.1//", "W010", "does not confirm", '{"confirm_publish": True}'),
    ],
)
def test_a_setting_of_celery_that_breaks_a_promise_is_named_with_its_cure(
    set_celery: Set, name: str, value: Any, code: str, says: str, hint: str
) -> None:
    set_celery(name, value)

    found = only(check_celery_settings(None))

    assert found.id == f"schedules.{code}"
    assert says in found.msg
    assert hint in found.hint


def test_a_subclass_of_our_scheduler_may_be_chosen(set_celery: Set) -> None:
    set_celery("beat_scheduler", "tests.support.driven_beat:DrivenScheduler")

    assert check_celery_settings(None) == []


@pytest.mark.parametrize(("seconds", "is_in_time"), [(13, True), (14, False), (1500, False)])
def test_a_lock_that_lets_a_standby_wait_beyond_fifteen_seconds_is_warned_of(
    set_celery: Set, settings: Any, seconds: int, is_in_time: bool
) -> None:
    set_celery("redbeat_lock_timeout", seconds)
    settings.SCHEDULES = {**settings.SCHEDULES, "BEAT_LOCK_SECONDS": seconds}

    assert [found.id for found in check_celery_settings(None)] == ([] if is_in_time else ["schedules.W003"])


@pytest.mark.parametrize(
    ("changed", "code", "says", "hint"),
    [
        ({"RUNS_KEPT": 30}, "E010", '"RUNS_KEPT"', '"RUNS_KEPT_DAYS"'),
        ({"zzz": 30}, "E010", '"zzz"', "BEAT_LOCK_SECONDS"),
        ({"RECONCILE_EVERY_SECONDS": 0}, "E011", "RECONCILE_EVERY_SECONDS", ": 60.0"),
        ({"BEAT_LOCK_SECONDS": "10"}, "E011", "'10'", ": 10.0"),
        ({"HEARTBEAT_EVERY_SECONDS": float("inf")}, "E011", "inf", ": 10.0"),
        ({"HEARTBEAT_EVERY_SECONDS": None}, "E011", "None", ": 10.0"),
        ({"HEARTBEAT_LOST_AFTER_SECONDS": 29}, "E012", "a second time", "to 30 or more"),
        ({"RUNS_KEPT_DAYS": -1}, "E013", "-1", "for ever"),
        ({"RUNS_KEPT_DAYS": 1.5}, "E013", "1.5", "for ever"),
        ({"RUNS_KEPT_DAYS": "400"}, "E013", "'400'", "for ever"),
        ({"BACKFILLS_KEPT_DAYS": -1}, "E013", "BACKFILLS_KEPT_DAYS", "for ever"),
        ({"CHANGES_KEPT_DAYS": None}, "E013", "CHANGES_KEPT_DAYS", "for ever"),
        ({"ALLOWED_TASKS": "prices.*"}, "E015", "'prices.*'", '["prices.*", '),
        ({"TASK_PERMISSIONS": {"orders.*": "place_order"}}, "E016", "place_order", "orders.place_order"),
        ({"ALERT_PRIVATE_HOSTS": "chat.example.lan"}, "E021", "'chat.example.lan'", '["chat.example.lan"]'),
    ],
)
def test_an_own_setting_that_cannot_be_meant_is_named_with_its_cure(
    settings: Any, changed: dict[str, Any], code: str, says: str, hint: str
) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, **changed}

    found = only(check_own_settings(None))

    assert found.id == f"schedules.{code}"
    assert says in found.msg
    assert hint in found.hint


def test_three_beats_of_silence_are_enough_and_zero_days_keep_the_history(settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "HEARTBEAT_LOST_AFTER_SECONDS": 30, "RUNS_KEPT_DAYS": 0}

    assert check_own_settings(None) == []


def test_without_use_tz_instants_would_be_ambiguous(settings: Any) -> None:
    settings.USE_TZ = False

    assert only(check_own_settings(None)).id == "schedules.E014"


def test_a_machine_without_time_zones_is_told_what_to_install() -> None:
    program = """
import sys
sys.modules["tzdata"] = None  # as if it were not installed
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check"])
"""

    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 1
    assert "schedules.E008" in ended.stderr
    assert "Asia/Tokyo, America/New_York" in ended.stderr
    assert "apt-get install tzdata" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_checks_are_registered(set_celery: Set, settings: Any) -> None:
    set_celery("enable_utc", False)
    settings.SCHEDULES = {**settings.SCHEDULES, "RUNS_KEPT_DAYS": -1}

    with pytest.raises(SystemCheckError, match=r"schedules\.E004[\s\S]*schedules\.E013"):
        call_command("check")
