"""Beat records what it has sent while others record the same: neither is thrown out by PostgreSQL as a deadlock."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from schedules.ledger import events
from schedules.ledger.claiming import Message, Verdict, claim
from schedules.messages import Origin, task_id_of
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.services.resuming import ResumePolicy, resume_schedule
from tests.support.builders import a_schedule
from tests.support.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)

DUE = datetime(2026, 11, 23, 23, 10, tzinfo=UTC)  # 8:10 in Tokyo on the 24th


def beat_records(schedule: APIEndpointSchedule, kind: str) -> None:
    event = {
        "kind": kind, "schedule": schedule.pk, "scheduled_for": DUE.isoformat(), "at": DUE.isoformat(),
        "task": "tests.nothing", "task_id": task_id_of(schedule.pk, DUE), "args": [], "kwargs": {}, "reason": "",
    }  # fmt: skip
    events.record([json.dumps(event)])


def test_a_worker_takes_a_run_that_beat_is_just_recording() -> None:
    schedule = a_schedule()
    origin = Origin(schedule.pk, "scheduled", DUE, DUE)
    message = Message(task_id_of(schedule.pk, DUE), "tests.nothing", [], {}, origin, is_redelivered=False)

    with transaction.atomic():
        beat_records(schedule, "dispatched")
        claimed = meanwhile(lambda: claim(message, now=DUE, worker="w1"))

    assert claimed().verdict is Verdict.BEGIN
    assert ScheduleRun.objects.get().state == ScheduleRun.State.RUNNING


def test_resuming_passes_over_what_beat_is_just_recording() -> None:
    schedule = a_schedule(effective_from=DUE - timedelta(days=9))
    APIEndpointSchedule.objects.update(paused_at=DUE - timedelta(hours=1), pause_reason="holiday")

    with transaction.atomic():
        beat_records(schedule, "missed")
        resumed = meanwhile(
            lambda: resume_schedule(schedule.pk, now=DUE + timedelta(hours=1), policy=ResumePolicy.SKIP)
        )

    resumed()
    assert ScheduleRun.objects.get().state == ScheduleRun.State.MISSED
