"""What Celery publishes for one kind of call: taken from Celery once, then filled in for each occurrence.

Most of the time that a message takes is Celery's finding out, again and again, what is the same for all messages of a
task with the same queue, priority and expiry. So Celery is let publish one of them to a recorder, with marks where the
occurrence's own parts belong. Where anything may make the next message differ in another way (signals, routes, an own
``apply_async``, a tracer around Celery's), no stencil is cut, and Celery is asked for each message. Tests hold filled
stencils against Celery's and kombu's own messages.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from celery import Celery, Task, signals
from celery.utils.saferepr import saferepr
from celery.utils.time import add_seconds_to_datetime, maybe_make_aware

from schedules.messages import HEADER

#: Stands for the occurrence's own id while Celery is recorded.
MARK = "the id of the occurrence"
#: The options that a stencil understands.
UNDERSTOOD = {"queue", "priority", "expires"}
#: Signals that are sent with each message, and whose receivers may change it.
HEARD = (signals.before_task_publish, signals.after_task_publish, signals.task_sent)


class Recorder:
    """Stands in for a kombu producer and keeps what it is told to publish."""

    def __init__(self) -> None:
        self.connection = _Connection()
        self.published: tuple[Any, dict[str, Any]] | None = None

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def publish(self, body: Any, **how: Any) -> None:
        self.published = body, how


class _Connection:
    """What Celery asks of a producer's connection when it publishes."""

    @staticmethod
    def _reraise_as_library_errors() -> AbstractContextManager[None]:
        return nullcontext()


class Stencil:
    """The messages of one task with one set of options."""

    def __init__(self, app: Celery, task: Task, body: Any, how: dict[str, Any], expires: float | None) -> None:
        self._app = app
        self._check: Callable[..., Any] = task.__header__ if task.typing else _anything
        self._embedded = body[2]
        self._how = how
        self._headers: dict[str, Any] = how.pop("headers")
        self._ids = [name for name, value in self._headers.items() if value == MARK]
        self._ids_without = [name for name, value in how.items() if value == MARK]
        self._expires = expires
        self._args_size, self._kwargs_size = app.amqp.argsrepr_maxsize, app.amqp.kwargsrepr_maxsize
        self._levels = app.conf.task_repr_maxlevels

    def fill(
        self, args: list[Any], kwargs: dict[str, Any], *, task_id: str, headers: dict[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """Return the body and the rest of what is to be published, which has ``headers`` besides Celery's.

        Raises TypeError for arguments that do not fit.
        """
        self._check(*args, **kwargs)
        full = self._headers | dict.fromkeys(self._ids, task_id)
        # Most calls have none, and finding out how to say so takes as long as the rest of the message.
        full["argsrepr"] = saferepr(args, self._args_size, maxlevels=self._levels) if args else "()"
        full["kwargsrepr"] = saferepr(kwargs, self._kwargs_size, maxlevels=self._levels) if kwargs else "{}"
        full |= headers
        if self._expires is not None:
            end = add_seconds_to_datetime(self._app.now(), self._expires)
            full["expires"] = maybe_make_aware(end, tz=self._app.timezone).isoformat()
        how = self._how | dict.fromkeys(self._ids_without, task_id)
        how["headers"] = full
        return (args, kwargs, self._embedded), how


class Stencils:
    """The stencils of one app, each cut when it is first needed."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._cut: dict[tuple[Any, ...], Stencil | None] = {}

    def of(self, task: Task, args: list[Any], kwargs: dict[str, Any], options: Mapping[str, Any]) -> Stencil | None:
        """Return the stencil for such calls; None when Celery has to be asked for each of them."""
        if any(signal.receivers for signal in HEARD) or not options.keys() <= UNDERSTOOD:
            return None
        key = (task.name, *(options.get(name) for name in UNDERSTOOD))
        if key not in self._cut:
            self._cut[key] = self._new(task, args, kwargs, options)
        return self._cut[key]

    def _new(self, task: Task, args: list[Any], kwargs: dict[str, Any], options: Mapping[str, Any]) -> Stencil | None:
        if not _goes_celerys_way(self._app, task):
            return None
        recorder = Recorder()
        task.apply_async(args, kwargs, task_id=MARK, headers={HEADER: MARK}, retry=False, producer=recorder, **options)
        if recorder.published is None:
            return None
        body, how = recorder.published
        expires = options.get("expires")
        # A backend is told of each message whose result somebody may want; an expiry of the task's own is Celery's.
        if not how["headers"]["ignore_result"] or (expires is None and how["headers"]["expires"] is not None):
            return None
        return Stencil(self._app, task, body, how, expires)


def _goes_celerys_way(app: Celery, task: Task) -> bool:
    kind = type(task)
    return (
        kind.apply_async is Task.apply_async
        and kind.shadow_name is Task.shadow_name
        # A tracer that wraps these has something to say for each message.
        and not hasattr(Task.apply_async, "__wrapped__")
        and not hasattr(app.send_task, "__wrapped__")
        and not app.conf.task_routes
        and not app.conf.task_always_eager
        and not app.conf.task_send_sent_event
        and getattr(task, "_dump_pydantic_arguments", None) is None
    )


def _anything(*args: Any, **kwargs: Any) -> None:
    """Take whatever is given: the task asks for no check."""
