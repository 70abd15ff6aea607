"""A backfill with real workers, one of which is killed in the middle of it."""

from datetime import UTC, datetime

from schedules.models import Backfill, ScheduleRun
from schedules.services.backfills.asking import start_backfill
from schedules.services.backfills.planning import BackfillRequest
from tests.support.builders import a_schedule, an_endpoint
from tests.support.stack import Stack
from tests.support.waiting import wait_until

State = ScheduleRun.State


def test_a_backfill_goes_on_after_its_worker_was_killed_and_runs_each_occurrence_once(stack: Stack) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.slow"), args=[0.3], enabled=False)
    settings = {"SCHEDULES_HEARTBEAT_EVERY_SECONDS": "0.3", "SCHEDULES_HEARTBEAT_LOST_AFTER_SECONDS": "2"}
    stack.beat(env=settings)
    worker = stack.worker("--concurrency=1", env=settings)
    period = BackfillRequest(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC))

    backfill, plan = start_backfill(schedule.pk, period, now=datetime.now(UTC))
    wait_until(lambda: len(stack.effects("begun")) == 2, within=20)
    worker.kill()
    stack.worker("--concurrency=1", env=settings)

    wait_until(lambda: Backfill.objects.get(pk=backfill.pk).state == Backfill.State.DONE, within=40)
    assert set(ScheduleRun.objects.values_list("state", flat=True)) == {State.SUCCEEDED}
    done = [scheduled_for for _schedule, scheduled_for, _task_id in stack.effects("done")]
    assert sorted(done) == sorted(one.scheduled_for.isoformat() for one in plan.to_run)
    assert len(done) == len(set(done)) == 6
