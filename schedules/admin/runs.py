"""The run history: for looking things up. Only the engine and the workers write it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import (
    counts_in_short,
    duration_of,
    in_one_line,
    lateness_of,
    local_instant,
    readable,
    span_text,
    state_badge,
    two_lines,
)
from schedules.admin.run_pages import BoundedPaginator, RunChangeList, dates_to_choose
from schedules.admin.wording import day_text, time_text
from schedules.masking import mask_all
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.reasons import error_text
from schedules.selectors import MOMENT, UNFINISHED

#: Characters of an error that the list shows.
SHORT_ERROR = 120


#: How an hour stands in an address: 2026-11-24T08+0900.
HOUR_FORMAT = "%Y-%m-%dT%H%z"


def hour_period(start: datetime) -> str:
    """Return the value by which PeriodFilter finds the runs of the hour from ``start``, an aware local time."""
    return start.strftime(HOUR_FORMAT)


def day_period(day: date) -> str:
    """Return the value by which PeriodFilter finds the runs of a day of the reader's clock."""
    return day.isoformat()


class PeriodFilter(DropdownFilter):
    """Runs by their moment: where they were planned; what a person asked for, when it was handed over."""

    title = _("period")
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        chosen = request.GET.get(self.parameter_name, "")
        slot = _bounds_of_slot(chosen)
        named = [("today", _("Today")), ("24h", _("Last 24 hours")), ("7d", _("Last 7 days"))]
        if slot is None:
            return named
        start, end = (timezone.localtime(instant) for instant in slot)
        if start.date() != end.date() and start.time() == end.time() == time.min:
            return [*named, (chosen, day_text(start.date(), today=timezone.localdate()))]
        return [*named, (chosen, f"{local_instant(start, now=timezone.now())}–{time_text(end)}")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ScheduleRun]) -> QuerySet[ScheduleRun]:
        bounds = self._bounds()
        if bounds is None:
            return queryset
        start, end = bounds
        # A run is never recorded before its moment, so the first condition can use its index.
        found = queryset.filter(created_at__gte=start).annotate(moment=MOMENT).filter(moment__gte=start)
        return found if end is None else found.filter(moment__lt=end)

    def _bounds(self) -> tuple[datetime, datetime | None] | None:
        now = timezone.now()
        value = self.value() or ""
        if value == "today":
            return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0), None
        spans = {"24h": timedelta(hours=24), "7d": timedelta(days=7)}
        return (now - spans[value], None) if value in spans else _bounds_of_slot(value)


def _bounds_of_slot(text: str) -> tuple[datetime, datetime] | None:
    """Return the hour or the day that an address names; None when it names neither."""
    try:
        day = date.fromisoformat(text)
        zone = timezone.get_current_timezone()
        return datetime.combine(day, time.min, zone), datetime.combine(day + timedelta(days=1), time.min, zone)
    except (ValueError, OverflowError):
        pass
    try:
        # A plus sign in an address is read as a space.
        start = datetime.strptime(text.replace(" ", "+"), HOUR_FORMAT)
        return start, start + timedelta(hours=1)
    except (ValueError, OverflowError):
        return None


