"""The pages of alert rules."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from schedules.admin.model_admin import ModelAdmin
from schedules.admin.pictures import badge
from schedules.forms.alerts import AlertRuleForm
from schedules.models import AlertEvent, AlertRule


@admin.register(AlertRule)
class AlertRuleAdmin(ModelAdmin):
    form = AlertRuleForm
    list_display = ["name", "enabled_shown", "events_shown", "scope_shown", "channels_shown"]
    list_filter = ["enabled", "channels"]
    list_select_related = ["endpoint", "schedule"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "enabled", "events"]}),
        (gettext_lazy("Of what"), {"fields": ["endpoint", "schedule"]}),
        (gettext_lazy("To whom"), {"fields": ["channels", "language"]}),
        (
            gettext_lazy("When it is told"),
            {
                "fields": [
                    "failures_in_a_row",
                    "late_after_seconds",
                    "running_after_seconds",
                    "paused_after_seconds",
                    "tell_recovery",
                    "remind_after_seconds",
                ]
            },
        ),
    ]

    class Media:
        css = {"all": ["schedules/css/schedules.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertRule]:
        return super().get_queryset(request).prefetch_related("channels")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None and not self.has_change_permission(request, obj):
            # Fields declared on the form stay when the model's fields are left out; readers get plain text.
            for name in [name for name in form.base_fields if name in AlertRuleForm.declared_fields]:
                form.base_fields.pop(name)
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            # Nothing chosen is a choice here, and the widest one: the theme's "Select value" would say the contrary.
            field.empty_label = _("All")
        return field

    @display(description=gettext_lazy("state"), ordering="enabled")
    def enabled_shown(self, rule: AlertRule) -> SafeString:
        return badge(_("On"), "good") if rule.enabled else badge(_("Off"), "quiet")

    @display(description=gettext_lazy("events"))
    def events_shown(self, rule: AlertRule) -> str:
        labels = dict(AlertEvent.choices)
        if set(rule.events) == set(labels):
            return _("All")
        return " · ".join(str(labels.get(event, event)) for event in rule.events)

    @display(description=gettext_lazy("of what"))
    def scope_shown(self, rule: AlertRule) -> str:
        return str(rule.schedule or rule.endpoint or _("All schedules"))

    @display(description=gettext_lazy("channels"), empty_value="–")
    def channels_shown(self, rule: AlertRule) -> str:
        return ", ".join(channel.name for channel in rule.channels.all())
