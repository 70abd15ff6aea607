"""The rows that the screenshots show: a week in the life of a few schedules, ending at the present moment."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from schedules.models import APIEndpoint, APIEndpointSchedule, ExceptionalDay, ScheduleRun
from schedules.models.reasons import Reason
from schedules.services.switching import pause_schedule

LOGIN = "operations"
State, Trigger = ScheduleRun.State, ScheduleRun.Trigger

COUNTS = {"as_of": "2026-05-29", "received": 4400, "created": 16, "changed": 9, "delisted": 14, "unchanged": 4375}
TRACEBACK = """Traceback (most recent call last):
  File "stockura/companies/tasks.py", line 41, in sync_listed_companies
    listed = _fetch(day)
stockura.jquants.errors.Unavailable: J-Quantsから応答がありません（503が4回続きました）。
"""


def build() -> None:
    """Fill an empty database."""
    user = User.objects.create_superuser(LOGIN)
    companies = APIEndpoint.objects.create(
        name="上場銘柄一覧",
        description="J-Quants /v2/equities/master",
        task="stockura.companies.tasks.sync_listed_companies",
        default_args=["scheduled"],
    )
    ExceptionalDay.objects.create(on="2026-10-01", reason_ja="システム障害による終日売買停止", reason_en="All-day halt")

    def schedule(name: str, kind: str, **fields: Any) -> APIEndpointSchedule:
        return APIEndpointSchedule.objects.create(name=name, endpoint=companies, schedule_type=kind, **fields)

    morning = schedule(
        "銘柄一覧 朝と公表後", "daily", execution_times={"times": ["08:10", "17:40"]}, trading_day_rule="skip"
    )
    month_end = schedule(
        "月末営業日の照合", "monthly", month_days=["trading:-1"], execution_times={"times": ["18:00", "25:00"]}
    )
    new_york = schedule(
        "After the New York close", "cron", cron_expression="30 16 * * 1-5", timezone="America/New_York"
    )
    patrol = schedule(
        "15分ごとの巡回",
        "interval",
        interval_seconds=900,
        starts_at=timezone.now().replace(minute=0, second=0, microsecond=0),
    )
    schedule(
        "臨時取得",
        "once",
        run_at=timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3),
        enabled=False,
    )
    pause_schedule(
        patrol.pk,
        now=timezone.now(),
        reason="J-Quants のメンテナンス",
        until=timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=20),
    )
    now = timezone.localtime()
    working_days = [now - timedelta(days=days) for days in range(7, 0, -1)]
    working_days = [day for day in working_days if day.weekday() < 5]
    for number, day in enumerate(working_days, start=1):
        for hour, minute in ((8, 10), (17, 40)):
            planned = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
            failed = (number, hour) == (len(working_days), 17)
            outcome = (
                {"error": "J-Quantsから応答がありません（503が4回続きました）。", "traceback": TRACEBACK}
                if failed
                else {"result": COUNTS}
            )
            _run(morning, planned, State.FAILED if failed else State.SUCCEEDED, took=4 + number, **outcome)
    _run(
        month_end,
        now - timedelta(days=2, hours=3),
        State.MISSED,
        took=None,
        state_reason=Reason.OUTSIDE_WINDOW,
    )
    _run(new_york, now - timedelta(hours=4), State.SUCCEEDED, took=6, result=COUNTS)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for quarter in range(int((now - midnight) / timedelta(minutes=15))):
        _run(patrol, midnight + quarter * timedelta(minutes=15), State.SUCCEEDED, took=2, result={"looked_at": 12})
    running = ScheduleRun.objects.create(
        schedule=morning,
        schedule_name=morning.name,
        task=companies.task,
        task_id=str(uuid.uuid4()),
        args=["scheduled"],
        trigger=Trigger.MANUAL,
        triggered_by=user,
        trigger_reason="昨夜の失敗のやり直し",
        state=State.RUNNING,
        dispatched_at=now - timedelta(seconds=9),
        started_at=now - timedelta(seconds=8),
        progress_done=2200,
        progress_total=4400,
        progress_message="2200社を受信",
    )
    _date_back(running, now - timedelta(seconds=9))


def _run(schedule: APIEndpointSchedule, planned: datetime, state: str, *, took: int | None, **fields: Any) -> None:
    started = None if took is None else planned + timedelta(seconds=0.3)
    run = ScheduleRun.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        task=schedule.endpoint.task,
        task_id=str(uuid.uuid4()),
        args=["scheduled"],
        scheduled_for=planned,
        state=state,
        dispatched_at=None if started is None else planned,
        started_at=started,
        finished_at=None if started is None or took is None else started + timedelta(seconds=took),
        worker="worker@data-1",
        attempt=1,
        **fields,
    )
    _date_back(run, planned)


def _date_back(run: ScheduleRun, instant: datetime) -> None:
    ScheduleRun.objects.filter(pk=run.pk).update(created_at=instant)
