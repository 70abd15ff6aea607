"""Backfills: how far each is, its runs, and calling it off."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Script
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import badge, in_one_line, local_instant, state_badge, two_lines
from schedules.admin.runs import outcome_in_short
from schedules.backfill_progress import Progress, progress_of
from schedules.exceptions import BackfillEnded
from schedules.models import Backfill
from schedules.services.backfills.asking import cancel_backfill

State = Backfill.State

TONES = {State.WAITING: "busy", State.RUNNING: "busy", State.DONE: "good", State.CANCELLED: "quiet"}


@admin.register(Backfill)
class BackfillAdmin(ModelAdmin):
    list_display = ["schedule_name", "period_shown", "state_shown", "progress_shown", "asked_shown", "created_shown"]
    list_filter = [("state", ChoicesDropdownFilter), ("schedule", AutocompleteSelectFilter)]
    list_filter_submit = True
    list_select_related = ["asked_by"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["schedule_name", "reason"]
    sortable_by = ["created_shown"]
    fieldsets = [
        (None, {"fields": ["schedule_link", "period_shown", "runs_link"]}),
        (
            gettext_lazy("How it was asked for"),
            {"fields": ["asked_shown", "created_shown", "order", "at_once", "include_succeeded", "ended_shown"]},
        ),
    ]

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}
        js = [Script("schedules/js/live.js", defer=True)]

    # --- Who may ------------------------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Backfill | None = None) -> bool:
        names = ("schedules.view_apiendpointschedule", "schedules.view_schedulerun")
        return all(request.user.has_perm(name) for name in names)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Backfill | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Backfill | None = None) -> bool:
        return False

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and request.user.has_perm("schedules.run_apiendpointschedule")

    # --- Calling it off -----------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.cancel_view)
        return [path("<int:pk>/cancel/", view, name="schedules_backfill_cancel"), *super().get_urls()]

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Call it off; a GET only leads to its page."""
        if not self.has_cancel_permission(request):
            raise PermissionDenied
        if pk >= 2**63 or not Backfill.objects.filter(pk=pk).exists():
            raise Http404(_("There is no such backfill."))
        if request.method == "POST":
            try:
                if cancel_backfill(pk, now=timezone.now(), by=request.user):
                    messages.success(request, _("Cancelled: no more runs of it are sent."))
                else:
                    messages.warning(request, _("It was cancelled already."))
            except BackfillEnded as error:
                messages.warning(request, str(error))
        return HttpResponseRedirect(reverse("admin:schedules_backfill_change", args=[pk]))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        backfill = kwargs["obj"]
        context |= {
            "show_history": False,
            "state": self.state_shown(backfill),
            "progress": self.progress_shown(backfill),
            "is_live": backfill.is_open,
            "may_cancel": backfill.is_open and self.has_cancel_permission(request),
            "occurrences": [
                {
                    "at": local_instant(one.scheduled_for, now=timezone.now()),
                    "run": one.run,
                    "state": one.run and state_badge(one.run),
                    "outcome": one.run and outcome_in_short(one.run),
                    "is_sent": one.is_sent,
                }
                for one in backfill.occurrences.select_related("run").defer("run__traceback")
            ],
        }
        return super().render_change_form(request, context, *args, **kwargs)

    # --- What is shown ------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backfill]:
        return super().get_queryset(request).select_related("asked_by", "cancelled_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for _title, options in self.fieldsets for name in options["fields"]]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        # For all rows of the page in one query.
        known = progress_of(row.pk for row in changelist.result_list)
        for row in changelist.result_list:
            row.progress = known[row.pk]
        return changelist

    @display(description=gettext_lazy("period"))
    def period_shown(self, backfill: Backfill) -> SafeString | str:
        now = timezone.now()
        return f"{local_instant(backfill.from_at, now=now)} – {local_instant(backfill.to_at, now=now)}"

    @display(description=gettext_lazy("state"))
    def state_shown(self, backfill: Backfill) -> SafeString:
        by = backfill.cancelled_by
        return two_lines(badge(backfill.get_state_display(), TONES[State(backfill.state)]), by and f"{by}")

    @display(description=gettext_lazy("progress"))
    def progress_shown(self, backfill: Backfill) -> SafeString:
        progress: Progress = getattr(backfill, "progress", None) or progress_of([backfill.pk])[backfill.pk]
        counts = [
            (progress.succeeded, _("succeeded")),
            (progress.failed, _("failed")),
            (progress.skipped, _("skipped")),
            (progress.unknown, _("no longer in the history")),
        ]
        told = " · ".join(f"{name} {number}" for number, name in counts if number)
        return two_lines(f"{progress.ended} / {progress.total} ({progress.percent} %)", told)

    @display(description=gettext_lazy("asked for by"))
    def asked_shown(self, backfill: Backfill) -> SafeString:
        return two_lines(backfill.asked_by or "–", backfill.reason)

    @display(description=gettext_lazy("asked for"), ordering="created_at")
    def created_shown(self, backfill: Backfill) -> SafeString | None:
        return in_one_line(local_instant(backfill.created_at, now=timezone.now()))

    @display(description=gettext_lazy("finished"), empty_value="–")
    def ended_shown(self, backfill: Backfill) -> SafeString | None:
        return in_one_line(local_instant(backfill.finished_at, now=timezone.now()))

    @display(description=gettext_lazy("schedule"))
    def schedule_link(self, backfill: Backfill) -> SafeString:
        if backfill.schedule_id is None:
            return two_lines(backfill.schedule_name, _("This schedule has been deleted."))
        address = reverse("admin:schedules_apiendpointschedule_change", args=[backfill.schedule_id])
        return format_html('<a class="sx-link" href="{}">{}</a>', address, backfill.schedule_name)

    @display(description=gettext_lazy("runs"))
    def runs_link(self, backfill: Backfill) -> SafeString:
        # Without their number: this part of the page is not renewed while the backfill goes on.
        address = f"{reverse('admin:schedules_schedulerun_changelist')}?backfill__id__exact={backfill.pk}"
        return format_html('<a class="sx-link" href="{}">{}</a>', address, _("See these runs"))
