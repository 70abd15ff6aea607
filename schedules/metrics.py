"""Figures for Prometheus at /metrics, made when they are asked for: any web process answers the same.

Nobody may ask unless METRICS_TOKEN is set: what runs when is nobody else's business. Each figure is one bounded query
or one round trip, so that a scrape stays quick with a million runs.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q
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
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.lifecycle import in_force, pause_holds
from schedules.monitoring import EngineState, engine_state, lag
from schedules.selectors import UNFINISHED, changed_since, queue_names

PREFIX = "stockura"
REACHABLE = "1 when Redis answers; without it the figures of the engine are absent."
#: How far back the runs by state are counted.
RUNS_SPAN = timedelta(hours=24)
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

    def describe(self) -> list[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._from_the_database()
        try:
            counted = tally.read(Mirror())
            state = self._engine()
            overdue = Mirror().count_due_before(self._now)
        except EngineUnreachable:
            yield _gauge("engine_reachable", REACHABLE, 0)
            return
        yield _gauge("engine_reachable", REACHABLE, 1)
        yield from _counted(counted)
        yield from self._of_the_engine(state)
        yield _gauge("due", "Entries whose moment has come and that beat has not dispatched yet.", overdue)

    def _from_the_database(self) -> Iterator[Metric]:
        schedules = APIEndpointSchedule.objects.aggregate(
            in_force=Count("pk", filter=in_force() & ~pause_holds(self._now)),
            paused=Count("pk", filter=Q(enabled=True, endpoint__enabled=True) & pause_holds(self._now)),
            off=Count("pk", filter=~Q(enabled=True, endpoint__enabled=True)),
        )
        yield _by("schedules", "Schedules by where they stand.", "standing", schedules)
        recent = ScheduleRun.objects.filter(created_at__gte=self._now - RUNS_SPAN).order_by()
        found = dict(recent.values_list("state").annotate(number=Count("pk")))
        runs = {state: found.get(state, 0) for state in ScheduleRun.State.values}
        yield _by("runs_last_24h", "Runs recorded in the last 24 hours by their state now.", "state", runs)
        open_ones = ScheduleRun.objects.filter(state__in=UNFINISHED).order_by()
        found = dict(open_ones.values_list("state").annotate(number=Count("pk")))
        yield _by(
            "runs_unfinished",
            "Runs that have not ended, whenever they began.",
            "state",
            {state: found.get(state, 0) for state in UNFINISHED},
        )

    def _engine(self) -> EngineState:
        return engine_state(
            self._now,
            in_force=set(APIEndpointSchedule.objects.filter(in_force()).order_by().values_list("pk", flat=True)),
            changed=changed_since(self._now - COMPARED_SINCE, limit=MOST_COMPARED),
            queues=queue_names(),
        )

    def _of_the_engine(self, state: EngineState) -> Iterator[Metric]:
        age = lag(state.health, self._now)
        yield _gauge("leader", "1 when a beat leads.", int(state.health.leader is not None))
        yield _gauge("standbys", "Beats that wait to lead.", len(state.health.standbys))
        if age is not None:
            yield _gauge("tick_age_seconds", "How long ago the leading beat last ticked.", age.total_seconds())
        yield _gauge("workers", "Workers that were heard of lately.", len(state.workers))
        yield _gauge("set_aside", "Schedules that cannot be carried out.", len(state.health.set_aside))
        yield _by(
            "drift",
            "Schedules that the engine holds otherwise than the database.",
            "kind",
            {
                "missing": len(state.drift.missing),
                "orphan": len(state.drift.orphans),
                "stale": len(state.drift.stale),
            },
        )
        if state.queues is not None:
            yield _by("queue_messages", "Messages that wait in a queue.", "queue", state.queues)


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
