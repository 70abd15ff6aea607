"""A run whose process was ended because it ran longer than its task's hard time limit.

The process cannot write that down any more; without this its run would be taken for lost, and begun anew.
"""

from datetime import datetime, timedelta

from schedules.ledger import recording
from schedules.ledger.executing import call_next_quietly, may_try_again
from schedules.ledger.resending import send_waiting
from schedules.models import ScheduleRun

State = ScheduleRun.State


def end(task_id: str, error: Exception, *, now: datetime) -> None:
    """Note that the run which was under way has failed, or is tried again. For the worker's main process."""
    under_way = ScheduleRun.objects.filter(task_id=task_id, state__in=[State.RUNNING, State.ABANDONED])
    run = under_way.select_related("schedule__endpoint").first()
    if run is None:
        return
    if may_try_again(run):
        seconds = run.schedule.retry_delay_seconds
        recording.wait_for_another_try(run, error, now=now, retry_at=now + timedelta(seconds=seconds))
        send_waiting(run, countdown=seconds)
        return
    recording.fail(run, error, now=now)
    call_next_quietly(run)
