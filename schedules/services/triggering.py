"""A person or a script asks for a run now, whatever the rule says."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction

from schedules import tracing
from schedules.exceptions import ArgumentsRefused, DispatchFailed
from schedules.messages import HEADER, Origin
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.services.permitting import require_task
from schedules.task_catalogue import problem_with_arguments

logger = logging.getLogger(__name__)

#: A person waits for the answer: one more try, then a sentence.
RETRY_POLICY = {"max_retries": 1, "interval_start": 0.2}


@dataclass(frozen=True)
class OtherArguments:
    """What a single run is called with instead of the schedule's own arguments; None: as the schedule has it.

    ``args`` takes the place of the whole list, whose entries have no names to tell them apart by. ``kwargs`` is laid
    over the schedule's, name by name, unless ``replace_kwargs``.
    """

    args: Sequence[Any] | None = None
    kwargs: Mapping[str, Any] | None = None
    replace_kwargs: bool = False

    def applied_to(self, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return the arguments of the run, given those of its schedule. What has a wrong shape stays as it is."""
        ours = args if self.args is None else self.args
        if self.kwargs is None:
            return ours, kwargs
        is_mergeable = isinstance(self.kwargs, Mapping) and not self.replace_kwargs
        return ours, {**kwargs, **self.kwargs} if is_mergeable else self.kwargs


#: The schedule's own.
SAME_ARGUMENTS = OtherArguments()


def run_now(
    schedule_id: int,
    *,
    now: datetime,
    by: Any = None,
    reason: str = "",
    arguments: OtherArguments = SAME_ARGUMENTS,
) -> ScheduleRun:
    """Hand one run of the schedule to the workers and return its row in the ledger.

    A schedule that is disabled or paused can be run this way too: that is what people do to try it out. ``by`` is the
    user who asks; None is whoever runs the system. ``arguments`` are this run's alone; the row keeps what it was called
    with. The message leaves after the caller's transaction has been committed. Raises TaskRefused, ArgumentsRefused
    when the task cannot be called so, DispatchFailed when the broker does not take it (the row then says so), and
    APIEndpointSchedule.DoesNotExist.
    """
    schedule = APIEndpointSchedule.objects.select_related("endpoint").get(pk=schedule_id)
    task, *own = schedule.call()
    require_task(task, by=by)
    args, kwargs = arguments.applied_to(*own)
    # The schedule's own have been checked when they were saved; a worker may know more than this process since.
    if arguments != SAME_ARGUMENTS and (refused := problem_with_arguments(task, args, kwargs)):
        raise ArgumentsRefused(refused[0], str(refused[1]))
    run = ScheduleRun.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        task=task,
        task_id=str(uuid.uuid4()),
        args=list(args),
        kwargs=dict(kwargs),
        trigger=ScheduleRun.Trigger.MANUAL,
        triggered_by=by,
        trigger_reason=reason,
        dispatched_at=now,
    )
    transaction.on_commit(partial(_send, run, schedule.message_options()))
    return run


def publish(run: ScheduleRun, options: dict[str, Any]) -> None:
    """Send the message of ``run`` with Celery's ``options``. Raises DispatchFailed when the broker does not take it."""
    origin = Origin(run.schedule_id, run.trigger, run.scheduled_for, run.dispatched_at)
    try:
        with tracing.dispatch(run.task, run.task_id, origin) as traced:
            current_app.send_task(
                run.task,
                args=run.args,
                kwargs=run.kwargs,
                task_id=run.task_id,
                headers={HEADER: origin.to_header(), **traced},
                retry_policy=RETRY_POLICY,
                **options,
            )
    except (current_app.Task.OperationalError, *current_app.connection_for_write().connection_errors) as error:
        raise DispatchFailed(run.schedule_name, error) from error
    logger.info("run.triggered schedule_id=%s run_id=%s task_id=%s", run.schedule_id, run.pk, run.task_id)


def _send(run: ScheduleRun, options: dict[str, Any]) -> None:
    try:
        publish(run, options)
    except DispatchFailed as error:
        run.state, run.error, run.finished_at = ScheduleRun.State.FAILED, str(error), run.dispatched_at
        run.save(update_fields=["state", "error", "finished_at"])
        raise
