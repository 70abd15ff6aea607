"""Beat records what it has sent while others record the same: neither is thrown out by PostgreSQL as a deadlock."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from schedules.ledger import events
from schedules.ledger.claiming import Message, Verdict, claim
from schedules.messages import Origin, task_id_of
from schedules.models import APIEndpointSchedule, RecordedChange, ScheduleRun
from schedules.services.resuming import ResumePolicy, resume_schedule
from schedules.services.reverting import revert
from schedules.services.switching import pause_schedule
from tests.support.builders import a_schedule
from tests.support.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)

DUE = datetime(2026, 11, 23, 23, 10, tzinfo=UTC)  # 8:10 in Tokyo on the 24th
RESUMED_AT = DUE + timedelta(hours=1)


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


def resume(schedule: APIEndpointSchedule) -> None:
    resume_schedule(schedule.pk, now=RESUMED_AT, policy=ResumePolicy.SKIP)


def revert_the_pause(_schedule: APIEndpointSchedule) -> None:
    revert(RecordedChange.objects.latest("pk"), now=RESUMED_AT)


@pytest.mark.parametrize("end_pause", [resume, revert_the_pause])
def test_who_ends_a_pause_leaves_what_beat_is_just_recording(
    end_pause: Callable[[APIEndpointSchedule], None],
) -> None:
    schedule = a_schedule()
    pause_schedule(schedule.pk, now=DUE - timedelta(hours=1), reason="holiday")

    with transaction.atomic():
        beat_records(schedule, "missed")
        ended = meanwhile(lambda: end_pause(schedule))

    ended()
    assert not APIEndpointSchedule.objects.get().is_paused(RESUMED_AT)
    assert ScheduleRun.objects.get().state == ScheduleRun.State.MISSED
