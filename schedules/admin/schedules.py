"""The pages of schedules: the list, and the form beside its live preview."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from schedules.admin.backfill_pages import BackfillPages
from schedules.admin.calendar_page import CalendarPage
from schedules.admin.defined_rows import DefinedRows
from schedules.admin.form_layout import SECTIONS, arguments_of_form, placed_sections
from schedules.admin.history import ShowsHistory
from schedules.admin.lost_update import both_versions
from schedules.admin.next_run_order import CountsWhatIsRead
from schedules.admin.occurrence_page import OccurrencePage
from schedules.admin.pictures import (
    duration_of,
    lateness_of,
    local_instant,
    readable,
    span_text,
    standing_badge,
    state_badge,
    two_lines,
)
from schedules.admin.previews import Pane, field_errors, pane_of_form, pane_of_schedule
from schedules.admin.quick_lists import QuickRows
from schedules.admin.run_actions import with_actions
from schedules.admin.run_chart import run_chart_of
from schedules.admin.runs import outcome_in_short
from schedules.admin.schedule_facts import buttons_of, next_run_text, rule_in_words, why
from schedules.admin.schedule_list import EndpointFilter, LatestStateFilter, ScheduleChangeList, StateFilter
from schedules.admin.schedule_row import ButtonDrawer, latest_run_html
from schedules.admin.unsaved_pages import AnswersWithoutSaving
from schedules.forms.schedule import ScheduleForm
from schedules.forms.starting_points import STARTING_POINTS, StartingPoint
from schedules.masking import mask_all
from schedules.models import APIEndpointSchedule
from schedules.models.definitions import recurrence_of
from schedules.recurrence import DefinitionError
from schedules.refusals import sentences_of
from schedules.selectors import UNFINISHED
from schedules.standing import Place, places_of

#: Runs that a schedule's page lists.
RECENT_RUNS = 10
#: Letters of a rule in words that may take more lines of the list than it gives.
LONG_RULE = 60
PREVIEW = "_preview"


@admin.register(APIEndpointSchedule)
class APIEndpointScheduleAdmin(
    BackfillPages, ShowsHistory, DefinedRows, CalendarPage, AnswersWithoutSaving, OccurrencePage, QuickRows
):
    form = ScheduleForm
    list_display = [
        "name",
        "endpoint",
        "rule_shown",
        "next_run_shown",
        "standing_shown",
        "latest_shown",
        "buttons_shown",
    ]
    list_filter = [
        StateFilter,
        EndpointFilter,
        ("schedule_type", ChoicesDropdownFilter),
        LatestStateFilter,
        ("trading_day_rule", ChoicesDropdownFilter),
    ]
    list_filter_submit = True
    list_select_related = ["endpoint"]
    list_per_page = 50
    paginator = CountsWhatIsRead
    list_before_template = "partials/schedule_list_tools.html"
    search_fields = ["name", "description", "endpoint__name"]
    search_help_text = gettext_lazy("Name, description or endpoint")
    save_on_top = False

    class Media:
        css = {"all": ["schedules/css/schedules.css", "schedules/css/run-chart.css"]}
        js = [
            forms.Script("schedules/js/cron-builder.js", defer=True),
            forms.Script("schedules/js/schedule-form.js", defer=True),
            forms.Script("schedules/js/leaving.js", defer=True),
            forms.Script("schedules/js/live.js", defer=True),
            forms.Script("schedules/js/run-chart.js", defer=True),
        ]

    # --- The list -----------------------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ScheduleChangeList]:
        return ScheduleChangeList

    @display(description=gettext_lazy("rule"))
    def rule_shown(self, schedule: APIEndpointSchedule) -> SafeString | str:
        words = rule_in_words(schedule.place)
        if len(words) < LONG_RULE or isinstance(words, SafeString):
            return words
        return format_html('<span class="sx-long" title="{0}">{0}</span>', words)

    @display(description=gettext_lazy("next run"), empty_value="–")
    def next_run_shown(self, schedule: APIEndpointSchedule) -> SafeString | str | None:
        return next_run_text(schedule, schedule.place, now=schedule.listed_at) or None

    @display(description=gettext_lazy("state"))
    def standing_shown(self, schedule: APIEndpointSchedule) -> SafeString:
        return two_lines(standing_badge(schedule.place.standing), why(schedule, schedule.place, now=schedule.listed_at))

    @display(description=gettext_lazy("last result"), empty_value="–")
    def latest_shown(self, schedule: APIEndpointSchedule) -> SafeString | None:
        if (run := schedule.latest_run) is None:
            return None
        return latest_run_html(run, schedule.bar, may_view=schedule.may["view_runs"], now=schedule.listed_at)

    @display(description="")
    def buttons_shown(self, schedule: APIEndpointSchedule) -> SafeString:
        buttons = buttons_of(schedule, schedule.may, now=schedule.listed_at)
        return schedule.button_drawer.html(schedule, buttons)

    # --- The form -----------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            # Fields declared on the form would stay when the model's fields are left out; readers get plain text.
            kwargs["form"] = forms.ModelForm
        form = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, dict[str, Any]]]:
        if obj is not None and not self.has_change_permission(request, obj):
            return [
                (None, {"fields": ["name", "endpoint", "description", "rule_read", "timezone"]}),
                (
                    _("When something goes wrong"),
                    {"fields": ["catch_up_policy", "catch_up_window_read", "overlap_policy", "max_retries"]},
                ),
                (_("Call"), {"fields": ["arguments_read", "queue_read"]}),
            ]
        return [(section.title, {"fields": list(section.names)}) for section in SECTIONS]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is not None and not self.has_change_permission(request, obj):
            return [name for _title, options in self.get_fieldsets(request, obj) for name in options["fields"]]
        return []

    @display(description=gettext_lazy("rule"))
    def rule_read(self, schedule: APIEndpointSchedule) -> SafeString | str:
        return rule_in_words(self._place(schedule))

    @display(description=gettext_lazy("how late is still useful"))
    def catch_up_window_read(self, schedule: APIEndpointSchedule) -> SafeString | str:
        return span_text(timedelta(seconds=schedule.catch_up_window_seconds))

    @display(description=gettext_lazy("arguments"))
    def arguments_read(self, schedule: APIEndpointSchedule) -> SafeString | str:
        _task, args, kwargs = schedule.call()
        return readable([*mask_all(args), *(f"{name} = {value}" for name, value in mask_all(kwargs).items())])

    @display(description=gettext_lazy("queue"))
    def queue_read(self, schedule: APIEndpointSchedule) -> str:
        return schedule.queue or schedule.endpoint.queue

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill a new form from a starting point, or field by field from the address, as Django does."""
        if point := self._starting_point(request):
            return dict(point.values)
        return super().get_changeform_initial_data(request)

    def _starting_point(self, request: HttpRequest) -> StartingPoint | None:
        return STARTING_POINTS.get(request.GET.get("start", ""))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" and PREVIEW in request.POST:
            return self._preview(request, object_id, form_url)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> TemplateResponse:
        form, obj, now = context["adminform"].form, kwargs.get("obj"), timezone.now()
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        if may_edit:
            context["form_sections"] = list(placed_sections(form))
        context["pane"] = self._pane(request, form, obj, now=now)
        if obj is None:
            point = self._starting_point(request)
            context |= {"starting_points": STARTING_POINTS.values(), "started_from": point and point.code}
            if point and not form.is_bound:
                context["pane"] = pane_of_schedule(self.model(**point.values), now=now)
        else:
            context |= self._page_of(request, obj, now=now)
            seen = getattr(form, "lost_update_of", None)
            if seen is not None and (stored := self._saved(obj)):
                context["both"] = both_versions(form, stored, seen=seen, now=now)
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: APIEndpointSchedule, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().response_add(request, obj, *args, **kwargs)
        self._warn_when_nothing_comes(request, obj)
        return response

    def response_change(self, request: HttpRequest, obj: APIEndpointSchedule) -> HttpResponse:
        response = super().response_change(request, obj)
        self._warn_when_nothing_comes(request, obj)
        return response

    def _warn_when_nothing_comes(self, request: HttpRequest, obj: APIEndpointSchedule) -> None:
        """A date that has passed is no error, but hardly ever meant."""
        if obj.enabled and recurrence_of(obj).next_after(timezone.now()) is None:
            sentence = _('"%(name)s" is saved, but no run lies ahead: its date or its end has passed.')
            messages.warning(request, sentence % {"name": obj.name})

    def _preview(self, request: HttpRequest, object_id: str | None, form_url: str) -> HttpResponse:
        """Answer what would happen if the form were saved as it is; nothing is written.

        The live preview gets the fragment. The plain button, for browsers without scripts, gets the whole page.
        """
        form, obj = self.unsaved_form(request, object_id)
        if "HX-Request" in request.headers:
            pane = self._pane(request, form, obj, now=timezone.now())
            context = {"pane": pane, "field_errors": field_errors(form), "is_live_preview": True}
            if form.must_show_others:
                context["other_arguments"] = arguments_of_form(form)
            response = render(request, "partials/schedule_preview.html", context)
            # By this the page tells the preview from a login page that came in its place.
            response.headers["X-Schedule-Preview"] = "1"
            return response
        return self.unsaved_page(request, form, self._saved(obj), form_url)

    def _pane(
        self, request: HttpRequest, form: forms.BaseForm, obj: APIEndpointSchedule | None, *, now: datetime
    ) -> Pane:
        saved = self._saved(obj)
        if form.is_bound and form.fields:
            pane = pane_of_form(form, now=now, saved=saved)
        elif obj is None:
            return Pane(missing=[_("As soon as the rule is filled in, the next runs stand here.")])
        else:
            try:
                pane = pane_of_schedule(obj, now=now)
            except DefinitionError as error:
                return Pane(problems=[sentences_of(error)])
        if saved is None:
            return pane
        return with_actions(pane, saved, self.verbs_allowed(request), back=request.get_full_path(), now=now)

    def _saved(self, obj: APIEndpointSchedule | None) -> APIEndpointSchedule | None:
        """Return the schedule as it is stored: a form writes what was typed into the instance it is given."""
        return obj and self.model.objects.select_related("endpoint").filter(pk=obj.pk).first()

    def _page_of(self, request: HttpRequest, obj: APIEndpointSchedule, *, now: datetime) -> dict[str, Any]:
        """Return what a saved schedule's page shows around the form: where it stands, and what it did lately."""
        saved = self._saved(obj) or obj
        place = self._place(saved)
        may = self.verbs_allowed(request)
        buttons = buttons_of(saved, may, now=now)
        context: dict[str, Any] = {
            "status": {
                "badge": standing_badge(place.standing),
                "why": why(saved, place, now=now),
                "next_run": next_run_text(saved, place, now=now),
            },
            "buttons": buttons and ButtonDrawer(back=request.get_full_path()).html(saved, buttons),
            "back": request.get_full_path(),
            "schedule": saved,
            "may_backfill": may["run"],
        }
        if may["view_runs"]:
            context["recent_runs"] = [
                {
                    "run": run,
                    "at": local_instant(run.started_at or run.scheduled_for or run.created_at, now=now),
                    "state": state_badge(run),
                    "duration": span_text(duration_of(run, now=now)),
                    "lateness": span_text(lateness_of(run)),
                    "outcome": outcome_in_short(run),
                }
                for run in saved.runs.defer("traceback", "args", "kwargs")[:RECENT_RUNS]
            ]
            context["chart"] = run_chart_of(saved, now=now)
            context["is_live"] = any(line["run"].state in UNFINISHED for line in context["recent_runs"])
            context["all_runs"] = f"{reverse('admin:schedules_schedulerun_changelist')}?schedule__id__exact={saved.pk}"
        return context

    def _place(self, schedule: APIEndpointSchedule) -> Place:
        return places_of([schedule], now=timezone.now())[schedule.pk]
