"""Put the ledger around every registered task of a worker, whoever wrote it.

Celery's signals cannot keep a task from running, so the task's ``run`` is wrapped: in the worker before it forks, and
again in a pool process that was started afresh (where nothing is inherited).
"""

import functools
from collections.abc import Callable
from typing import Any

from billiard.exceptions import TimeLimitExceeded
from celery import Task, current_app, signals
from celery.app.trace import build_tracer
from django.utils import timezone

from schedules import actors, tracing
from schedules.ledger import time_limits
from schedules.ledger.claiming import Message, expire, revoke
from schedules.ledger.executing import call_next_quietly, execute
from schedules.messages import HEADER, Origin

_MARK = "_is_recorded_by_schedules"


def record_every_task() -> list[Task]:
    """Wrap the tasks that are not wrapped yet, and return them."""
    app = current_app._get_current_object()
    app.loader.import_default_modules()
    app.finalize()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    fresh = [task for task in ours if not hasattr(task.run, _MARK)]
    for task in fresh:
        task.run = _recorded(task, task.run)
    return fresh


def _recorded(task: Task, body: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(body)
    def recorded(*args: Any, **kwargs: Any) -> Any:
        request = task.request
        origin = None if request.called_directly else Origin.from_header((request.headers or {}).get(HEADER))
        if origin is None:
            return body(*args, **kwargs)
        with actors.acting(door=actors.ENGINE, through=task.name):
            return execute(task, body, origin, args, kwargs)

    setattr(recorded, _MARK, True)
    return recorded


@signals.worker_init.connect
def _wrap_before_the_pool(**kwargs: Any) -> None:
    record_every_task()


@signals.worker_process_init.connect
def _wrap_in_a_fresh_process(sender: Any = None, **kwargs: Any) -> None:
    app = current_app._get_current_object()
    for task in record_every_task():
        # Celery has just built its tracers around the bare tasks.
        task.__trace__ = build_tracer(task.name, task, app.loader, sender, app=app)


@signals.worker_process_shutdown.connect
def _let_the_last_spans_leave(**kwargs: Any) -> None:
    tracing.flush()


@signals.task_revoked.connect
def _record_the_end(request: Any = None, expired: bool = False, terminated: bool = False, **kwargs: Any) -> None:
    """Celery throws a message away that nobody began in time or that a person revoked; the ledger keeps that."""
    origin = Origin.from_header((request.headers or {}).get(HEADER))
    if origin is None:
        return
    message = Message(
        task_id=request.id,
        task=request.task,
        args=request.args or (),
        kwargs=request.kwargs or {},
        origin=origin,
        is_redelivered=False,
    )
    now = timezone.now()
    if expired:
        expire(message, now=now)
    elif run := revoke(message, terminated=terminated, now=now):
        call_next_quietly(run)


@signals.task_failure.connect
def _record_the_end_by_time_limit(task_id: str = "", exception: Any = None, **kwargs: Any) -> None:
    """Celery ends a process that works for too long; its main process is the one that knows."""
    if isinstance(exception, TimeLimitExceeded):
        time_limits.end(task_id, exception, now=timezone.now())
