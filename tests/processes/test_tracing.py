"""Real processes as `opentelemetry-instrument` starts them: one trace from beat to a pool process of a worker."""

import importlib.util
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schedules.models import ScheduleRun
from tests.support.builders import a_schedule, an_endpoint
from tests.support.processes import RunningProcess
from tests.support.stack import Stack
from tests.support.waiting import wait_until


def as_instrumented() -> dict[str, str]:
    """The environment of what `opentelemetry-instrument` starts, by the variables that an operator sets.

    Spans are printed. They are handed over so seldom that none would be seen unless a process that ends sends its last.
    """
    found = importlib.util.find_spec("opentelemetry.instrumentation.auto_instrumentation")
    assert found
    assert found.origin
    return {
        "PYTHONPATH": str(Path(found.origin).parent),
        "OTEL_TRACES_EXPORTER": "console",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "celery",
        "OTEL_BSP_SCHEDULE_DELAY": "600000",
    }


def spans_printed_by(process: RunningProcess) -> list[dict[str, Any]]:
    text = process.output()
    return [json.JSONDecoder().raw_decode(text, at.start())[0] for at in re.finditer(r'{\n    "name"', text)]


@pytest.mark.one_database
def test_a_trace_goes_from_beat_to_the_worker_and_the_last_spans_leave_when_the_processes_end(stack: Stack) -> None:
    worker = stack.worker("--concurrency=1", env=as_instrumented(), fresh=True)
    beat = stack.beat(env=as_instrumented(), fresh=True)
    every_second = {"schedule_type": "interval", "execution_times": None, "interval_seconds": 1}
    a_schedule(name="often", endpoint=an_endpoint(task="tests.effect"), starts_at=datetime.now(UTC), **every_second)
    succeeded = ScheduleRun.objects.filter(state=ScheduleRun.State.SUCCEEDED)
    wait_until(succeeded.exists, within=30, saying="a run to succeed")
    beat.stop()
    worker.stop()

    dispatches = {(span["context"]["trace_id"], span["context"]["span_id"]) for span in spans_printed_by(beat)}
    runs = [span for span in spans_printed_by(worker) if span["name"] == "run often"]
    assert runs
    assert {(run["context"]["trace_id"], run["parent_id"]) for run in runs} <= dispatches
    assert {run["attributes"]["schedules.state"] for run in runs} == {"succeeded"}
