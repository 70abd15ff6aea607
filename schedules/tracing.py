"""The trace of a run for OpenTelemetry: from its dispatch, through the message, to its end in a worker.

OpenTelemetry is never loaded from here unless it is in use: a process is traced when somebody has set up a tracer
provider in it, as `opentelemetry-instrument celery …` does by the OTEL_* variables. Anywhere else that one question is
all it costs. Attributes bear the keys of the log lines (``run_id``, ``occurrence`` …) after "schedules.".
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from celery.exceptions import TaskPredicate

from schedules.masking import mask
from schedules.messages import Origin

if TYPE_CHECKING:
    from schedules.models import ScheduleRun

#: In place of ``dispatch`` where nobody traces.
NOT_TRACED: AbstractContextManager[Mapping[str, str]] = nullcontext({})
#: Milliseconds that a process which ends waits for its last spans to leave.
LAST_WAIT = 2000


def is_in_use() -> bool:
    """Say whether this process is traced."""
    return _in_use() is not None


def dispatch(task: str, task_id: str, origin: Origin) -> AbstractContextManager[Mapping[str, str]]:
    """Be the span around the sending of one message; gives the headers with which a worker goes on from it.

    What a person asks for is part of the trace of that request. All else begins a trace of its own, with a link to what
    called for it: a backfill, each of whose runs is sent when one before it ends, would be one endless trace.
    """
    trace = _in_use()
    return NOT_TRACED if trace is None else _dispatch(trace, task, task_id, origin)


@contextmanager
def run(row: "ScheduleRun", headers: Mapping[str, Any] | None, *, is_begun: bool) -> Iterator[None]:
    """Be the span of the run, in the trace that the message's ``headers`` name; it tells what ``row`` says at its end.

    Where something has opened a span for the message already, as Celery's instrumentation does, it is a part of that.
    """
    trace = _in_use()
    if trace is None:
        yield
        return
    from opentelemetry.propagate import extract

    known = trace.get_current_span().get_span_context().is_valid
    parent = None if known else extract({name: text for name, text in (headers or {}).items() if type(text) is str})
    with _span(trace, f"run {row.schedule_name}", trace.SpanKind.CONSUMER, context=parent) as span:
        try:
            yield
        except TaskPredicate:  # Celery's way of saying what is to become of the message
            raise
        except Exception as error:
            _fail(trace, span, error)
            raise
        finally:
            span.set_attributes(_facts_of(row) | {"schedules.is_begun": is_begun})
            # The ledger's own words, masked. While it still says running, they are those of an earlier try.
            if row.error and is_begun and row.state != "running":
                told = {"exception.message": row.error, "exception.stacktrace": row.traceback}
                span.add_event("exception", told)
                span.set_status(trace.StatusCode.ERROR, row.error)


def flush() -> None:
    """Let the last spans of this process leave; a pool process ends without the handlers that would see to it."""
    if trace := _in_use():
        getattr(trace.get_tracer_provider(), "force_flush", lambda wait: None)(LAST_WAIT)


def _in_use() -> Any:
    """Return OpenTelemetry's API where a tracer provider has been set up, else None."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None or isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return None
    return trace


@contextmanager
def _dispatch(trace: Any, task: str, task_id: str, origin: Origin) -> Iterator[Mapping[str, str]]:
    from opentelemetry.context import Context
    from opentelemetry.propagate import inject

    how: dict[str, Any] = {}
    cause = trace.get_current_span().get_span_context()
    if cause.is_valid and origin.trigger != "manual":
        how = {"context": Context(), "links": [trace.Link(cause)]}
    with _span(trace, f"dispatch {task}", trace.SpanKind.PRODUCER, **how) as span:
        occurrence = origin.scheduled_for
        late = None if occurrence is None else (origin.dispatched_at - occurrence).total_seconds()
        span.set_attributes(
            _known(
                schedule_id=origin.schedule_id,
                trigger=origin.trigger,
                occurrence=occurrence and occurrence.isoformat(),
                late_seconds=late,
                task=task,
                task_id=task_id,
            )
        )
        headers: dict[str, str] = {}
        inject(headers)
        try:
            yield headers
        except Exception as error:
            _fail(trace, span, error)
            raise


def _span(trace: Any, name: str, kind: Any, **how: Any) -> Any:
    # An error's own text may hold secrets, so that OpenTelemetry is not let record it.
    how |= {"record_exception": False, "set_status_on_exception": False}
    return trace.get_tracer("schedules").start_as_current_span(name, kind=kind, **how)


def _fail(trace: Any, span: Any, error: Exception) -> None:
    span.set_status(trace.StatusCode.ERROR, mask(f"{type(error).__name__}: {error}"))


def _facts_of(row: "ScheduleRun") -> dict[str, Any]:
    return _known(
        schedule_id=row.schedule_id,
        trigger=str(row.trigger),
        occurrence=row.scheduled_for and row.scheduled_for.isoformat(),
        run_id=row.pk,
        attempt=row.attempt,
        task=row.task,
        task_id=str(row.task_id),
        state=str(row.state),
        reason=row.state_reason or None,
    )


def _known(**facts: Any) -> dict[str, Any]:
    return {f"schedules.{name}": value for name, value in facts.items() if value is not None}
