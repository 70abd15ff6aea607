"""The demo with a real beat and worker: what a newcomer sees within a minute."""

from schedules.models import APIEndpointSchedule, ScheduleRun
from stockura.companies.models import Company
from tests.support.stack import Stack
from tests.support.waiting import wait_until


def test_within_a_minute_a_scheduled_sync_has_run_and_its_result_stands_in_the_history(stack: Stack) -> None:
    stack.env["STOCKURA_DEMO_PASSWORD"] = "abcd-efgh-jkmn"
    standin = stack.start("standin", "stockura.jquants.standin", "--port=0")
    standin.wait_for_output("answers at ")
    stack.env["JQUANTS_BASE_URL"] = standin.output().split("answers at ")[1].split()[0]

    stack.manage("load_demo")
    stack.beat()
    stack.worker()

    succeeded = ScheduleRun.objects.filter(state=ScheduleRun.State.SUCCEEDED)
    run = wait_until(succeeded.first, within=60, saying="the first scheduled sync")
    assert run.schedule == APIEndpointSchedule.objects.get(schedule_type="once")
    assert run.trigger == ScheduleRun.Trigger.SCHEDULED
    assert run.scheduled_for == run.schedule.run_at
    assert run.result["created"] == run.result["received"] == run.progress_done == Company.objects.count() > 30
    assert ScheduleRun.objects.count() == 1
