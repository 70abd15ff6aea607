"""Send the message of a run again: to try anew, to ask later, because its turn has come, or because it was lost."""

from typing import Any

from celery import Task, current_app

from schedules import tracing
from schedules.ledger import tries
from schedules.messages import HEADER, Origin
from schedules.models import ScheduleRun


def send_again_later(task: Task, args: Any, kwargs: Any, *, seconds: float) -> None:
    """Send the message that ``task`` is working on once more, to be handed out after ``seconds``.

    It never expires: expiry bounds how long a run waits for its first beginning.
    """
    signature = task.signature_from_request(args=args, kwargs=kwargs, countdown=seconds, retries=task.request.retries)
    signature.options.pop("expires", None)
    signature.apply_async()


def send_waiting(run: ScheduleRun, *, expires_seconds: float | None = None, countdown: float | None = None) -> None:
    """Send a run that waited for the one before it, or whose message was lost; ``countdown`` is in seconds."""
    schedule = run.schedule
    options = {} if schedule is None else schedule.message_options()
    options |= {"expires": expires_seconds, "countdown": countdown}
    origin = Origin(run.schedule_id or 0, run.trigger, run.scheduled_for, run.dispatched_at or run.created_at)
    with tracing.dispatch(run.task, run.task_id, origin) as traced:
        current_app.send_task(
            run.task,
            args=run.args,
            kwargs=run.kwargs,
            task_id=run.task_id,
            headers={HEADER: origin.to_header(), tries.HEADER: run.attempt, **traced},
            **options,
        )
