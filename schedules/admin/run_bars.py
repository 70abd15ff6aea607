"""The latest runs of a schedule as a small bar: one stroke a run, the newest at the right."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.overview_timeline import MARK_HEIGHTS, TONE_OF, said_of
from schedules.admin.wording import day_text, time_text
from schedules.models import ScheduleRun

#: Runs that a bar shows.
COUNT = 20
#: Where each stroke begins, of 100.
PLACES = [f"{place * 100 / COUNT:g}" for place in range(COUNT)]
WIDTH = f"{80 / COUNT:g}"


@dataclass(frozen=True)
class Bar:
    """The strokes as SVG, and all of them in words."""

    strokes: SafeString
    summary: str


class BarDrawer:
    """Draws the bars of one page. A list has a thousand strokes: what they have in common is written once."""

    def __init__(self, *, now: datetime) -> None:
        self._zone = timezone.get_current_timezone()
        self._today = now.astimezone(self._zone).date()
        self._days: dict[date, str] = {}
        self._summaries: dict[tuple[tuple[str, int], ...], str] = {}
        self._tones = {state.value: TONE_OF[state] for state in ScheduleRun.State}
        self._around = {state.value: _around(state) for state in ScheduleRun.State}

    def bar_of(self, runs: Sequence[tuple[str, datetime]]) -> Bar | None:
        """Return the bar of at most COUNT runs, (state, moment) of each, the oldest first; None without runs."""
        if not runs:
            return None
        counts = Counter(self._tones[state] for state, _moment in runs)
        strokes = map(self._stroke, PLACES[COUNT - len(runs) :], runs)
        return Bar(mark_safe("".join(strokes)), self._summary_of(counts))

    def _stroke(self, place: str, run: tuple[str, datetime]) -> str:
        state, moment = run
        before, between, after = self._around[state]
        local = moment.astimezone(self._zone)
        return f"{before}{place}{between}{self._day(local.date())} {time_text(local)}{after}"

    def _day(self, day: date) -> str:
        if day not in self._days:
            self._days[day] = escape(day_text(day, today=self._today))
        return self._days[day]

    def _summary_of(self, counts: Counter[str]) -> str:
        key = tuple(sorted(counts.items()))
        if key not in self._summaries:
            self._summaries[key] = summary_of(counts)
        return self._summaries[key]


def _around(state: ScheduleRun.State) -> tuple[str, str, str]:
    """Return what stands before, between and after the place and the moment of a stroke."""
    tone = TONE_OF[state]
    height = MARK_HEIGHTS[tone]
    return (
        f'<rect class="sx-fill-{tone}" x="',
        f'" y="{100 - height}" width="{WIDTH}" height="{height}"><title>',
        f": {escape(state.label)}</title></rect>",
    )


def summary_of(counts: Counter[str]) -> str:
    """Return in words how many runs there are of each tone."""
    number = counts.total()
    latest = ngettext("The latest run", "The latest %(count)d runs", number) % {"count": number}
    return _("%(runs)s: %(outcome)s") % {"runs": latest, "outcome": said_of(counts)}
