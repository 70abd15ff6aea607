"""The pages of endpoints."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from schedules.admin.defined_rows import DefinedRows
from schedules.admin.endpoint_switch_pages import EndpointSwitchPages
from schedules.admin.form_layout import arguments_of_form
from schedules.admin.history import CHANGE_REASON, ShowsHistory
from schedules.admin.in_force import TellsWhatIsNotInForce
from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import badge, readable
from schedules.admin.unsaved_pages import AnswersWithoutSaving
from schedules.forms.endpoint import EndpointForm
from schedules.masking import mask_all
from schedules.models import APIEndpoint

#: The button, and what htmx sends: show the fields of the task that is typed now.
ASK_ARGUMENTS = "_arguments"


@admin.register(APIEndpoint)
class APIEndpointAdmin(
    ShowsHistory, DefinedRows, AnswersWithoutSaving, EndpointSwitchPages, TellsWhatIsNotInForce, ModelAdmin
):
    form = EndpointForm
    list_display = ["name", "task", "queue", "enabled_shown", "schedules_shown"]
    list_filter = ["enabled", "queue"]
    list_per_page = 50
    # Counting the schedules makes Django forget the model's own.
    ordering = ["name"]
    search_fields = ["name", "task", "description"]
    search_help_text = _("Name, task or description")
    actions = ["enable", "disable"]
    actions_list = ["deleted_ones"]
    fieldsets = [
        (None, {"fields": ["name", "task", "enabled", "description"]}),
        (_("Queue"), {"fields": ["queue", "expires_seconds"]}),
    ]

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}
        js = [forms.Script("schedules/js/leaving.js", defer=True)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[APIEndpoint]:
        return super().get_queryset(request).annotate(schedule_count=Count("schedules"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, dict[str, Any]]]:
        if self._may_edit(request, obj):
            # What the task is told has a part of its own, which follows the task.
            return list(self.fieldsets)
        what, queue = self.fieldsets
        return [what, (_("Usual arguments"), {"fields": ["args_read", "kwargs_read"]}), queue]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if self._may_edit(request, obj) else ["args_read", "kwargs_read"]

    def _may_edit(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" and ASK_ARGUMENTS in request.POST:
            return self._arguments(request, object_id, form_url)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _arguments(self, request: HttpRequest, object_id: str | None, form_url: str) -> HttpResponse:
        """Answer with the fields of the task that was typed; nothing is written."""
        form, obj = self.unsaved_form(request, object_id)
        if "HX-Request" in request.headers:
            return render(request, "partials/arguments.html", {"arguments": arguments_of_form(form)})
        return self.unsaved_page(request, form, obj and self.model.objects.get(pk=obj.pk), form_url)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if self._may_edit(request, kwargs.get("obj")):
            context["arguments"] = arguments_of_form(context["adminform"].form)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if self._may_edit(request, obj):
            kwargs["fields"] = list(EndpointForm.Meta.fields)
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and not self.has_change_permission(request, obj):
            # A field declared on the form stays when the model's fields are left out; readers get plain text.
            for name in ("expires_seconds", CHANGE_REASON):
                form.base_fields.pop(name, None)
        form.user = request.user
        return form

    @display(description=_("arguments"))
    def args_read(self, endpoint: APIEndpoint) -> SafeString | str:
        return readable(mask_all(endpoint.default_args))

    @display(description=_("named arguments"))
    def kwargs_read(self, endpoint: APIEndpoint) -> SafeString | str:
        return readable(mask_all(endpoint.default_kwargs)) if endpoint.default_kwargs else "–"

    @display(description=_("state"), ordering="enabled")
    def enabled_shown(self, endpoint: APIEndpoint) -> SafeString:
        return badge(_("On"), "good") if endpoint.enabled else badge(_("Off"), "quiet")

    @display(description=_("schedules"), ordering="schedule_count")
    def schedules_shown(self, endpoint: APIEndpoint) -> SafeString:
        address = reverse("admin:schedules_apiendpointschedule_changelist")
        return format_html(
            '<a class="sx-link" href="{}?endpoint__id__exact={}">{}</a>', address, endpoint.pk, endpoint.schedule_count
        )
