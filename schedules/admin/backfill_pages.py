"""The page on which a past period of one schedule is asked for: first what would be run, then the deed."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import local_instant
from schedules.exceptions import AnswerRefused, TaskRefused
from schedules.forms.backfill import BackfillForm
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.recurrence import DefinitionError
from schedules.refusals import sentences_of
from schedules.services.backfills.asking import start_backfill
from schedules.services.backfills.planning import BackfillPlan, plan_backfill
from schedules.services.backfills.suggesting import suggested_period

#: Lines of a plan that the page lists; it counts all.
LISTED = 100


class BackfillPages(ModelAdmin):
    """The part of the schedules' admin that runs the past."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "<int:pk>/backfill/",
                self.admin_site.admin_view(self.backfill_view),
                name="schedules_apiendpointschedule_backfill",
            )
        ]
        return own + super().get_urls()

    def backfill_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the period, show what would be run, and run it once that was seen. A GET never changes anything."""
        may = (self.has_view_permission(request), request.user.has_perm("schedules.run_apiendpointschedule"))
        if not all(may):
            raise PermissionDenied
        found = self.get_queryset(request).select_related("endpoint").filter(pk=pk) if pk < 2**63 else None
        schedule = found.first() if found is not None else None
        if schedule is None:
            raise Http404(_("This schedule has been deleted."))
        suggested = suggested_period(schedule, now=timezone.now())
        form = BackfillForm(request.POST if request.method == "POST" else None, suggested=suggested)
        plan = None
        if form.is_bound and form.is_valid():
            try:
                if "start" in request.POST:
                    return self._started(request, schedule, form)
                plan = plan_backfill(schedule, form.request(), now=timezone.now())
            except AnswerRefused as error:
                form.add_error(error.field, str(error))
            except DefinitionError as error:
                form.add_error(None, sentences_of(error))
            except TaskRefused as error:
                form.add_error(None, str(error))
        return self._backfill_page(request, schedule, form, plan)

    def _started(self, request: HttpRequest, schedule: APIEndpointSchedule, form: BackfillForm) -> HttpResponse:
        reason = form.cleaned_data["reason"]
        backfill, plan = start_backfill(schedule.pk, form.request(), now=timezone.now(), by=request.user, reason=reason)
        count = len(plan.to_run)
        sentence = ngettext("%(count)d run of the past begins.", "%(count)d runs of the past begin.", count)
        messages.success(request, sentence % {"count": count})
        self.log_change(request, schedule, _("Backfill") + (f": {reason}" if reason else ""))
        if not request.user.has_perm("schedules.view_schedulerun"):
            return HttpResponseRedirect(reverse("admin:schedules_apiendpointschedule_change", args=[schedule.pk]))
        return HttpResponseRedirect(reverse("admin:schedules_backfill_change", args=[backfill.pk]))

    def _backfill_page(
        self, request: HttpRequest, schedule: APIEndpointSchedule, form: BackfillForm, plan: BackfillPlan | None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Backfill"),
            "opts": self.opts,
            "schedule": schedule,
            "form": form,
            "plan": None if plan is None else _shown(plan, now=timezone.now()),
            "back": reverse("admin:schedules_apiendpointschedule_change", args=[schedule.pk]),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/schedules/apiendpointschedule/backfill.html", context)


def _shown(plan: BackfillPlan, *, now: datetime) -> dict[str, Any]:
    """Return a plan as the page lists it."""
    states = dict(ScheduleRun.State.choices)
    return {
        "count": len(plan.to_run),
        "to_run": [
            (local_instant(one.scheduled_for, now=now), states.get(one.earlier_state, ""))
            for one in plan.to_run[:LISTED]
        ],
        "more_to_run": max(0, len(plan.to_run) - LISTED),
        "left_out_count": len(plan.left_out),
        "left_out": [(local_instant(instant, now=now), why.label) for instant, why in plan.left_out[:LISTED]],
        "more_left_out": max(0, len(plan.left_out) - LISTED),
        "beyond_limit": plan.beyond_limit,
    }
