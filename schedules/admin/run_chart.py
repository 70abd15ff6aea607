"""How long the latest runs of a schedule took and how late they began: a table, from which run-chart.js draws."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from schedules.admin.overview_timeline import TONE_OF
from schedules.admin.pictures import duration_of, lateness_of, local_instant, span_text, state_badge
from schedules.admin.run_bars import summary_of
from schedules.admin.wording import duration_text, zone_text
from schedules.models import APIEndpointSchedule, ScheduleRun

#: Runs that a chart shows.
COUNT = 50
#: With fewer there is nothing to compare.
FEWEST = 2

State = ScheduleRun.State
#: Told beside the colour: state → the shape that the script draws, and the sign that stands in the key for it.
SHAPES = {
    State.FAILED: ("cross", "✕"),
    State.ABANDONED: ("cross", "✕"),
    State.MISSED: ("triangle", "△"),
    State.EXPIRED: ("triangle", "△"),
    State.SKIPPED: ("dash", "–"),
}


@dataclass(frozen=True)
class Line:
    """One run; ``seconds`` and ``late`` are what is drawn, empty where nothing was measured."""

    pk: int
    when: str
    state: SafeString
    label: str
    tone: str
    shape: str
    seconds: str
    late: str
    duration: str
    lateness: str


@dataclass(frozen=True)
class RunChart:
    """The newest run first, as tables have it. ``key``: (tone, sign, states) of what is not simply a bar."""

    lines: list[Line]
    summary: str
    usual: str
    zone: str
    key: list[tuple[str, str, str]]


def run_chart_of(schedule: APIEndpointSchedule, *, now: datetime) -> RunChart | None:
    """Return the chart of the schedule's latest runs; None while there are fewer than FEWEST."""
    shown = ("state", "trigger", "scheduled_for", "started_at", "finished_at", "created_at")
    # With the key of its schedule: a related manager sets that on each run, and would fetch each anew.
    runs = list(schedule.runs.only("schedule_id", *shown)[:COUNT])
    if len(runs) < FEWEST:
        return None
    signs: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        if run.state in SHAPES:
            labels = signs.setdefault((TONE_OF[State(run.state)], SHAPES[run.state][1]), [])
            if (label := str(run.get_state_display())) not in labels:
                labels.append(label)
    return RunChart(
        lines=[_line(run, now=now) for run in runs],
        summary=summary_of(Counter(TONE_OF[State(run.state)] for run in runs)),
        usual=_usual([duration_of(run, now=now) for run in runs if run.state == State.SUCCEEDED]),
        zone=zone_text(timezone.get_current_timezone_name()),
        key=[(tone, sign, " · ".join(labels)) for (tone, sign), labels in sorted(signs.items())],
    )


def _line(run: Any, *, now: datetime) -> Line:
    duration, lateness = duration_of(run, now=now), lateness_of(run)
    return Line(
        pk=run.pk,
        when=local_instant(run.started_at or run.scheduled_for or run.created_at, now=now),
        state=state_badge(run),
        label=run.get_state_display(),
        tone=TONE_OF[State(run.state)],
        shape=SHAPES.get(run.state, ("", ""))[0],
        seconds=_seconds(duration),
        late=_seconds(lateness),
        duration=span_text(duration),
        lateness=span_text(lateness),
    )


def _seconds(span: timedelta | None) -> str:
    return "" if span is None else f"{span.total_seconds():.3f}"


def _usual(durations: list[timedelta | None]) -> str:
    """Return what a success usually takes, in words; failures break off early or hang, and would blur it."""
    known = [duration for duration in durations if duration is not None]
    if not known:
        return ""
    return _("A success usually takes %(usual)s; the longest took %(longest)s.") % {
        "usual": duration_text(median(known)),
        "longest": duration_text(max(known)),
    }
