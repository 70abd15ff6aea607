"""Look after runs that nobody tends: a worker that vanished, a waiting run whose turn was never called."""

from datetime import datetime

from schedules import conf
from schedules.ledger.claiming import others_under_way
from schedules.ledger.resending import send_waiting
from schedules.models import ScheduleRun
from schedules.models.reasons import Reason

State = ScheduleRun.State


def sweep(now: datetime) -> None:
    """Mark runs without a sign of life as abandoned, and call waiting runs that nothing holds up any more."""
    lost = now - conf.duration("HEARTBEAT_LOST_AFTER_SECONDS")
    ScheduleRun.objects.filter(state=State.RUNNING, heartbeat_at__lt=lost).update(
        state=State.ABANDONED, state_reason=Reason.NO_SIGN_OF_LIFE, finished_at=now
    )
    waiting = ScheduleRun.objects.filter(state=State.DISPATCHED, state_reason=Reason.WAITING)
    for run in waiting.select_related("schedule__endpoint"):
        if not others_under_way(run).exists():
            send_waiting(run)


def call_next(run: ScheduleRun) -> None:
    """Send the oldest run that waited for ``run`` to end, if there is one."""
    waiting = ScheduleRun.objects.filter(
        schedule_id=run.schedule_id, state=State.DISPATCHED, state_reason=Reason.WAITING
    ).exclude(pk=run.pk)
    if found := waiting.select_related("schedule__endpoint").order_by("created_at").first():
        send_waiting(found)
