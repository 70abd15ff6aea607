"""The pages of schedules: the list, the form beside its live preview, and the actions."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.forms import AdminForm

from schedules.admin.form_layout import SECTIONS, placed_sections
from schedules.admin.in_force import TellsWhatIsNotInForce
from schedules.admin.pictures import (
    duration_of,
    in_one_line,
    lateness_of,
    local_instant,
    readable,
    span_text,
    standing_badge,
    state_badge,
    two_lines,
)
from schedules.admin.previews import Pane, field_errors, pane_of_form, pane_of_schedule
from schedules.admin.runs import outcome_in_short
from schedules.admin.schedule_actions import ACTIONS, MAX_AT_ONCE, Asked, ScheduleAction, carry_out, sentences
from schedules.admin.schedule_list import EndpointFilter, LatestStateFilter, ScheduleChangeList, StateFilter
from schedules.admin.wording import distance_text, instant_text, page_language, time_text, zone_text
from schedules.exceptions import EngineUnreachable, PauseEndsInThePast
from schedules.forms.schedule import ScheduleForm
from schedules.models import APIEndpointSchedule
from schedules.recurrence import DefinitionError, describe
from schedules.recurrence.zones import find_zone
from schedules.services import mirroring
from schedules.standing import Place, Standing, places_of

#: Runs that a schedule's page lists.
RECENT_RUNS = 10
PREVIEW = "_preview"


@admin.register(APIEndpointSchedule)
class APIEndpointScheduleAdmin(TellsWhatIsNotInForce, ModelAdmin):
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
    list_before_template = "partials/schedule_list_tools.html"
    search_fields = ["name", "description", "endpoint__name"]
    search_help_text = gettext_lazy("Name, description or endpoint")
    actions_list = ["reconcile"]
    actions = ["switch_on", "switch_off", "run", "pause", "resume"]
    save_on_top = False

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}
        js = [
            forms.Script("schedules/js/cron-builder.js", defer=True),
            forms.Script("schedules/js/schedule-form.js", defer=True),
        ]

    # --- Permissions --------------------------------------------------------------------------------------------

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("schedules.run_apiendpointschedule")

    def has_pause_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("schedules.pause_apiendpointschedule")

    def verbs_allowed(self, request: HttpRequest) -> dict[str, bool]:
        """Return for each permission that actions ask for whether the reader has it."""
        return {
            "run": self.has_run_permission(request),
            "pause": self.has_pause_permission(request),
            "change": self.has_change_permission(request),
            "view_runs": request.user.has_perm("schedules.view_schedulerun"),
        }

    # --- The list -----------------------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ScheduleChangeList]:
        return ScheduleChangeList

    @display(description=gettext_lazy("rule"))
    def rule_shown(self, schedule: APIEndpointSchedule) -> SafeString | str:
        return rule_in_words(schedule.place)

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
        return render_to_string(
            "partials/latest_run.html",
            {
                "run": run,
                "may_view": schedule.may["view_runs"],
                "state": state_badge(run),
                "ago": distance_text(
                    timezone.localtime(run.started_at or run.scheduled_for or run.created_at), now=schedule.listed_at
                ),
                "outcome": outcome_in_short(run),
            },
        )

    @display(description="")
    def buttons_shown(self, schedule: APIEndpointSchedule) -> SafeString:
        buttons = buttons_of(schedule, schedule.may, now=schedule.listed_at)
        context = {"schedule": schedule, "buttons": buttons, "back": schedule.listed_on, "short": True}
        return render_to_string("partials/schedule_buttons.html", context)

    # --- The form -----------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            # Fields declared on the form would stay when the model's fields are left out; readers get plain text.
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change=change, **kwargs)

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
        return readable([*args, *(f"{name} = {value}" for name, value in kwargs.items())])

    @display(description=gettext_lazy("queue"))
    def queue_read(self, schedule: APIEndpointSchedule) -> str:
        return schedule.queue or schedule.endpoint.queue

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
        context["pane"] = self._pane(form, obj, now=now)
        if obj is not None:
            context |= self._page_of(request, obj, now=now)
        return super().render_change_form(request, context, *args, **kwargs)

    def _preview(self, request: HttpRequest, object_id: str | None, form_url: str) -> HttpResponse:
        """Answer what would happen if the form were saved as it is; nothing is written.

        The live preview gets the fragment. The plain button, for browsers without scripts, gets the whole page.
        """
        obj = None
        if object_id is not None:
            obj = self.get_object(request, unquote(object_id))
            if obj is None:
                raise Http404(_("This schedule has been deleted."))
        if not (self.has_change_permission(request, obj) if obj else self.has_add_permission(request)):
            raise PermissionDenied
        form = self.get_form(request, obj, change=obj is not None)(request.POST, request.FILES, instance=obj)
        if "HX-Request" in request.headers:
            pane = self._pane(form, obj, now=timezone.now())
            context = {"pane": pane, "field_errors": field_errors(form)}
            response = render(request, "partials/schedule_preview.html", context)
            # By this the page tells the preview from a login page that came in its place.
            response.headers["X-Schedule-Preview"] = "1"
            return response
        context = {
            **self.admin_site.each_context(request),
            "title": (_("Change %s") if obj else _("Add %s")) % self.opts.verbose_name,
            "subtitle": str(self._saved(obj)) if obj else None,
            "adminform": AdminForm(form, list(self.get_fieldsets(request, obj)), {}, [], model_admin=self),
            "object_id": object_id,
            "original": self._saved(obj),
            "is_popup": False,
            "to_field": None,
            "media": self.media + form.media,
            "inline_admin_formsets": [],
            "errors": helpers.AdminErrorList(form, []) if not form.is_valid() else None,
            "preserved_filters": self.get_preserved_filters(request),
        }
        return self.render_change_form(
            request, context, add=obj is None, change=obj is not None, obj=self._saved(obj), form_url=form_url
        )

    def _pane(self, form: forms.BaseForm, obj: APIEndpointSchedule | None, *, now: datetime) -> Pane:
        if form.is_bound and form.fields:
            return pane_of_form(form, now=now, saved=self._saved(obj))
        if obj is None:
            return Pane(missing=[_("As soon as the rule is filled in, the next runs stand here.")])
        try:
            return pane_of_schedule(obj, now=now)
        except DefinitionError as error:
            return Pane(problems=[str(error)])

    def _saved(self, obj: APIEndpointSchedule | None) -> APIEndpointSchedule | None:
        """Return the schedule as it is stored: a form writes what was typed into the instance it is given."""
        return obj and self.model.objects.select_related("endpoint").filter(pk=obj.pk).first()

    def _page_of(self, request: HttpRequest, obj: APIEndpointSchedule, *, now: datetime) -> dict[str, Any]:
        """Return what a saved schedule's page shows around the form: where it stands, and what it did lately."""
        saved = self._saved(obj) or obj
        place = self._place(saved)
        may = self.verbs_allowed(request)
        context: dict[str, Any] = {
            "status": {
                "badge": standing_badge(place.standing),
                "why": why(saved, place, now=now),
                "next_run": next_run_text(saved, place, now=now),
            },
            "buttons": buttons_of(saved, may, now=now),
            "back": request.get_full_path(),
            "schedule": saved,
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
            context["all_runs"] = f"{reverse('admin:schedules_schedulerun_changelist')}?schedule__id__exact={saved.pk}"
        return context

    def _place(self, schedule: APIEndpointSchedule) -> Place:
        return places_of([schedule], now=timezone.now())[schedule.pk]

    # --- Actions ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "do/<slug:code>/",
                self.admin_site.admin_view(self.action_view),
                name="schedules_apiendpointschedule_do",
            ),
        ]
        return own + super().get_urls()

    @action(description=ACTIONS["enable"].label, permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[APIEndpointSchedule]) -> HttpResponse | None:
        return self._act_on_many(request, ACTIONS["enable"], queryset)

    @action(description=ACTIONS["disable"].label, permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[APIEndpointSchedule]) -> HttpResponse | None:
        return self._act_on_many(request, ACTIONS["disable"], queryset)

    @action(description=ACTIONS["run"].label, permissions=["run"])
    def run(self, request: HttpRequest, queryset: QuerySet[APIEndpointSchedule]) -> HttpResponse | None:
        return self._act_on_many(request, ACTIONS["run"], queryset)

    @action(description=ACTIONS["pause"].label, permissions=["pause"])
    def pause(self, request: HttpRequest, queryset: QuerySet[APIEndpointSchedule]) -> HttpResponse | None:
        return self._act_on_many(request, ACTIONS["pause"], queryset)

    @action(description=ACTIONS["resume"].label, permissions=["pause"])
    def resume(self, request: HttpRequest, queryset: QuerySet[APIEndpointSchedule]) -> HttpResponse | None:
        return self._act_on_many(request, ACTIONS["resume"], queryset)

    def action_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """Carry out an action on the schedules named in the request; ask first where there is something to ask.

        A GET never changes anything: it shows the page that asks.
        """
        found = ACTIONS.get(code)
        if found is None:
            raise Http404(_("There is no such action."))
        if not self.verbs_allowed(request)[found.permission] or not self.has_view_permission(request):
            raise PermissionDenied
        named = (request.POST if request.method == "POST" else request.GET).getlist("schedule")
        ids = [int(text) for text in named if text.isascii() and text.isdigit() and len(text) < 19]
        schedules = list(self.get_queryset(request).select_related("endpoint").filter(pk__in=ids[:MAX_AT_ONCE]))
        if not schedules:
            messages.warning(request, _("The schedule is not there any more."))
            return HttpResponseRedirect(self._back(request))
        return self._told(request, self._ask_or_act, found, schedules)

    def _act_on_many(
        self, request: HttpRequest, found: ScheduleAction, queryset: QuerySet[APIEndpointSchedule]
    ) -> HttpResponse | None:
        schedules = list(queryset.select_related("endpoint")[: MAX_AT_ONCE + 1])
        if len(schedules) > MAX_AT_ONCE:
            sentence = _("At most %(most)d schedules at a time. Choose fewer; nothing has been done.")
            messages.error(request, sentence % {"most": MAX_AT_ONCE})
            return None
        if found.form is not None:
            return self._asking_page(request, found, schedules, found.form())
        self._act(request, found, schedules, {})
        return None

    def _ask_or_act(
        self, request: HttpRequest, found: ScheduleAction, schedules: list[APIEndpointSchedule]
    ) -> HttpResponse:
        is_answered = request.method == "POST" and (found.form is None or "confirmed" in request.POST)
        form = (found.form or forms.Form)(request.POST if is_answered else None)
        if not is_answered or not form.is_valid():
            return self._asking_page(request, found, schedules, form)
        try:
            self._act(request, found, schedules, form.cleaned_data)
        except PauseEndsInThePast as error:
            form.add_error("until", str(error))
            return self._asking_page(request, found, schedules, form)
        return HttpResponseRedirect(self._back(request))

    def _act(
        self,
        request: HttpRequest,
        found: ScheduleAction,
        schedules: list[APIEndpointSchedule],
        answers: dict[str, Any],
    ) -> None:
        outcome = carry_out(found, schedules, Asked(by=request.user, now=timezone.now(), answers=answers))
        for schedule in outcome.done:
            reason = answers.get("reason")
            self.log_change(request, schedule, f"{found.history}: {reason}" if reason else str(found.history))
        successes, remarks, errors = sentences(found, outcome)
        for text in successes:
            messages.success(request, text)
        for text in remarks:
            messages.warning(request, text)
        for text in errors:
            messages.error(request, text)

    def _asking_page(
        self,
        request: HttpRequest,
        found: ScheduleAction,
        schedules: list[APIEndpointSchedule],
        form: forms.BaseForm,
    ) -> HttpResponse:
        now = timezone.now()
        places = places_of(schedules, now=now)
        lines = [
            {
                "schedule": schedule,
                "rule": rule_in_words(places[schedule.pk]),
                "badge": standing_badge(places[schedule.pk].standing),
                "next_run": next_run_text(schedule, places[schedule.pk], now=now),
            }
            for schedule in schedules
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": found.label,
            "opts": self.opts,
            "action": found,
            "lines": lines,
            "form": form,
            "back": self._back(request),
            "address": reverse("admin:schedules_apiendpointschedule_do", args=[found.code]),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/schedules/apiendpointschedule/action.html", context)

    @action(description=gettext_lazy("Compare with the engine"), permissions=["change"], icon="sync")
    def reconcile(self, request: HttpRequest) -> HttpResponse:
        """Show how the engine differs from the database; on POST, put it right."""
        is_repair = request.method == "POST"
        report, problem = None, ""
        try:
            report = mirroring.reconcile(timezone.now(), dry_run=not is_repair)
        except EngineUnreachable as error:
            problem = str(error)
        if is_repair and report is not None:
            if report.pushed or report.removed:
                messages.success(
                    request,
                    _("Repaired: %(pushed)d put in force anew, %(removed)d taken out of force.")
                    % {"pushed": len(report.pushed), "removed": len(report.removed)},
                )
            else:
                messages.success(request, _("The engine holds what the database says. Nothing had to be repaired."))
            if report.set_aside:
                count = {"count": len(report.set_aside)}
                messages.warning(request, _("%(count)d cannot be put in force; their rules are not usable.") % count)
            return HttpResponseRedirect(self._list_address())
        ids = [*report.pushed, *report.removed, *report.set_aside] if report else []
        names = dict(self.model.objects.filter(pk__in=ids[:MAX_AT_ONCE]).values_list("pk", "name"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Compare with the engine"),
            "opts": self.opts,
            "problem": problem,
            "report": report,
            "missing": [names.get(pk, f"schedule-{pk}") for pk in report.pushed[:MAX_AT_ONCE]] if report else [],
            "orphans": [names.get(pk, f"schedule-{pk}") for pk in report.removed[:MAX_AT_ONCE]] if report else [],
            "set_aside": [(names.get(pk, f"schedule-{pk}"), text) for pk, text in report.set_aside.items()]
            if report
            else [],
            "back": self._list_address(),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/schedules/apiendpointschedule/reconcile.html", context)

    def _back(self, request: HttpRequest) -> str:
        """Return where the person came from, if that is a page of this site."""
        wanted = request.POST.get("back") or request.GET.get("back") or ""
        if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
            return wanted
        return self._list_address()

    def _list_address(self) -> str:
        return reverse("admin:schedules_apiendpointschedule_changelist")


def rule_in_words(place: Place) -> SafeString | str:
    if place.recurrence is None:
        return two_lines("–", place.problem)
    return describe(place.recurrence, page_language())


def next_run_text(schedule: APIEndpointSchedule, place: Place, *, now: datetime) -> SafeString | str:
    """Return the next run as the reader's clock will show it, with its distance; empty when nothing will run.

    Lists mix zones, so the large figure is always the reader's. The schedule's own follows where it differs.
    """
    zone = find_zone(schedule.timezone)
    if place.next_run_at is None or zone is None:
        return ""
    here = timezone.localtime(place.next_run_at)
    distance = distance_text(here, now=now)
    if schedule.timezone != timezone.get_current_timezone_name():
        there = place.next_run_at.astimezone(zone)
        name = zone_text(schedule.timezone)
        distance = f"{distance} · {time_text(there)} ({name})"
    return two_lines(in_one_line(instant_text(here, now=now)), distance)


def why(schedule: APIEndpointSchedule, place: Place, *, now: datetime) -> str:
    """Return what more there is to say about a standing: until when and why it is paused, what to do."""
    if place.standing == Standing.PAUSED:
        parts = []
        if schedule.paused_until:
            until = local_instant(schedule.paused_until, now=now)
            parts.append(_("until %(instant)s") % {"instant": until})
        return " · ".join([*parts, *([schedule.pause_reason] if schedule.pause_reason else [])])
    if place.standing == Standing.NOT_YET:
        return _("The engine holds something else. Beat repairs this by itself within a minute.")
    if place.standing == Standing.UNKNOWN:
        return _("Redis does not answer.")
    return place.problem


def buttons_of(schedule: APIEndpointSchedule, may: dict[str, bool], *, now: datetime) -> list[ScheduleAction]:
    """Return the actions that make sense for a schedule as it is, and that the reader may do."""
    codes = ["run"]
    if schedule.is_paused(now):
        codes.append("resume")
    elif schedule.enabled:
        codes.append("pause")
    codes.append("disable" if schedule.enabled else "enable")
    return [ACTIONS[code] for code in codes if may[ACTIONS[code].permission]]
