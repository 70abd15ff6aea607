"""The calendar: a month, a week or a day of all schedules, with the exchange's days behind them.

Plain links and a plain form; nothing is remembered but in the address, so that a view can be sent to a colleague.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from schedules.admin.model_admin import ModelAdmin
from schedules.admin.once_words import arrow_text, because, came_text, left_text
from schedules.admin.overview_timeline import STATES_OF_TONE, TONE_OF, TONES, said_of
from schedules.admin.runs import day_period
from schedules.admin.wording import day_text, said, zone_text
from schedules.agenda import agenda
from schedules.calendar_days import Days, Entry, Span, days_of, soonest
from schedules.forms.choices import exchange_choices
from schedules.models import APIEndpoint, ScheduleRun
from schedules.models.definitions import exceptional_days_by_exchange
from schedules.recurrence import ExceptionalDay, day_status

#: Views, and how many lines of a day each shows; the rest is counted and one click away.
VIEWS = {"month": gettext_lazy("Month"), "week": gettext_lazy("Week"), "day": gettext_lazy("Day")}
LINES = {"month": 5, "week": 40, "day": 400}
#: Schedules of a day that are named for not running on it; the others are counted.
SKIPPED_LISTED = 100
#: Told beside the colour of each line.
SIGNS = {"bad": "✕", "busy": "…", "good": "✓", "quiet": "–", "coming": "○"}


@dataclass(frozen=True)
class Line:
    """One entry in words. ``tone``: one of TONES, "skipped" or, for one that a person left out, "once"."""

    tone: str
    sign: str
    time: str
    name: str
    told: str
    address: str
    also: str = ""
    #: Whence or whither a person has moved this one run, in a few letters.
    once: str = ""
    #: How many runs the line stands for, in a few letters; empty for one.
    many: str = ""


@dataclass(frozen=True)
class Cell:
    """One day."""

    on: date
    title: str
    number: str
    weekday: str
    address: str
    is_today: bool
    is_outside: bool
    closed: str
    lines: list[Line] = field(default_factory=list)
    more: str = ""
    skipped: list[Line] = field(default_factory=list)
    number_skipped: int = 0


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what makes no sense there is taken as not said."""

    view: str
    on: date
    endpoint: int | None
    exchange: str
    words: str

    @classmethod
    def of(cls, request: HttpRequest, today: date) -> "Asked":
        get = request.GET
        view = get.get("view", "")
        endpoint = get.get("endpoint", "")
        exchange = get.get("exchange", "")
        return cls(
            view=view if view in VIEWS else "week",
            on=_date(get.get("on", "")) or today,
            endpoint=int(endpoint) if endpoint.isascii() and endpoint.isdigit() and len(endpoint) < 18 else None,
            exchange=exchange if exchange in dict(exchange_choices()) else "XTKS",
            words=get.get("q", "")[:200].strip(),
        )

    def span(self, zone: Any) -> Span:
        """Return the days shown: whole weeks around a month, a week, or one day."""
        if self.view == "day":
            return Span(self.on, self.on, zone)
        starts_on = (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
        first, last = (self.on, self.on) if self.view == "week" else _month_around(self.on)
        first -= timedelta(days=(first.weekday() - starts_on) % 7)
        last += timedelta(days=(starts_on + 6 - last.weekday()) % 7)
        return Span(first, last, zone)

    def moved(self, steps: int) -> date:
        """Return a day of the view before or after."""
        if self.view != "month":
            return self.on + timedelta(days=steps * (7 if self.view == "week" else 1))
        first, last = _month_around(self.on)
        return last + timedelta(days=1) if steps > 0 else (first - timedelta(days=1)).replace(day=1)

    def address(self, **other: Any) -> str:
        said_ = {
            "view": self.view,
            "on": self.on.isoformat(),
            "endpoint": self.endpoint or "",
            "exchange": self.exchange if self.exchange != "XTKS" else "",
            "q": self.words,
            **other,
        }
        return f"?{urlencode({key: value for key, value in said_.items() if value != ''})}"


class CalendarPage(ModelAdmin):
    """The part of the schedules' admin that is the calendar."""

    def get_urls(self) -> list[URLPattern]:
        page = path("calendar/", self.admin_site.admin_view(self.calendar_view), name="schedules_calendar")
        return [page, *super().get_urls()]

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        zone = timezone.get_current_timezone()
        asked = Asked.of(request, now.astimezone(zone).date())
        span = asked.span(zone)
        wanted = [
            each
            for each in agenda.planned()
            if (asked.endpoint is None or each.endpoint_id == asked.endpoint)
            and asked.words.lower() in each.name.lower()
        ]
        planned, number = soonest(wanted, now=now)
        may_view_runs = request.user.has_perm("schedules.view_schedulerun")
        days = days_of(span, planned, now=now, with_runs=may_view_runs)
        if asked.endpoint is not None or asked.words:
            days = _only(days, {each.schedule_id for each in wanted}, asked.words)
        cells = list(_cells(asked, span, days, now=now))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Calendar"),
            "media": self.media,
            "asked": asked,
            "heading": _heading(asked, span),
            "views": [(code, label, asked.address(view=code), code == asked.view) for code, label in VIEWS.items()],
            "earlier": asked.address(on=asked.moved(-1).isoformat()),
            "later": asked.address(on=asked.moved(1).isoformat()),
            "today": asked.address(on=""),
            "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
            "weekdays": [(cell.on.weekday(), cell.weekday, str(WEEKDAYS[cell.on.weekday()])) for cell in cells[:7]],
            "endpoints": APIEndpoint.objects.order_by("name").values_list("pk", "name"),
            "exchanges": exchange_choices(),
            "left_out": _left_out(len(planned), number),
            "has_collisions": any(line.also for cell in cells for line in cell.lines),
            "has_once": any(line.once for cell in cells for line in cell.lines),
            "feeds": reverse("admin:schedules_calendarfeed_changelist"),
            "zone": zone_text(timezone.get_current_timezone_name()),
        }
        return TemplateResponse(request, "admin/schedules/calendar.html", context)


