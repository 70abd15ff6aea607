"""Look after runs that nobody tends: a worker that vanished, a message that vanished with it, a turn never called."""

from datetime import datetime

from django.db.models import Case, Q, When

from schedules import conf
from schedules.ledger import lost_messages
from schedules.ledger.claiming import others_under_way
from schedules.ledger.resending import send_waiting
from schedules.models import ScheduleRun
from schedules.models.reasons import Reason
from schedules.services.backfills.advancing import advance_all, advance_those_of

State = ScheduleRun.State


def sweep(now: datetime, *, watching_since: datetime | None = None) -> None:
    """Mark runs without a sign of life as abandoned, send again what was lost, and call runs that nothing holds up.

    ``watching_since``: since when the caller, the database and the clock have been well without a break. Silence before
    it says nothing about a worker, whose signs of life could not be written either.
    """
    lost_after = conf.duration("HEARTBEAT_LOST_AFTER_SECONDS")
    if watching_since is None or now - watching_since >= lost_after:
        # A sign of life from the future was given before the clock was set back.
        silent = Q(heartbeat_at__lt=now - lost_after) | Q(heartbeat_at__gt=now + lost_after)
        ScheduleRun.objects.filter(silent, state=State.RUNNING).update(
            state=State.ABANDONED, state_reason=Reason.NO_SIGN_OF_LIFE, finished_at=now
        )
        lost_messages.send_again(now)
    waiting = ScheduleRun.objects.filter(state=State.DISPATCHED, state_reason=Reason.WAITING)
    for run in waiting.select_related("schedule__endpoint"):
        if not others_under_way(run).exists():
            send_waiting(run)
    advance_all(now)


def call_next(run: ScheduleRun, *, now: datetime) -> None:
    """Send the oldest run that waited for ``run`` to end, if there is one, and what is next of backfills."""
    waiting = ScheduleRun.objects.filter(
        schedule_id=run.schedule_id, state=State.DISPATCHED, state_reason=Reason.WAITING
    ).exclude(pk=run.pk)
    # What a backfill waits for can wait longer than what is due today.
    is_backfill = Case(When(trigger=ScheduleRun.Trigger.BACKFILL, then=1), default=0)
    if found := waiting.select_related("schedule__endpoint").order_by(is_backfill, "created_at").first():
        send_waiting(found)
    advance_those_of(run, now=now)