@admin.register(ScheduleRun)
class ScheduleRunAdmin(ModelAdmin):
    list_display = [
        "schedule_shown",
        "planned_shown",
        "state_shown",
        "started_shown",
        "duration_shown",
        "lateness_shown",
        "trigger_shown",
        "outcome_shown",
    ]
    list_filter = [
        PeriodFilter,
        ("state", ChoicesDropdownFilter),
        ("trigger", ChoicesDropdownFilter),
        ("schedule", AutocompleteSelectFilter),
    ]
    list_filter_submit = True
    list_select_related = ["triggered_by"]
    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator
    date_hierarchy = "created_at"
    search_fields = ["schedule_name", "task", "task_id", "error"]
    search_help_text = _("Schedule, task, id or error")
    sortable_by = ["planned_shown", "state_shown", "started_shown"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "schedule_link",
                    "state_full",
                    "error_shown",
                    "result_shown",
                    "progress_shown",
                    "trigger_shown",
                    "backfill_link",
                ]
            },
        ),
        (
            _("Dates and times"),
            {
                "fields": [
                    "planned_full",
                    "dispatched_full",
                    "started_full",
                    "finished_full",
                    "duration_shown",
                    "lateness_shown",
                    "heartbeat_full",
                    "retry_full",
                ]
            },
        ),
        (_("Call"), {"fields": ["task", "args_shown", "kwargs_shown", "task_id", "worker_shown", "attempt"]}),
    ]

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}
        js = [forms.Script("schedules/js/live.js", defer=True)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "dates": dates_to_choose(request)})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RunChangeList]:
        return RunChangeList

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ScheduleRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ScheduleRun | None = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        # Nobody changes a run, so it has no history of changes to offer.
        context |= {"show_history": False, "run_again": self._run_again(request, kwargs.get("obj"))}
        context["is_live"] = kwargs.get("obj") is not None and kwargs["obj"].state in UNFINISHED
        return super().render_change_form(request, context, *args, **kwargs)

    def _run_again(self, request: HttpRequest, run: ScheduleRun | None) -> dict[str, Any] | None:
        """Return where a run that has ended is asked for anew; None for who may not, and when its schedule is gone."""
        allowed = all(request.user.has_perm(f"schedules.{verb}_apiendpointschedule") for verb in ("view", "run"))
        if run is None or run.schedule_id is None or run.state in UNFINISHED or not allowed:
            return None
        schedule = APIEndpointSchedule.objects.select_related("endpoint").get(pk=run.schedule_id)
        moment = local_instant(run.scheduled_for or run.created_at, now=timezone.now())
        query = {
            "schedule": run.schedule_id,
            "back": request.get_full_path(),
            "reason": _("Again: %(instant)s, %(state)s") % {"instant": moment, "state": run.get_state_display()},
        }
        return {
            "address": f"{reverse('admin:schedules_apiendpointschedule_do', args=['run'])}?{urlencode(query)}",
            "has_other_arguments": schedule.call() != (run.task, run.args, run.kwargs),
        }

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScheduleRun]:
        # The long texts are for the page of one run.
        return super().get_queryset(request).defer("traceback")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, dict[str, Any]]]:
        """Leave out what a run has nothing of: empty lines would hide the one that matters."""
        empty = set()
        if obj is not None:
            said = {
                "error_shown": obj.error or obj.traceback,
                "result_shown": obj.result is not None,
                # "0" of a run that failed at once only distracts.
                "progress_shown": obj.progress_done or (obj.state in UNFINISHED and obj.progress_message),
                "kwargs_shown": obj.kwargs,
                "backfill_link": obj.backfill_id,
                "heartbeat_full": obj.heartbeat_at and obj.finished_at is None,
                "retry_full": obj.state == ScheduleRun.State.RETRYING,
            }
            empty = {name for name, is_there in said.items() if not is_there}
        return [
            (title, {"fields": [name for name in options["fields"] if name not in empty]})
            for title, options in self.fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for _title, options in self.fieldsets for name in options["fields"]]

    @display(description=_("schedule"), ordering="schedule_name")
    def schedule_shown(self, run: ScheduleRun) -> str:
        return run.schedule_name

    @display(description=_("planned for"), ordering="scheduled_for", empty_value="–")
    def planned_shown(self, run: ScheduleRun) -> SafeString | None:
        return in_one_line(local_instant(run.scheduled_for, now=timezone.now()))

    @display(description=_("state"), ordering="state")
    def state_shown(self, run: ScheduleRun) -> SafeString:
        return state_badge(run)

    @display(description=_("started"), ordering="started_at", empty_value="–")
    def started_shown(self, run: ScheduleRun) -> SafeString | None:
        if run.started_at is None:
            return None
        started = timezone.localtime(run.started_at)
        if run.scheduled_for and timezone.localtime(run.scheduled_for).date() == started.date():
            return in_one_line(time_text(started))
        return in_one_line(local_instant(started, now=timezone.now()))

    @display(description=_("duration"), empty_value="–")
    def duration_shown(self, run: ScheduleRun) -> SafeString | None:
        return in_one_line(span_text(duration_of(run, now=timezone.now())))

    @display(description=_("late by"), empty_value="–")
    def lateness_shown(self, run: ScheduleRun) -> SafeString | None:
        return in_one_line(span_text(lateness_of(run)))

    @display(description=_("trigger"))
    def trigger_shown(self, run: ScheduleRun) -> SafeString:
        if run.trigger == ScheduleRun.Trigger.SCHEDULED:
            return two_lines(run.get_trigger_display(), "")
        return two_lines(run.triggered_by or run.get_trigger_display(), run.trigger_reason)

    @display(description=_("backfill"))
    def backfill_link(self, run: ScheduleRun) -> SafeString:
        address = reverse("admin:schedules_backfill_change", args=[run.backfill_id])
        # Where the occurrence had a row already, this one has no planned instant of its own.
        taken = run.backfill_occurrences.filter(backfill=run.backfill_id).first()
        link = format_html('<a class="sx-link" href="{}">{}</a>', address, run.backfill)
        return two_lines(link, taken and local_instant(taken.scheduled_for, now=timezone.now()))

    @display(description=_("outcome"), empty_value="–")
    def outcome_shown(self, run: ScheduleRun) -> SafeString | None:
        return outcome_in_short(run) or None

    @display(description=_("schedule"))
    def schedule_link(self, run: ScheduleRun) -> SafeString:
        if run.schedule_id is None:
            return two_lines(run.schedule_name, _("This schedule has been deleted."))
        address = reverse("admin:schedules_apiendpointschedule_change", args=[run.schedule_id])
        return format_html('<a class="sx-link" href="{}">{}</a>', address, run.schedule_name)

    @display(description=_("state"))
    def state_full(self, run: ScheduleRun) -> SafeString:
        return two_lines(state_badge(run), run.reason_text)

    @display(description=_("progress"), empty_value="–")
    def progress_shown(self, run: ScheduleRun) -> SafeString | str:
        if run.progress_done is None:
            return run.progress_message or "–"
        amount = f"{run.progress_done:,}" + (f" / {run.progress_total:,}" if run.progress_total is not None else "")
        return two_lines(amount, run.progress_message)

    @display(description=_("result"))
    def result_shown(self, run: ScheduleRun) -> SafeString | str:
        return readable(run.result)

    @display(description=_("error"), empty_value="–")
    def error_shown(self, run: ScheduleRun) -> SafeString | str:
        if not run.error and not run.traceback:
            return "–"
        folded = (
            format_html(
                '<details class="sx-traceback"><summary>{}</summary><pre tabindex="0">{}</pre></details>',
                _("Traceback, for programmers"),
                run.traceback,
            )
            if run.traceback
            else ""
        )
        return format_html('<p class="sx-error-text">{}</p>{}', error_text(run.error), folded)

    @display(description=_("planned for"), empty_value="–")
    def planned_full(self, run: ScheduleRun) -> str | None:
        return local_instant(run.scheduled_for, now=timezone.now()) or None

    @display(description=_("dispatched"), empty_value="–")
    def dispatched_full(self, run: ScheduleRun) -> str | None:
        return local_instant(run.dispatched_at, now=timezone.now()) or None

    @display(description=_("started"), empty_value="–")
    def started_full(self, run: ScheduleRun) -> str | None:
        return local_instant(run.started_at, now=timezone.now()) or None

    @display(description=_("finished"), empty_value="–")
    def finished_full(self, run: ScheduleRun) -> str | None:
        return local_instant(run.finished_at, now=timezone.now()) or None

    @display(description=_("last sign of life"), empty_value="–")
    def heartbeat_full(self, run: ScheduleRun) -> str | None:
        return local_instant(run.heartbeat_at, now=timezone.now()) or None

    @display(description=_("next try"), empty_value="–")
    def retry_full(self, run: ScheduleRun) -> str | None:
        return local_instant(run.retry_at, now=timezone.now()) or None

    @display(description=_("arguments"))
    def args_shown(self, run: ScheduleRun) -> SafeString | str:
        return readable(mask_all(run.args))

    @display(description=_("named arguments"))
    def kwargs_shown(self, run: ScheduleRun) -> SafeString | str:
        return readable(mask_all(run.kwargs)) if run.kwargs else "–"

    @display(description=_("worker"), empty_value="–")
    def worker_shown(self, run: ScheduleRun) -> str | None:
        return run.worker or None


def outcome_in_short(run: ScheduleRun) -> SafeString:
    """Return in one line what came of a run: its error, why it did not run, its counts, or how far it is."""
    if run.error:
        error = error_text(run.error)
        text = error if len(error) <= SHORT_ERROR else f"{error[:SHORT_ERROR]}…"
        return format_html('<span class="sx-error-text">{}</span>', text)
    return format_html("{}", run.reason_text or counts_in_short(run.result) or progress_in_short(run))


def progress_in_short(run: ScheduleRun) -> str:
    """Return how far a run is, in its own words and, where its end is known, in percent."""
    if not run.progress_total or run.progress_done is None:
        return run.progress_message
    return f"{100 * run.progress_done // run.progress_total} % · {run.progress_message}".removesuffix(" · ")
