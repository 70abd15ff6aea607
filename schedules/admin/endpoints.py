"""The pages of endpoints."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from schedules.admin.in_force import TellsWhatIsNotInForce
from schedules.admin.pictures import badge
from schedules.admin.schedule_actions import listed
from schedules.forms.endpoint import EndpointForm
from schedules.models import APIEndpoint


@admin.register(APIEndpoint)
class APIEndpointAdmin(TellsWhatIsNotInForce, ModelAdmin):
    form = EndpointForm
    list_display = ["name", "task", "queue", "enabled_shown", "schedules_shown"]
    list_filter = ["enabled", "queue"]
    list_per_page = 50
    search_fields = ["name", "task", "description"]
    search_help_text = _("Name, task or description")
    actions = ["enable", "disable"]
    fieldsets = [
        (None, {"fields": ["name", "task", "enabled", "description"]}),
        (_("Usual arguments and queue"), {"fields": ["default_args", "default_kwargs", "queue", "expires_seconds"]}),
    ]

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[APIEndpoint]:
        return super().get_queryset(request).annotate(schedule_count=Count("schedules"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and not self.has_change_permission(request, obj):
            # A field declared on the form stays when the model's fields are left out; readers get plain text.
            form.base_fields.pop("expires_seconds", None)
        form.user = request.user
        return form

    @display(description=_("state"), ordering="enabled")
    def enabled_shown(self, endpoint: APIEndpoint) -> SafeString:
        return badge(_("On"), "good") if endpoint.enabled else badge(_("Off"), "quiet")

    @display(description=_("schedules"), ordering="schedule_count")
    def schedules_shown(self, endpoint: APIEndpoint) -> SafeString:
        address = reverse("admin:schedules_apiendpointschedule_changelist")
        return format_html(
            '<a class="sx-link" href="{}?endpoint__id__exact={}">{}</a>', address, endpoint.pk, endpoint.schedule_count
        )

    @action(description=_("Switch on"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[APIEndpoint]) -> None:
        self._switch(request, queryset, enabled=True)

    @action(description=_("Switch off"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[APIEndpoint]) -> None:
        self._switch(request, queryset, enabled=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[APIEndpoint], *, enabled: bool) -> None:
        switched, unchanged = [], []
        for endpoint in queryset:
            if endpoint.enabled == enabled:
                unchanged.append(endpoint.name)
                continue
            endpoint.enabled = enabled
            endpoint.save(update_fields=["enabled", "updated_at"])
            self.log_change(request, endpoint, str(_("Switched on") if enabled else _("Switched off")))
            switched.append(endpoint.name)
        if switched:
            count = len(switched)
            said = (
                ngettext("%(count)d endpoint switched on:", "%(count)d endpoints switched on:", count)
                if enabled
                else ngettext("%(count)d endpoint switched off:", "%(count)d endpoints switched off:", count)
            )
            messages.success(request, f"{said % {'count': count}} {listed(switched)}")
        if unchanged:
            said = _("Already on: %(names)s") if enabled else _("Already off: %(names)s")
            messages.info(request, said % {"names": listed(unchanged)})
