"""A run is one trace, from the dispatch to the worker's end of it, whichever way its message went."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from celery.exceptions import Ignore, Reject
from opentelemetry import propagate, trace
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from schedules.ledger.executing import execute
from schedules.messages import HEADER, Origin
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.services.backfills.asking import start_backfill
from schedules.services.backfills.planning import BackfillRequest
from schedules.services.triggering import run_now
from stockura.celery import app
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule
from tests.support.driven_beat import DrivenScheduler
from tests.support.occurrences import hourly

pytestmark = pytest.mark.django_db(transaction=True)

State = ScheduleRun.State


class Spans:
    """What was traced so far."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def named(self, beginning: str) -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name.startswith(beginning)]

    def one(self, beginning: str) -> ReadableSpan:
        (span,) = self.named(beginning)
        return span


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Spans:
    found = Spans()
    monkeypatch.setattr("opentelemetry.trace._TRACER_PROVIDER", found.provider)
    return found


@pytest.fixture
def celerys_own(spans: Spans) -> Iterator[None]:
    """Celery's own instrumentation, beside ours."""
    instrumentor = CeleryInstrumentor()
    instrumentor.instrument(tracer_provider=spans.provider)
    yield
    instrumentor.uninstrument()


def let_beat_send(beat: DrivenScheduler, schedule: APIEndpointSchedule, *, late: timedelta = timedelta(0)) -> datetime:
    due = beat.mirror.read([schedule.pk])[0].next
    assert due is not None
    beat.tick_at(due + late)
    return due


def work(client: redis.Redis, body: Any = lambda *args, **kwargs: "done") -> dict[str, Any]:
    """Take the next message as a worker does, with ``body`` as its task; return its headers."""
    text: Any = client.rpop("default")
    headers: dict[str, Any] = json.loads(text)["headers"]
    task, origin = app.tasks[headers["task"]], Origin.from_header(headers[HEADER])
    assert origin is not None
    task.push_request({**headers, "headers": headers, "args": [], "kwargs": {}, "called_directly": False})
    try:
        execute(task, body, origin, [], {})
    except (Ignore, Reject, RuntimeError):
        pass
    finally:
        task.pop_request()
    return headers


def ids(span: ReadableSpan) -> tuple[int, int]:
    context = span.get_span_context()
    assert context is not None
    return context.trace_id, context.span_id


def parent(span: ReadableSpan) -> tuple[int, int] | None:
    return (span.parent.trace_id, span.parent.span_id) if span.parent else None


def facts(span: ReadableSpan) -> dict[str, Any]:
    return {name.removeprefix("schedules."): value for name, value in (span.attributes or {}).items()}


@pytest.mark.parametrize("options", [{}, {"queue": "default"}], ids=["by a stencil", "with a queue"])
@pytest.mark.parametrize("way", ["written beside the mirror", "through kombu"])
def test_a_run_is_the_child_of_its_dispatch_through_a_real_message(
    beat: DrivenScheduler, redis_client: redis.Redis, spans: Spans, way: str, options: dict[str, Any]
) -> None:
    schedule = hourly(name="朝の同期", **options)
    if way == "through kombu":
        beat.sender._writer = None
    due = let_beat_send(beat, schedule, late=timedelta(seconds=2))

    headers = work(redis_client)

    dispatch, run = spans.one("dispatch tests.nothing"), spans.one("run 朝の同期")
    assert (parent(dispatch), parent(run)) == (None, ids(dispatch))
    row = ScheduleRun.objects.get()
    both = {
        "schedule_id": schedule.pk,
        "trigger": "scheduled",
        "occurrence": due.isoformat(),
        "task": "tests.nothing",
        "task_id": headers["id"],
    }
    assert facts(dispatch) == both | {"late_seconds": 2.0}
    assert facts(run) == both | {"run_id": row.pk, "attempt": 1, "state": "succeeded", "is_begun": True}
    assert run.status.is_ok


def test_a_call_that_celery_is_asked_for_each_time_is_traced_as_well(
    beat: DrivenScheduler, redis_client: redis.Redis, spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat.sender._stencils, "of", lambda *args: None)
    let_beat_send(beat, hourly())
    work(redis_client)
    assert parent(spans.one("run")) == ids(spans.one("dispatch"))


@pytest.mark.usefixtures("celerys_own")
def test_celerys_own_instrumentation_finds_its_place_between_the_two(
    beat: DrivenScheduler, redis_client: redis.Redis, spans: Spans
) -> None:
    let_beat_send(beat, hourly())
    headers = work(redis_client)
    dispatch, sending = spans.one("dispatch"), spans.one("apply_async/tests.nothing")
    assert parent(sending) == ids(dispatch)
    assert parent(spans.one("run")) == ids(sending)
    assert headers["traceparent"].split("-")[1] == trace.format_trace_id(ids(dispatch)[0])


def test_a_span_opened_for_the_message_already_is_the_parent_and_what_the_task_does_is_below(
    beat: DrivenScheduler, redis_client: redis.Redis, spans: Spans
) -> None:
    let_beat_send(beat, hourly())
    tracer = spans.provider.get_tracer("another")

    def body() -> None:
        with tracer.start_as_current_span("ask J-Quants"):
            pass

    with tracer.start_as_current_span("their span"):
        work(redis_client, body)
    assert parent(spans.one("run")) == ids(spans.one("their span"))
    assert parent(spans.one("ask J-Quants")) == ids(spans.one("run"))


