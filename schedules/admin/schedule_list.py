"""What the list of schedules fetches for one page of it, and its filters. The number of queries is constant."""

from typing import Any

from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.views import ChangeList

from schedules.admin.run_bars import COUNT, BarDrawer
from schedules.admin.schedule_row import ButtonDrawer
from schedules.exceptions import EngineUnreachable
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.selectors import UNFINISHED, latest_runs_of
from schedules.standing import places_of

#: Entries of the mirror that are looked at besides those that would just fill the page: a filter leaves some out.
LOOKED_AT_FIRST = 200
#: Pages beyond as many rows rank all: a query that names thousands of keys costs more, and SQLite bounds their number.
FAR_BACK = 2000


class ScheduleChangeList(ChangeList):
    """Adds to each listed schedule its place, its latest runs and what the reader may do with it.

    Unless a column was chosen, what runs next comes first, as beat has it; then what has no run ahead, by name.
    """

    def get_ordering_field_columns(self) -> dict[int, str]:
        return super().get_ordering_field_columns() if ORDER_VAR in self.params else {}

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        schedules = self._by_next_run() if ORDER_VAR not in self.params else None
        schedules = list(self.result_list) if schedules is None else schedules
        now = timezone.now()
        places = places_of(schedules, now=now)
        runs = latest_runs([schedule.pk for schedule in schedules])
        bars = latest_runs_of([schedule.pk for schedule in schedules], COUNT)
        may = self.model_admin.verbs_allowed(request)
        bar_drawer, button_drawer = BarDrawer(now=now), ButtonDrawer(back=request.get_full_path(), short=True)
        for schedule in schedules:
            schedule.place = places[schedule.pk]
            schedule.latest_run = runs.get(schedule.pk)
            schedule.bar = bar_drawer.bar_of(bars.get(schedule.pk, []))
            schedule.listed_at = now
            schedule.may = may
            schedule.button_drawer = button_drawer
        self.result_list = schedules
        self.is_live = any(run.state in UNFINISHED for run in runs.values())

    def _by_next_run(self) -> list[APIEndpointSchedule] | None:
        """Return the schedules of this page; None when beat's order is not known, because Redis does not answer."""
        shows_all = self.show_all and self.can_show_all
        start = 0 if shows_all else (self.page_num - 1) * self.list_per_page
        end = start + (self.list_max_show_all if shows_all else self.list_per_page)
        try:
            keys = self._keys_by_next_run(end)[start:end]
        except EngineUnreachable:
            return None
        found = self.queryset.order_by().in_bulk(keys)
        return [found[pk] for pk in keys if pk in found]

    def _keys_by_next_run(self, end: int) -> list[int]:
        """Return at least the first ``end`` keys of the list. Raises EngineUnreachable.

        Where the page is full of what runs next, the rest is not asked for. Otherwise all are ranked.
        """
        mirror = Mirror()
        in_order: list[int] = []
        is_all = False
        # What a filter leaves may be too little to fill the page.
        if end <= min(self.result_count, FAR_BACK):
            in_order, is_all = mirror.next_schedule_ids(end + LOOKED_AT_FIRST)
            if not is_all:
                listed = set(self.queryset.order_by().filter(pk__in=in_order).values_list("pk", flat=True))
                if len(listed) >= end:
                    return [pk for pk in in_order if pk in listed]
        if not is_all:
            in_order = mirror.schedule_ids_by_next(from_now=True)
        rank = {pk: place for place, pk in enumerate(in_order)}
        every = list(self.queryset.order_by("name", "pk").values_list("pk", flat=True))
        every.sort(key=lambda pk: rank.get(pk, len(rank)))
        return every


def latest_runs(schedule_ids: list[int]) -> dict[int, ScheduleRun]:
    """Return the newest run of each schedule that has one; one query."""
    newest = APIEndpointSchedule.objects.filter(pk__in=schedule_ids).annotate(run=_newest("pk")).values("run")
    runs = ScheduleRun.objects.filter(pk__in=newest).defer("traceback", "args", "kwargs")
    return {run.schedule_id: run for run in runs if run.schedule_id is not None}


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("on", _("On and not paused")),
            ("paused", _("Paused")),
            ("off", _("Off")),
            ("endpoint_off", _("Endpoint off")),
            ("any_off", _("Off, or endpoint off")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[APIEndpointSchedule]) -> QuerySet[APIEndpointSchedule]:
        paused = Q(paused_at__isnull=False) & (Q(paused_until__isnull=True) | Q(paused_until__gt=timezone.now()))
        conditions = {
            "on": Q(enabled=True, endpoint__enabled=True) & ~paused,
            "paused": Q(enabled=True) & paused,
            "off": Q(enabled=False),
            "endpoint_off": Q(endpoint__enabled=False),
            "any_off": Q(enabled=False) | Q(endpoint__enabled=False),
        }
        condition = conditions.get(self.value())
        return queryset if condition is None else queryset.filter(condition)


class EndpointFilter(DropdownFilter):
    title = _("endpoint")
    parameter_name = "endpoint__id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in APIEndpoint.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[APIEndpointSchedule]) -> QuerySet[APIEndpointSchedule]:
        value = self.value() or ""
        is_number = value.isascii() and value.isdigit() and len(value) < 19
        return queryset.filter(endpoint_id=int(value)) if is_number else queryset


class LatestStateFilter(DropdownFilter):
    """The state of the newest run."""

    title = _("last result")
    parameter_name = "last"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*ScheduleRun.State.choices, ("none", _("No run yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[APIEndpointSchedule]) -> QuerySet[APIEndpointSchedule]:
        value = self.value()
        if value == "none":
            return queryset.filter(runs__isnull=True)
        if value in ScheduleRun.State.values:
            return queryset.annotate(latest_state=_newest("state")).filter(latest_state=value)
        return queryset


def _newest(field: str) -> Subquery:
    newest = ScheduleRun.objects.filter(schedule=OuterRef("pk")).order_by("-created_at", "-pk")
    return Subquery(newest.values(field)[:1])
