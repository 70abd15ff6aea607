"""Pages, dates and order of the run history. Millions of rows are never counted or sorted to show fifty of them."""

from calendar import monthrange
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from unfold.views import ChangeList

from schedules.models import ScheduleRun

#: Rows that a list counts and pages through; who looks for an older one chooses a date or a filter.
MOST_COUNTED = 10_000
FIELD = "created_at"


class BoundedPaginator(Paginator):
    """Counts up to MOST_COUNTED rows; ``is_capped`` says that there are more."""

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: MOST_COUNTED + 1].count()  # type: ignore[union-attr]

    @property
    def is_capped(self) -> bool:
        return self._counted > MOST_COUNTED

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)


class RunChangeList(ChangeList):
    """Sorted by state, what is newest comes first in each: so has the index it, and a person wants it."""

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        ordering = super().get_ordering(request, queryset)
        return ["state", "-created_at", "-pk"] if ordering[:1] == ["state"] else ordering


def dates_to_choose(request: HttpRequest) -> dict[str, Any] | None:
    """Return what Django's date hierarchy shows: the months of the history, the days of a month.

    Django asks the database which of them have rows, which reads all of them; here only the first and the last.
    """
    # Two steps into the index; asked for both ends at once, SQLite would walk through all of it.
    ends = [ScheduleRun.objects.order_by(order).values_list(FIELD, flat=True).first() for order in (FIELD, f"-{FIELD}")]
    if ends[0] is None or ends[1] is None:
        return None
    first, last = (timezone.localtime(end).date() for end in ends)
    year, month, day = (_number(request, part) for part in ("year", "month", "day"))
    if year and month:
        try:
            start, end = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        except ValueError:
            return None
        here = start
        days = [start.replace(day=number) for number in range(1, end.day + 1)]
        back = {"link": _link(request, {}), "title": _("All dates")}
        if day:
            back = {"link": _link(request, {"year": year, "month": month}), "title": _month(here)}
            shown = [each for each in days if each.day == day]
            return {"show": True, "back": back, "choices": [{"title": _day(each)} for each in shown]}
        choices = [
            {"link": _link(request, {"year": year, "month": month, "day": each.day}), "title": _day(each)}
            for each in days
            if first <= each <= last
        ]
        return {"show": True, "back": back, "choices": choices}
    months = []
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        start = date(index // 12, index % 12 + 1, 1)
        months.append({"link": _link(request, {"year": start.year, "month": start.month}), "title": _month(start)})
    return {"show": True, "choices": months}


def _link(request: HttpRequest, chosen: dict[str, int]) -> str:
    query = request.GET.copy()
    for name in list(query):
        if name.startswith(f"{FIELD}__") or name == "p":
            del query[name]
    for part, number in chosen.items():
        query[f"{FIELD}__{part}"] = str(number)
    return f"?{query.urlencode()}"


def _number(request: HttpRequest, part: str) -> int | None:
    text = request.GET.get(f"{FIELD}__{part}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _month(day: date | datetime) -> str:
    return formats.date_format(day, pgettext("date format", "F Y"))


def _day(day: date) -> str:
    return formats.date_format(day, "MONTH_DAY_FORMAT")