def test_a_failure_is_told_as_the_ledger_has_it_without_secrets(
    beat: DrivenScheduler, redis_client: redis.Redis, spans: Spans
) -> None:
    let_beat_send(beat, hourly())

    def body() -> None:
        raise RuntimeError("redis://user:the-password@host/0 does not answer")

    work(redis_client, body)

    run, row = spans.one("run"), ScheduleRun.objects.get()
    assert (facts(run)["state"], run.status.status_code) == ("failed", trace.StatusCode.ERROR)
    assert run.status.description == row.error == "redis://user:***@host/0 does not answer"
    (event,) = run.events
    assert event.name == "exception"
    assert "RuntimeError: redis://user:***@host/0" in str((event.attributes or {})["exception.stacktrace"])
    assert "the-password" not in run.to_json()


def test_another_try_goes_on_in_the_same_trace_and_a_success_carries_no_old_error(
    beat: DrivenScheduler, redis_client: redis.Redis, spans: Spans
) -> None:
    let_beat_send(beat, hourly(max_retries=1, retry_delay_seconds=0))
    tries: list[int] = []

    def body() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("for now")

    work(redis_client, body)
    work(redis_client, body)

    dispatch, (first, second) = spans.one("dispatch"), spans.named("run")
    assert parent(first) == parent(second) == ids(dispatch)
    assert [(facts(run)["attempt"], facts(run)["state"]) for run in (first, second)] == [
        (1, "retrying"),
        (2, "succeeded"),
    ]
    assert (first.status.description, second.status.description, second.events) == ("for now", None, ())


def test_a_message_that_is_left_alone_says_why(beat: DrivenScheduler, redis_client: redis.Redis, spans: Spans) -> None:
    schedule = hourly()
    let_beat_send(beat, schedule)
    APIEndpointSchedule.objects.filter(pk=schedule.pk).update(enabled=False)
    work(redis_client)
    told = facts(spans.one("run"))
    assert (told["is_begun"], told["state"], told["reason"]) == (False, "skipped", "disabled")


def test_what_a_person_asks_for_is_part_of_the_trace_of_that_request(redis_client: redis.Redis, spans: Spans) -> None:
    with spans.provider.get_tracer("web").start_as_current_span("POST /run"):
        run_now(a_schedule().pk, now=datetime.now(UTC))
    work(redis_client)
    assert parent(spans.one("dispatch")) == ids(spans.one("POST /run"))
    assert parent(spans.one("run")) == ids(spans.one("dispatch"))
    assert facts(spans.one("dispatch"))["trigger"] == "manual"


def test_each_run_of_a_backfill_is_a_trace_of_its_own_linked_to_the_one_that_made_room_for_it(
    redis_client: redis.Redis, spans: Spans
) -> None:
    period = BackfillRequest(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))
    start_backfill(a_schedule().pk, period, now=datetime.now(UTC), reason="outage")

    work(redis_client)
    work(redis_client)

    dispatches, runs = spans.named("dispatch"), spans.named("run")
    assert len({ids(span)[0] for span in dispatches}) == len(dispatches) == 3
    assert [parent(run) for run in runs] == [ids(dispatch) for dispatch in dispatches[:2]]
    (link,) = dispatches[1].links
    assert (link.context.trace_id, link.context.span_id) == ids(runs[0])


def test_a_broker_that_does_not_take_the_message_is_an_error_of_the_dispatch(
    beat: DrivenScheduler, redis_client: redis.Redis, spans: Spans
) -> None:
    schedule = hourly(queue="bad")
    beat.sender._writer, beat.sender._one_by_one = None, True
    redis_client.set("bad", "a key that is no queue")
    let_beat_send(beat, schedule)
    status = spans.one("dispatch").status
    assert (status.status_code, "WRONGTYPE" in (status.description or "")) == (trace.StatusCode.ERROR, True)


def test_without_a_tracer_nothing_is_added_to_a_message(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
    let_beat_send(beat, hourly())
    headers = work(redis_client)
    assert not propagate.get_global_textmap().fields & headers.keys()
    assert ScheduleRun.objects.get().state == State.SUCCEEDED


def test_where_opentelemetry_is_not_installed_nobody_asks_for_it(
    beat: DrivenScheduler, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "opentelemetry"]:
        monkeypatch.delitem(sys.modules, name)
    asked: list[str] = []

    class Watch:
        @staticmethod
        def find_spec(name: str, *rest: Any) -> None:
            if name.partition(".")[0] == "opentelemetry":
                asked.append(name)
                raise ModuleNotFoundError(name)

    monkeypatch.setattr(sys, "meta_path", [Watch, *sys.meta_path])
    let_beat_send(beat, hourly())
    work(redis_client)
    run_now(a_schedule().pk, now=datetime.now(UTC))
    work(redis_client)
    assert (asked, set(ScheduleRun.objects.values_list("state", flat=True))) == ([], {"succeeded"})
