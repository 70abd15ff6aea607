"""The latest runs of a schedule as a small bar: one stroke a run, the newest at the right."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.overview_timeline import MARK_HEIGHTS, TONE_OF, Mark, said_of
from schedules.admin.pictures import local_instant
from schedules.models import ScheduleRun

#: Runs that a bar shows.
COUNT = 20


@dataclass(frozen=True)
class Bar:
    """The strokes, and all of it in words."""

    marks: list[Mark]
    summary: str

    @property
    def strokes(self) -> SafeString:
        """The strokes as SVG; in a template a page of a list would go through a thousand of them one by one."""
        return mark_safe(
            "".join(
                f'<rect class="sx-fill-{mark.tone}" x="{mark.x}" y="{mark.y}" width="{mark.width}" '
                f'height="{mark.height}"><title>{escape(mark.title)}</title></rect>'
                for mark in self.marks
            )
        )


def bar_of(runs: list[dict[str, Any]], *, now: Any) -> Bar | None:
    """Return the bar of at most COUNT runs, given the oldest first; None without runs."""
    if not runs:
        return None
    marks, counts = [], Counter()
    for place, run in enumerate(runs, start=COUNT - len(runs)):
        state = ScheduleRun.State(run["state"])
        tone = TONE_OF[state]
        counts[tone] += 1
        height = MARK_HEIGHTS[tone]
        marks.append(
            Mark(
                tone,
                f"{place * 100 / COUNT:g}",
                f"{100 - height}",
                f"{80 / COUNT:g}",
                f"{height}",
                f"{local_instant(run['moment'], now=now)}: {state.label}",
            )
        )
    return Bar(marks, summary_of(counts))


def summary_of(counts: Counter[str]) -> str:
    """Return in words how many runs there are of each tone."""
    number = counts.total()
    latest = ngettext("The latest run", "The latest %(count)d runs", number) % {"count": number}
    return _("%(runs)s: %(outcome)s") % {"runs": latest, "outcome": said_of(counts)}
