"""Figures for Prometheus at /metrics, made when they are asked for: any web process answers the same.

Nobody may ask unless METRICS_TOKEN is set: what runs when is nobody else's business. Each figure is one bounded query
or one round trip, so that a scrape stays quick with a million runs.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from schedules import conf
from schedules.exceptions import EngineUnreachable
from schedules.mirror import tally
from schedules.mirror.mirror import Mirror
from schedules.mirror.presence import WORKER_SILENT_AFTER
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.lifecycle import in_force, pause_holds
from schedules.monitoring import engine_health, lag, queue_depths, quick_drift
from schedules.selectors import UNFINISHED, changed_since, queue_names

PREFIX = "stockura"
REACHABLE = "1 when Redis answers; without it the figures of the engine are absent."
#: How far back the runs by state are counted, and how many of one state at most: a busy day may have a million.
RUNS_SPAN, MOST_COUNTED = timedelta(hours=1), 10_000
#: What was saved this lately is compared with the mirror; beat compares everything else each minute.
COMPARED_SINCE, MOST_COMPARED = timedelta(minutes=10), 500


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the figures to whoever brings the token; for anybody else there is no such page."""
    wanted = str(conf.setting("METRICS_TOKEN"))
    given = request.headers.get("Authorization", "")
    if not wanted or not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(SchedulesCollector(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class SchedulesCollector(Collector):
    """All figures at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._held = 0

    def describe(self) -> list[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._from_the_database()
        try:
            # All of it before any is told: half of the figures would look like a well engine.
            figures = [*_counted(tally.read(Mirror())), *self._of_the_engine()]
        except EngineUnreachable:
            figures = []
        yield _gauge("engine_reachable", REACHABLE, int(bool(figures)))
        yield from figures

    def _from_the_database(self) -> Iterator[Metric]:
        schedules = APIEndpointSchedule.objects.aggregate(
            in_force=Count("pk", filter=in_force() & ~pause_holds(self._now)),
            paused=Count("pk", filter=Q(enabled=True, endpoint__enabled=True) & pause_holds(self._now)),
            off=Count("pk", filter=~Q(enabled=True, endpoint__enabled=True)),
            held=Count("pk", filter=in_force()),
        )
        self._held = schedules.pop("held")
        yield _by("schedules", "Schedules by where they stand.", "standing", schedules)
        recent = ScheduleRun.objects.filter(created_at__gte=self._now - RUNS_SPAN)
        yield _by(
            "runs_last_hour",
            f"Runs recorded in the last hour by their state now; {MOST_COUNTED} stands for that many or more.",
            "state",
            {state: _number_of(recent.filter(state=state)) for state in ScheduleRun.State.values},
        )
        yield _by(
            "runs_unfinished",
            f"Runs that have not ended, whenever they began; {MOST_COUNTED} stands for that many or more.",
            "state",
            {state: _number_of(ScheduleRun.objects.filter(state=state)) for state in UNFINISHED},
        )

    def _of_the_engine(self) -> Iterator[Metric]:
        mirror, health = Mirror(), engine_health(self._now)
        age = lag(health, self._now)
        yield _gauge("leader", "1 when a beat leads.", int(health.leader is not None))
        yield _gauge("standbys", "Beats that wait to lead.", len(health.standbys))
        if age is not None:
            yield _gauge("tick_age_seconds", "How long ago the leading beat last ticked.", age.total_seconds())
        overdue = mirror.count_due_before(self._now)
        yield _gauge("due", "Entries whose moment has come and that beat has not dispatched yet.", overdue)
        workers = mirror.workers_since(self._now - WORKER_SILENT_AFTER)
        yield _gauge("workers", "Workers that were heard of lately.", len(workers))
        yield _gauge("set_aside", "Schedules that cannot be carried out.", len(health.set_aside))
        drift = quick_drift(self._held, _ids_in_force, changed_since(self._now - COMPARED_SINCE, limit=MOST_COMPARED))
        yield _by(
            "drift",
            "Schedules that the engine holds otherwise than the database.",
            "kind",
            {"missing": len(drift.missing), "orphan": len(drift.orphans), "stale": len(drift.stale)},
        )
        queues = queue_depths(queue_names())
        if queues is not None:
            yield _by("queue_messages", "Messages that wait in a queue.", "queue", queues)


def _number_of(runs: QuerySet[ScheduleRun]) -> int:
    # Of the index alone, and no further than it is counted.
    return runs.order_by().values("state")[:MOST_COUNTED].count()


def _ids_in_force() -> set[int]:
    return set(APIEndpointSchedule.objects.filter(in_force()).order_by().values_list("pk", flat=True))


def _counted(counted: tally.Tally) -> Iterator[Metric]:
    yield CounterMetricFamily(
        f"{PREFIX}_dispatched", "Occurrences handed to the broker, counted when recorded.", value=counted.dispatched
    )
    missed = CounterMetricFamily(
        f"{PREFIX}_not_dispatched", "Occurrences that beat did not dispatch, by reason.", labels=["reason"]
    )
    for reason, number in sorted(counted.missed.items()):
        missed.add_metric([reason], number)
    yield missed
    so_far, buckets = 0, []
    for bound, number in zip([*(f"{bound:g}" for bound in tally.BOUNDS), "+Inf"], counted.late, strict=True):
        so_far += number
        buckets.append((bound, float(so_far)))
    yield HistogramMetricFamily(
        f"{PREFIX}_dispatch_lateness_seconds",
        "How long after its nominal instant an occurrence was handed to the broker.",
        buckets=buckets,
        sum_value=counted.late_seconds,
    )


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", told, value=value)


def _by(name: str, told: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", told, labels=[label])
    for value, number in values.items():
        family.add_metric([str(value)], number)
    return family
