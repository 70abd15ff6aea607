"""Beat and worker together, on real schedules: sent on time, done once, written down."""

from datetime import UTC, datetime, timedelta

from schedules.mirror.mirror import Mirror
from schedules.models import ScheduleRun
from schedules.services.triggering import run_now
from tests.support.builders import a_schedule, an_endpoint
from tests.support.stack import Stack
from tests.support.waiting import wait_until

State = ScheduleRun.State


def every_second(**fields: object) -> dict[str, object]:
    return {"schedule_type": "interval", "execution_times": None, "interval_seconds": 1, **fields}


def test_a_schedule_saved_while_beat_sleeps_runs_and_its_run_is_written_down(stack: Stack) -> None:
    stack.worker("--concurrency=1")
    stack.beat()
    wait_until(lambda: Mirror().is_whole(), within=10, saying="beat to lead")

    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), **every_second())

    wait_until(lambda: len(stack.effects()) >= 3, within=15, saying="three effects")
    run = wait_until(
        lambda: ScheduleRun.objects.filter(state=State.SUCCEEDED, dispatched_at__isnull=False).first(), within=5
    )
    assert run.schedule == schedule
    assert run.result == "done"
    assert run.started_at >= run.dispatched_at >= run.scheduled_for
    assert run.dispatched_at - run.scheduled_for < timedelta(seconds=1)
    occurrences = [when for _, when, _ in stack.effects()]
    assert len(set(occurrences)) == len(occurrences)
    schedule.delete()


def test_run_now_runs_a_disabled_schedule_once(stack: Stack) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"), enabled=False)
    stack.worker("--concurrency=1")

    run = run_now(schedule.pk, now=datetime.now(UTC))

    wait_until(lambda: ScheduleRun.objects.get(pk=run.pk).state == State.SUCCEEDED, within=10)
    assert len(stack.effects()) == 1
