"""What the list of schedules fetches for one page of it, and its filters. The number of queries is constant."""

from contextlib import suppress
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.views import ChangeList

from schedules.admin.next_run_order import keys_by_next_run, read_keys
from schedules.admin.run_bars import COUNT, BarDrawer
from schedules.admin.schedule_row import ButtonDrawer
from schedules.exceptions import EngineUnreachable
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.selectors import UNFINISHED, latest_runs_of
from schedules.standing import places_of

#: With more runs in a state it is quicker to look at each schedule's newest than to gather those that had such a one.
RARE = 10_000

class ScheduleChangeList(ChangeList):
    """Adds to each listed schedule its place, its latest runs and what the reader may do with it.

    Unless a column was chosen, what runs next comes first, as beat has it; then what has no run ahead, by name.
    """

    def get_ordering_field_columns(self) -> dict[int, str]:
        return super().get_ordering_field_columns() if ORDER_VAR in self.params else {}

    def get_results(self, request: HttpRequest) -> None:
        keys = read_keys(self.queryset)
        super().get_results(request)
        schedules = self._listed(keys)
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

    def _listed(self, keys: list[int] | None) -> list[APIEndpointSchedule]:
        """Return the schedules of this page; ``keys`` are those of a filtered list in its order."""
        shows_all = self.show_all and self.can_show_all
        start = 0 if shows_all else (self.page_num - 1) * self.list_per_page
        end = start + (self.list_max_show_all if shows_all else self.list_per_page)
        if ORDER_VAR not in self.params:
            # Redis that does not answer knows no order.
            with suppress(EngineUnreachable):
                keys = keys_by_next_run(self.queryset, keys, number=self.result_count, end=end)
        if keys is None:
            return list(self.result_list)
        found = self.queryset.order_by().in_bulk(keys[start:end])
        return [found[pk] for pk in keys[start:end] if pk in found]


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
            # One look for each schedule: joined, PostgreSQL would read the whole history.
            a_run = ScheduleRun.objects.filter(schedule=OuterRef("pk")).order_by().values("schedule")[:1]
            return queryset.alias(ran=Subquery(a_run)).filter(ran__isnull=True)
        if value not in ScheduleRun.State.values:
            return queryset
        had = ScheduleRun.objects.filter(state=value, schedule__isnull=False).order_by()
        if had[: RARE + 1].count() <= RARE:
            # Of few schedules the newest run is looked for, not of all.
            queryset = queryset.filter(pk__in=had.values("schedule"))
        return queryset.alias(latest_state=_newest("state")).filter(latest_state=value)


def _newest(field: str) -> Subquery:
    newest = ScheduleRun.objects.filter(schedule=OuterRef("pk")).order_by("-created_at", "-pk")
    return Subquery(newest.values(field)[:1])
