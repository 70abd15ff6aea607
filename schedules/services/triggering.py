"""A person or a script asks for a run now, whatever the rule says."""

import logging
import uuid
from datetime import datetime
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction

from schedules.exceptions import DispatchFailed
from schedules.messages import HEADER, Origin
from schedules.models import APIEndpointSchedule, ScheduleRun

logger = logging.getLogger(__name__)

#: A person waits for the answer: one more try, then a sentence.
RETRY_POLICY = {"max_retries": 1, "interval_start": 0.2}


def run_now(schedule_id: int, *, now: datetime, by: Any = None, reason: str = "") -> ScheduleRun:
    """Hand one run of the schedule to the workers and return its row in the ledger.

    A schedule that is disabled or paused can be run this way too: that is what people do to try it out. ``by`` is the
    user who asks. The message leaves after the caller's transaction has been committed. Raises DispatchFailed when the
    broker does not take it (the row then says so), and APIEndpointSchedule.DoesNotExist.
    """
    schedule = APIEndpointSchedule.objects.select_related("endpoint").get(pk=schedule_id)
    task, args, kwargs = schedule.call()
    run = ScheduleRun.objects.create(
        schedule=schedule,
        schedule_name=schedule.name,
        task=task,
        task_id=str(uuid.uuid4()),
        args=args,
        kwargs=kwargs,
        trigger=ScheduleRun.Trigger.MANUAL,
        triggered_by=by,
        trigger_reason=reason,
        dispatched_at=now,
    )
    transaction.on_commit(partial(_send, run, schedule.message_options()))
    return run


def _send(run: ScheduleRun, options: dict[str, Any]) -> None:
    origin = Origin(run.schedule_id, run.trigger, None, run.dispatched_at)
    try:
        current_app.send_task(
            run.task,
            args=run.args,
            kwargs=run.kwargs,
            task_id=run.task_id,
            headers={HEADER: origin.to_header()},
            retry_policy=RETRY_POLICY,
            **options,
        )
    except current_app.connection_for_write().connection_errors as error:
        _record_failure(run, error)
    except current_app.Task.OperationalError as error:
        _record_failure(run, error)
    else:
        logger.info("run.triggered schedule_id=%s run_id=%s task_id=%s", run.schedule_id, run.pk, run.task_id)


def _record_failure(run: ScheduleRun, error: Exception) -> None:
    failure = DispatchFailed(run.schedule_name, error)
    run.state, run.error, run.finished_at = ScheduleRun.State.FAILED, str(failure), run.dispatched_at
    run.save(update_fields=["state", "error", "finished_at"])
    raise failure from error
