"""/metrics: closed to strangers, right from any web process, and every panel of the dashboard asks for what exists."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from schedules.mirror import tally
from schedules.mirror.mirror import Mirror
from schedules.services.switching import pause_schedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule, an_endpoint
from tests.support.driven_beat import DrivenScheduler
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.django_db(transaction=True)

DASHBOARD = Path(__file__).parents[2] / "docs/grafana/stockura-schedules.json"
TOKEN = "prometheus-of-the-tests"


@pytest.fixture
def _token(settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "METRICS_TOKEN": TOKEN}


def scraped() -> dict[tuple[str, ...], float]:
    """Return each sample by its name and the values of its labels."""
    answer = Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(sample.name, *sample.labels.values()): sample.value for each in families for sample in each.samples}


def test_there_is_no_such_page_without_a_token_or_with_a_wrong_one(settings: Any) -> None:
    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    settings.SCHEDULES = {**settings.SCHEDULES, "METRICS_TOKEN": TOKEN}
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"authorization": "Bearer プロメテウス"}).status_code == 404
    assert Client().post("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 405


@pytest.mark.usefixtures("_token")
def test_figures_are_those_of_the_rows_the_engine_and_what_beat_has_sent(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    now = datetime.now(UTC)
    sent = a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600, starts_at=now)
    a_schedule(enabled=False)
    pause_schedule(a_schedule().pk, now=now, reason="")
    a_run(sent, state="failed")
    a_run(sent, state="running")
    due = sent.starts_at.replace(microsecond=0) + timedelta(hours=1)
    beat.tick_at(due - timedelta(seconds=5))
    before = scraped()
    beat.tick_at(due + timedelta(milliseconds=300))
    beat.upkeep._hand_events_over()

    figures = scraped()

    assert (before["stockura_dispatched_total",], figures["stockura_dispatched_total",]) == (0, 1)
    late = "stockura_dispatch_lateness_seconds_bucket"
    assert (figures[late, "0.25"], figures[late, "0.5"], figures[late, "+Inf"]) == (0, 1, 1)
    standings = {label: figures["stockura_schedules", label] for label in ("in_force", "paused", "off")}
    assert standings == {"in_force": 1, "paused": 1, "off": 1}
    assert figures["stockura_runs_last_hour", "failed"] == 1
    assert figures["stockura_runs_unfinished", "running"] == 1
    assert figures["stockura_queue_messages", "default"] == 1
    assert sum(figures["stockura_drift", kind] for kind in ("missing", "orphan", "stale")) == 0
    Mirror().remove({sent.pk: None})
    assert scraped()["stockura_drift", "missing"] == 1


@pytest.mark.usefixtures("_token")
def test_each_kind_of_drift_is_counted_and_what_is_set_aside_is_none(beat: DrivenScheduler) -> None:
    def drift() -> dict[str, float]:
        figures = scraped()
        return {kind: figures["stockura_drift", kind] for kind in ("missing", "orphan", "stale")}

    every = {"schedule_type": "interval", "execution_times": None, "interval_seconds": 60}
    unknown = a_schedule(endpoint=an_endpoint(name="unknown", task="tests.nobody_knows_it"), **every)
    missing, orphan, stale = a_schedule(), a_schedule(), a_schedule()
    beat.tick_at(datetime.now(UTC) + timedelta(minutes=2))
    assert Mirror().reasons_set_aside().keys() == {unknown.pk}
    assert drift() == {"missing": 0, "orphan": 0, "stale": 0}

    # Past the signals, so that the mirror is not told.
    type(stale).objects.filter(pk=stale.pk).update(revision=stale.revision + 1)
    assert drift() == {"missing": 0, "orphan": 0, "stale": 1}
    type(orphan).objects.filter(pk=orphan.pk).update(enabled=False)
    assert drift() == {"missing": 0, "orphan": 1, "stale": 1}
    Mirror().remove({missing.pk: None})
    # As many as there ought to be, and not the same: beat finds it within a minute, the figure does not.
    assert drift() == {"missing": 0, "orphan": 0, "stale": 1}


@pytest.mark.usefixtures("_token")
def test_runs_are_counted_up_to_a_bound_so_that_a_scrape_stays_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schedules.metrics.MOST_COUNTED", 2)
    schedule = a_schedule()
    for state in ("succeeded", "succeeded", "succeeded", "failed", "running", "running", "running"):
        a_run(schedule, state=state)
    a_run(schedule, state="failed", created_at=datetime.now(UTC) - timedelta(hours=2))

    figures = scraped()

    recent = {state: figures["stockura_runs_last_hour", state] for state in ("succeeded", "failed", "running")}
    assert recent == {"succeeded": 2, "failed": 1, "running": 2}
    assert figures["stockura_runs_unfinished", "running"] == 2


def test_what_was_not_sent_is_counted_by_its_reason(redis_client: redis.Redis) -> None:
    long_sentence = "a sentence of its own " * 5
    texts = [json.dumps({"kind": "missed", "reason": reason}) for reason in ("coalesced", "coalesced", long_sentence)]
    tally.add(Mirror(), tally.tally_of([*texts, "{not json"]))
    assert tally.read(Mirror()).missed == {"coalesced": 2, "other": 1}


@pytest.mark.usefixtures("_token")
def test_without_redis_the_rows_are_still_told_and_nothing_is_called_well(redis_server: RedisServer) -> None:
    a_schedule()
    redis_server.kill()
    figures = scraped()
    assert figures["stockura_engine_reachable",] == 0
    assert ("stockura_schedules", "in_force") in figures
    assert ("stockura_leader",) not in figures


@pytest.mark.usefixtures("_token")
def test_a_scrape_costs_as_many_queries_however_many_rows_there_are() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            scraped()
        return len(captured)

    few = queries()
    for _ in range(10):
        a_run(a_schedule())
    assert queries() == few


@pytest.mark.usefixtures("_token")
def test_the_dashboard_asks_only_for_figures_that_exist(beat: DrivenScheduler) -> None:
    beat.tick_at(datetime.now(UTC))
    tally.add(Mirror(), tally.tally_of([json.dumps({"kind": "missed", "reason": "coalesced"})]))
    a_schedule()
    known = {name for name, *_labels in scraped()}
    targets = [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]
    asked = {name for target in targets for name in re.findall(r"stockura_\w+", target)}
    assert len(asked) > 12
    assert asked <= known, asked - known
