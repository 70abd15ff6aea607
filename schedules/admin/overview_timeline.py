"""Today on one line: what ran, is running, went wrong and comes, drawn for few schedules or counted for many.

Positions are computed here and written as attributes of SVG shapes, so that the page needs no inline style.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from schedules.admin.pictures import TONE_OF_STATE
from schedules.admin.runs import hour_period
from schedules.agenda import Planned
from schedules.models import ScheduleRun
from schedules.selectors import BAD, SlotCount

#: With more schedules than this the day is counted by the hour instead of drawn line by line.
MOST_LANES = 16
#: One-time changes that an hour tells of; the next 24 hours list more.
NOTES_TOLD = 3
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
#: Heights in the drawings, of 100: marks differ in height too, not in colour alone.
MARK_HEIGHTS = {"bad": 100, "busy": 76, "good": 60, "quiet": 30, "coming": 22}
#: The least that a bar's part is high, so that one failure among hundreds is seen.
LEAST_PART = {"bad": 6.0}
LEAST = 2.0

#: What is told apart, the worst first; the same order everywhere on the page.
TONES = ("bad", "busy", "good", "quiet", "coming")
LABELS = {
    "bad": gettext_lazy("Failed or missed"),
    "busy": gettext_lazy("Under way"),
    "good": gettext_lazy("Succeeded"),
    "quiet": gettext_lazy("Skipped"),
    "coming": gettext_lazy("To come"),
}
STATES_OF_TONE = {
    "bad": BAD,
    "busy": (ScheduleRun.State.DISPATCHED, ScheduleRun.State.RUNNING, ScheduleRun.State.RETRYING),
    "good": (ScheduleRun.State.SUCCEEDED,),
    "quiet": (ScheduleRun.State.SKIPPED,),
}
TONE_OF = {state: tone for tone, states in STATES_OF_TONE.items() for state in states}
assert set(TONE_OF) == set(TONE_OF_STATE)


@dataclass(frozen=True)
class Day:
    """One day of the reader's clock; 23 to 25 hours long."""

    start: datetime
    end: datetime
    zone: tzinfo

    @classmethod
    def around(cls, now: datetime, zone: tzinfo) -> "Day":
        today = now.astimezone(zone).date()
        start, end = (datetime.combine(date, time.min, zone).astimezone(UTC) for date in (today, today + timedelta(1)))
        return cls(start, end, zone)

    def edges(self, step: timedelta) -> tuple[datetime, ...]:
        """Return the beginnings of the day's slots, and its end."""
        count = -((self.start - self.end) // step)
        return tuple(min(self.start + index * step, self.end) for index in range(count + 1))

    def clock(self, instant: datetime) -> str:
        return f"{instant.astimezone(self.zone):%H:%M}"


@dataclass(frozen=True)
class Mark:
    """A rectangle of a drawing, in its own units, and what it says."""

    tone: str
    x: str
    y: str
    width: str
    height: str
    title: str = ""


@dataclass(frozen=True)
class Note:
    """What a person decided about one run of the day, in words, at the slot in which it stands or would stand."""

    schedule_id: int
    name: str
    slot: int
    text: str


@dataclass(frozen=True)
class Figure:
    """A number in the table behind, with the address of its rows."""

    tone: str
    number: int
    address: str = ""

    @property
    def label(self) -> object:
        return LABELS[self.tone]

    @property
    def shown(self) -> str:
        return f"{self.number:,}"


@dataclass(frozen=True)
class Line:
    """A schedule's lane, or an hour's column."""

    title: str
    summary: str
    marks: list[Mark]
    figures: list[Figure]
    address: str = ""
    number_bad: int = 0
    is_now: bool = False
    tick: str = ""


@dataclass(frozen=True)
class TimeLine:
    """What the template draws. ``now_at``: how much of the day has passed, of 100."""

    lines: list[Line]
    is_by_hour: bool
    totals: list[Figure]
    now_at: str
    ticks: list[str] = field(default_factory=list)

    @property
    def figures(self) -> list[Figure]:
        return [figure for figure in self.totals if figure.number]

    @property
    def is_empty(self) -> bool:
        return not self.figures and (self.is_by_hour or not self.lines)

    @property
    def columns(self) -> list[object]:
        return [LABELS[tone] for tone in TONES]


def lanes(
    day: Day,
    counts: Iterable[SlotCount],
    ahead: Iterable[tuple[Planned, int, int]],
    notes: Iterable[Note] = (),
    *,
    now: datetime,
    links: bool,
) -> TimeLine:
    """Return the day with one line for each schedule that has something on it, those that went wrong first."""
    edges = day.edges(QUARTER)
    slots: dict[tuple[int | None, str], dict[int, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    names: dict[int, str] = {}
    for planned, slot, number in ahead:
        names[planned.schedule_id] = planned.name
        slots[planned.schedule_id, ""][slot]["coming"] += number
    for count in counts:
        key = (count.schedule_id, "" if count.schedule_id else count.schedule_name)
        if count.schedule_id:
            names.setdefault(count.schedule_id, count.schedule_name)
        slots[key][count.slot][TONE_OF[ScheduleRun.State(count.state)]] += count.number
    noted: dict[int | None, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for note in notes:
        names.setdefault(note.schedule_id, note.name)
        noted[note.schedule_id][note.slot].append(note.text)
        # A run that is left out has its place, though nothing is counted there.
        slots[note.schedule_id, ""][note.slot].update()
    found = []
    for (schedule_id, gone), of_slots in slots.items():
        total, texts = sum(of_slots.values(), Counter()), noted.get(schedule_id, {})
        address = _runs(schedule__id__exact=schedule_id, period="today") if links and schedule_id else ""
        line = Line(
            title=names[schedule_id] if schedule_id else gone,
            summary="; ".join([said_of(total), *(text for slot in sorted(texts) for text in texts[slot])]),
            marks=[_mark(slot, counter, day, edges, texts.get(slot, [])) for slot, counter in sorted(of_slots.items())],
            figures=_figures(total, links, **({"schedule__id__exact": schedule_id} if schedule_id else {"q": gone})),
            address=address,
            number_bad=total["bad"],
        )
        found.append((not total["bad"], min(of_slots), line.title, line))
    lines = [line for *_order, line in sorted(found, key=lambda each: each[:3])]
    return TimeLine(
        lines=lines,
        is_by_hour=False,
        totals=_totals(lines, links),
        now_at=f"{100 * ((now - day.start) / (day.end - day.start)):.2f}",
        ticks=[day.clock(edge) for edge in day.edges(3 * HOUR)[:-1]],
    )


def hours(
    day: Day,
    counts: Iterable[SlotCount],
    ahead: Iterable[tuple[Planned, int, int]],
    notes: Iterable[Note] = (),
    *,
    now: datetime,
    links: bool,
) -> TimeLine:
    """Return the day with one column for each hour."""
    edges = day.edges(HOUR)
    slots: list[Counter[str]] = [Counter() for _edge in edges[:-1]]
    for _planned, slot, number in ahead:
        slots[slot]["coming"] += number
    for count in counts:
        slots[count.slot][TONE_OF[ScheduleRun.State(count.state)]] += count.number
    texts: dict[int, list[str]] = defaultdict(list)
    for note in notes:
        texts[note.slot].append(f"{note.name}: {note.text}")
    most = max((counter.total() for counter in slots), default=0)
    lines = []
    for index, (start, end, counter) in enumerate(zip(edges, edges[1:], slots, strict=False)):
        title = f"{day.clock(start)}–{day.clock(end)}"
        period = hour_period(start.astimezone(day.zone))
        ran = counter.total() - counter["coming"]
        lines.append(
            Line(
                title=title,
                summary="; ".join([said_of(counter), *texts[index][:NOTES_TOLD]]),
                marks=_bar(counter, most),
                figures=_figures(counter, links, period=period),
                address=_runs(period=period) if links and ran else "",
                number_bad=counter["bad"],
                is_now=start <= now < end,
                tick=f"{start.astimezone(day.zone):%H}" if index % 3 == 0 else "",
            )
        )
    return TimeLine(
        lines=lines,
        is_by_hour=True,
        totals=_totals(lines, links),
        now_at=f"{100 * ((now - day.start) / (day.end - day.start)):.2f}",
    )


def _mark(slot: int, counter: Counter[str], day: Day, edges: Sequence[datetime], texts: Sequence[str]) -> Mark:
    tone = next((tone for tone in TONES if counter[tone]), "quiet")
    height = MARK_HEIGHTS[tone]
    told = [said_of(counter)] if counter.total() else []
    share = 100 / (len(edges) - 1)
    return Mark(
        tone=tone,
        x=f"{slot * share:.3f}",
        y=f"{(100 - height) / 2:g}",
        width=f"{share * 0.8:.3f}",
        height=f"{height}",
        title=f"{day.clock(edges[slot])}–{day.clock(edges[slot + 1])}: {'; '.join([*told, *texts])}",
    )


def _bar(counter: Counter[str], most: int) -> list[Mark]:
    """Return the parts of a column from the bottom up; what went wrong lies on top."""
    parts, top = [], 100.0
    heights = {
        tone: max(LEAST_PART.get(tone, LEAST), 100 * counter[tone] / most) for tone in reversed(TONES) if counter[tone]
    }
    # The least heights may add up to more than there is room for.
    squeeze = min(1.0, 100 / sum(heights.values())) if heights else 1.0
    for tone, height in heights.items():
        top -= height * squeeze
        parts.append(Mark(tone, "8", f"{top:.2f}", "84", f"{height * squeeze:.2f}"))
    return parts


def _figures(counter: Counter[str], links: bool, **query: object) -> list[Figure]:
    period = {"period": "today", **query}
    return [
        Figure(
            tone,
            counter[tone],
            _runs(state__in=",".join(STATES_OF_TONE[tone]), **period)
            if links and counter[tone] and tone in STATES_OF_TONE
            else "",
        )
        for tone in TONES
    ]


def _totals(lines: Sequence[Line], links: bool) -> list[Figure]:
    total: Counter[str] = Counter()
    for line in lines:
        total.update({figure.tone: figure.number for figure in line.figures})
    # What comes has no rows yet; the calendar's day shows it run by run.
    day = f"{reverse('admin:schedules_calendar')}?view=day"
    return [
        replace(figure, address=day) if figure.tone == "coming" and figure.number else figure
        for figure in _figures(total, links)
    ]


def said_of(counter: Counter[str]) -> str:
    """Return the numbers of each tone in words, the worst first."""
    sentences = {
        "bad": ngettext("%(count)d failed or missed", "%(count)d failed or missed", counter["bad"]),
        "busy": ngettext("%(count)d under way", "%(count)d under way", counter["busy"]),
        "good": ngettext("%(count)d succeeded", "%(count)d succeeded", counter["good"]),
        "quiet": ngettext("%(count)d skipped", "%(count)d skipped", counter["quiet"]),
        "coming": ngettext("%(count)d to come", "%(count)d to come", counter["coming"]),
    }
    said = [sentences[tone] % {"count": counter[tone]} for tone in TONES if counter[tone]]
    return ", ".join(said) or _("nothing")


def _runs(**query: object) -> str:
    return f"{reverse('admin:schedules_schedulerun_changelist')}?{urlencode(query)}"
