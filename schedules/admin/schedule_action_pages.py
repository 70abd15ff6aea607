"""Doing something with schedules: the buttons, the bulk actions, and the pages that ask before they do it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from schedules.actors import LONGEST_REASON
from schedules.admin.form_layout import arguments_of_form
from schedules.admin.in_force import TellsWhatIsNotInForce
from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import standing_badge
from schedules.admin.schedule_actions import ACTIONS, MAX_AT_ONCE, Asked, Outcome, ScheduleAction, carry_out, sentences
from schedules.admin.schedule_facts import next_run_text, passed_over_text, rule_in_words
from schedules.exceptions import AnswerRefused, EngineUnreachable
from schedules.forms.arguments import TellsTask
from schedules.forms.asking import AskingForm
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.services.reconciling import reconcile
from schedules.standing import places_of


class ScheduleActionPages(TellsWhatIsNotInForce, ModelAdmin):
    """The part of the schedules' admin that changes what they do, without their form."""

    actions_list = ["reconcile", "deleted_ones"]
    actions = ["switch_on", "switch_off", "run", "pause", "resume"]

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
        return self._asking_page(request, found, schedules, self._form(request, found, schedules))

    def _ask_or_act(
        self, request: HttpRequest, found: ScheduleAction, schedules: list[APIEndpointSchedule]
    ) -> HttpResponse:
        is_answered = request.method == "POST" and (found.form is None or "confirmed" in request.POST)
        # Whoever comes from a run brings along why it is to be run again.
        initial = {"reason": request.GET.get("reason", "")[:LONGEST_REASON]}
        data = request.POST if is_answered else None
        form = self._form(request, found, schedules, data, initial=initial)
        if not is_answered or not form.is_valid():
            return self._asking_page(request, found, schedules, form)
        try:
            self._act(request, found, schedules, form.cleaned_data)
        except AnswerRefused as error:
            form.add_error(error.field, str(error))
            return self._asking_page(request, found, schedules, form)
        return HttpResponseRedirect(self._back(request))

    def _form(
        self,
        request: HttpRequest,
        found: ScheduleAction,
        schedules: list[APIEndpointSchedule],
        *args: Any,
        **kwargs: Any,
    ) -> AskingForm:
        may_run = self.has_run_permission(request)
        form = found.form or found.form_of_many or AskingForm
        return form(*args, schedules=schedules, now=timezone.now(), may_run=may_run, **kwargs)

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
            messages.success(request, self._with_link(request, text, outcome))
        for text in remarks:
            messages.warning(request, text)
        for text in errors:
            messages.error(request, text)

    def _with_link(self, request: HttpRequest, text: str, outcome: Outcome) -> str:
        """Return the sentence, for a single run with the way to it."""
        runs = [result for result in outcome.results if isinstance(result, ScheduleRun)]
        if len(runs) != 1 or not self.verbs_allowed(request)["view_runs"]:
            return text
        address = reverse("admin:schedules_schedulerun_change", args=[runs[0].pk])
        return format_html('{} <a class="sx-link" href="{}">{}</a>', text, address, _("See the run"))

    def _asking_page(
        self,
        request: HttpRequest,
        found: ScheduleAction,
        schedules: list[APIEndpointSchedule],
        form: AskingForm,
    ) -> HttpResponse:
        now = timezone.now()
        places = places_of(schedules, now=now)
        lines = [
            {
                "schedule": schedule,
                "rule": rule_in_words(places[schedule.pk]),
                "badge": standing_badge(places[schedule.pk].standing),
                "next_run": next_run_text(schedule, places[schedule.pk], now=now),
                "passed_over": passed_over_text(form, schedule, now=now),
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
            **_placed(form),
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
            report = reconcile(timezone.now(), dry_run=not is_repair)
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


def _placed(form: AskingForm) -> dict[str, Any]:
    """Return the fields of an asking page: what a task is told apart, the others in their order."""
    arguments = arguments_of_form(form) if isinstance(form, TellsTask) else None
    told = {each.bound.name for each in arguments.fields} | set(form.ARGUMENTS) if arguments else set()
    return {"fields": [form[name] for name in form.fields if name not in told], "arguments": arguments}