def _only(days: Days, schedule_ids: set[int], words: str) -> Days:
    """Keep the runs of the schedules asked for; those of deleted ones by their name."""
    return [
        [
            entry
            for entry in day
            if entry.schedule_id in schedule_ids
            or (entry.schedule_id is None and words and words.lower() in entry.name.lower())
        ]
        for day in days
    ]


def _cells(asked: Asked, span: Span, days: Days, *, now: datetime) -> Iterator[Cell]:
    today = now.astimezone(span.zone).date()
    exceptional = [
        ExceptionalDay(date.fromisoformat(day["on"]), day["is_open"], day["ja"], day["en"])
        for day in exceptional_days_by_exchange().get(asked.exchange, ())
    ]
    limit = LINES[asked.view]
    here = reverse("admin:schedules_calendar") + asked.address()
    for on, entries in zip(span.days, days, strict=True):
        runs = [entry for entry in entries if not entry.is_skipped or entry.once]
        shown = runs
        if len(runs) > limit:
            # Trouble is never among what is only counted.
            chosen = sorted(range(len(runs)), key=lambda place: _tone(runs[place]) != "bad")[: limit - 1]
            shown = [runs[place] for place in sorted(chosen)]
        hidden = len(runs) - len(shown)
        status = day_status(asked.exchange, on, exceptional)
        # On a week view each Saturday would say of each schedule what its shade says already.
        is_told = asked.view == "day" or on.weekday() < 5
        without = [entry for entry in entries if entry.is_skipped and not entry.once]
        skipped = [entry for entry in without if is_told or entry.reason != status.reason]
        yield Cell(
            on=on,
            title=day_text(on, today=today),
            number=str(on.day),
            weekday=str(WEEKDAYS_ABBR[on.weekday()]),
            address=asked.address(view="day", on=on.isoformat()),
            is_today=on == today,
            is_outside=asked.view == "month" and (on.year, on.month) != (asked.on.year, asked.on.month),
            closed="" if status.is_open else said(status.reason),
            lines=[_line(entry, on, span.zone, now, back=here) for entry in shown],
            more=ngettext("and %(count)d more", "and %(count)d more", hidden) % {"count": hidden} if hidden else "",
            skipped=[_line(entry, on, span.zone, now, back=here) for entry in skipped[:SKIPPED_LISTED]],
            number_skipped=len(skipped),
        )


