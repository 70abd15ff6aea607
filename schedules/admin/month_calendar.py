"""Two months as small grids: the days on which a rule runs, skips or moves, each with its reason in words."""

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import formats
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, npgettext, pgettext, pgettext_lazy

from schedules.admin.wording import day_text, said
from schedules.recurrence import Recurrence, SkippedDate
from schedules.recurrence.planned_days import PlannedDay, planned_days

MONTHS = 2
#: Times that a day tells; more are counted.
TIMES = 4
MOST_SKIPPED = 62
KINDS = {
    "runs": pgettext_lazy("day of a month", "runs"),
    "moved": gettext_lazy("moved to here"),
    "away": gettext_lazy("moved away"),
    "skipped": pgettext_lazy("day of a month", "skipped"),
}


@dataclass(frozen=True)
class Cell:
    """One day. ``kind``: one of KINDS, or empty where there is nothing to tell."""

    number: str
    kind: str = ""
    text: str = ""
    is_today: bool = False


@dataclass(frozen=True)
class Month:
    """A month. A cell is None where the week belongs to another month."""

    title: str
    summary: str
    weekdays: list[tuple[str, str]]
    weeks: list[list[Cell | None]]


def months_of(recurrence: Recurrence, *, after: datetime, now: datetime) -> list[Month]:
    """Return the months from the one of the first run after ``after``; none when no run lies ahead."""
    upcoming = recurrence.next_occurrence(after)
    if upcoming is None:
        return []
    first = min(upcoming.business_day, upcoming.moved_from or upcoming.business_day).replace(day=1)
    last = _month_after(first, MONTHS) - timedelta(days=1)
    today = now.astimezone(recurrence.zone).date()
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), recurrence.zone)
    cells = _cells(
        planned_days(recurrence, after, first, last, times=TIMES),
        recurrence.skipped(after, end, limit=MOST_SKIPPED),
        today=today,
    )
    return [_month(_month_after(first, index), cells, today=today) for index in range(MONTHS)]


def key_of(months: list[Month]) -> list[tuple[str, object]]:
    """Return (kind, words) of the kinds that appear in ``months``."""
    seen = {cell.kind for month in months for week in month.weeks for cell in week if cell}
    return [(kind, words) for kind, words in KINDS.items() if kind in seen]


def _cells(planned: list[PlannedDay], skipped: list[SkippedDate], *, today: date) -> dict[date, tuple[str, str]]:
    """Return kind and text of the days that have something to tell. A run outweighs what does not happen."""
    cells = {each.on: ("skipped", _("no run: %(reason)s") % {"reason": said(each.reason)}) for each in skipped}
    for each in planned:
        if each.moved_from is not None and each.moved_from != each.on:
            words = {"day": day_text(each.on, today=today), "reason": said(each.reason)}
            cells[each.moved_from] = ("away", _("moved to %(day)s: %(reason)s") % words)
    for each in planned:
        text = ", ".join(each.times)
        if not text or each.number > len(each.times):
            text = ngettext("%(count)d run", "%(count)d runs", each.number) % {"count": each.number}
        kind = "runs"
        if each.moved_from is not None and each.moved_from != each.on:
            words = {"day": day_text(each.moved_from, today=today), "reason": said(each.reason)}
            kind, text = "moved", f"{text}; " + _("moved from %(day)s: %(reason)s") % words
        elif each.reason is not None:
            text = f"{text}; {said(each.reason)}"
        cells[each.on] = (kind, text)
    return cells


def _month(first: date, cells: Mapping[date, tuple[str, str]], *, today: date) -> Month:
    starts_on = (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    weeks: list[list[Cell | None]] = []
    counts = {"runs": 0, "skipped": 0, "moved": 0}
    for week in Calendar(starts_on).monthdatescalendar(first.year, first.month):
        row: list[Cell | None] = []
        for day in week:
            if day.month != first.month:
                row.append(None)
                continue
            kind, text = cells.get(day, ("", ""))
            if kind in ("runs", "moved"):
                counts["runs"] += 1
            if kind in ("skipped", "moved"):
                counts[kind] += 1
            row.append(Cell(str(day.day), kind, text, day == today))
        weeks.append(row)
    order = [(starts_on + index) % 7 for index in range(7)]
    return Month(
        # Translators: a format of Django's date filter, for a month with its year.
        title=formats.date_format(first, pgettext("date format", "F Y")),
        summary=_summary(counts),
        weekdays=[(str(WEEKDAYS_ABBR[day]), str(WEEKDAYS[day])) for day in order],
        weeks=weeks,
    )


def _summary(counts: Mapping[str, int]) -> str:
    parts = [
        ngettext("%(count)d day with runs", "%(count)d days with runs", counts["runs"]) % {"count": counts["runs"]}
    ]
    if counts["moved"]:
        parts.append(ngettext("%(count)d moved", "%(count)d moved", counts["moved"]) % {"count": counts["moved"]})
    if counts["skipped"]:
        parts.append(
            npgettext("days of a month", "%(count)d skipped", "%(count)d skipped", counts["skipped"])
            % {"count": counts["skipped"]}
        )
    return " · ".join(parts)


def _month_after(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)