def _line(entry: Entry, on: date, zone: Any, now: datetime, *, back: str) -> Line:
    """Return an entry in words. ``back``: where the page of one run leads when something has been done there."""
    if entry.is_skipped and entry.once:
        told, once = left_text(entry.once, zone, now=now), arrow_text(entry.once, zone, now=now, comes=False)
        clock = _clock(entry.once.at.astimezone(zone))
        return Line("once", "–", clock, entry.name, told, _occurrence_address(entry, back), once=once)
    if entry.is_skipped:
        told = _("no run: %(reason)s") % {"reason": said(entry.reason)}
        return Line("skipped", "–", "", entry.name, told, _schedule_address(entry))
    if entry.lies_behind:
        return _line_behind(entry, on, zone)
    local = entry.at.astimezone(zone) if entry.at else None
    if entry.number > 1:
        last = entry.last.astimezone(zone) if entry.last else local
        told = ngettext("%(count)d run to come", "%(count)d runs to come", entry.number) % {"count": entry.number}
        clock = f"{_clock(local)}–{_clock(last)}" if local and last else ""
        address, many = _schedule_address(entry), _many(entry.number)
        return Line("coming", SIGNS["coming"], clock, entry.name, told, address, many=many)
    why = came_text(entry.once, zone, now=now) if entry.once else said(entry.reason)
    told = " · ".join(part for part in (_("to come"), why) if part)
    also = _("In the same minute, with the same endpoint: %(names)s") % {"names": ", ".join(entry.also)}
    return Line(
        "coming",
        SIGNS["coming"],
        _clock(local) if local else "",
        entry.name,
        told,
        _occurrence_address(entry, back),
        also if entry.also else "",
        once=arrow_text(entry.once, zone, now=now, comes=True) if entry.once else "",
    )


def _line_behind(entry: Entry, on: date, zone: Any) -> Line:
    counts, tone = _counts(entry), _tone(entry)
    if entry.run_id is not None and entry.at is not None:
        told = because(str(ScheduleRun.State(entry.states[0][0]).label), entry.why)
        address = reverse("admin:schedules_schedulerun_change", args=[entry.run_id])
        return Line(tone, SIGNS[tone], _clock(entry.at.astimezone(zone)), entry.name, told, address)
    query: dict[str, Any] = {"period": day_period(on)}
    query |= {"schedule__id__exact": entry.schedule_id} if entry.schedule_id else {"q": entry.name}
    if tone == "bad":
        query["state__in"] = ",".join(STATES_OF_TONE["bad"])
    address = f"{reverse('admin:schedules_schedulerun_changelist')}?{urlencode(query)}"
    return Line(tone, SIGNS[tone], "", entry.name, said_of(counts), address, many=_many(counts.total()))


def _many(number: int) -> str:
    return f"×{number}" if number > 1 else ""


def _counts(entry: Entry) -> Counter[str]:
    counts: Counter[str] = Counter()
    for state, number in entry.states:
        counts[TONE_OF[ScheduleRun.State(state)]] += number
    return counts


def _tone(entry: Entry) -> str:
    """Return the worst of what an entry tells of."""
    # A state is found by its text; a month has a hundred thousand of them.
    tones = {TONE_OF[state] for state, _number in entry.states}  # type: ignore[index]
    return next((tone for tone in TONES if tone in tones), "coming")


def _clock(local: datetime) -> str:
    """Return the minute: of a day's many lines nobody reads the second."""
    return f"{local:%H:%M}"


def _schedule_address(entry: Entry) -> str:
    if entry.schedule_id is None:
        return ""
    return reverse("admin:schedules_apiendpointschedule_change", args=[entry.schedule_id])


def _occurrence_address(entry: Entry, back: str) -> str:
    """Return the page that can skip or move this one run, and then leads ``back``."""
    try:
        page = reverse("admin:schedules_apiendpointschedule_occurrence", args=[entry.schedule_id])
    except NoReverseMatch:
        return _schedule_address(entry)
    return f"{page}?{urlencode({'at': entry.at.isoformat(), 'back': back})}" if entry.at else page


def _heading(asked: Asked, span: Span) -> str:
    if asked.view == "month":
        # Translators: a format of Django's date filter, for a month with its year.
        return formats.date_format(asked.on, pgettext("date format", "F Y"))
    today = date(MINYEAR, 1, 1)
    first = day_text(span.first, today=today)
    return first if asked.view == "day" else f"{first} – {day_text(span.last, today=today)}"


def _left_out(shown: int, number: int) -> str:
    if shown == number:
        return ""
    return _(
        "Shown are the %(shown)d schedules that run next, of %(number)d. Choose an endpoint or a name to see others."
    ) % {"shown": shown, "number": number}


def _month_around(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _date(text: str) -> date | None:
    """Return a day far enough from the ends of the calendar that a month can be walked from it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if MINYEAR + 1900 <= day.year <= MAXYEAR - 200 else None
