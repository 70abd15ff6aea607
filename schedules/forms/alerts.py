"""The forms of alert channels and rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget

from schedules.forms.fields import MINUTE, SecondsField
from schedules.models import AlertChannel, AlertEvent, AlertRule
from schedules.services.alert_channels import new_secret

#: Fields that a saved channel never shows again.
WRITE_ONLY = ("url", "secret")


class AlertChannelForm(forms.ModelForm):
    """``made_secret`` is the signing secret that saving has just made, to be shown once; empty otherwise."""

    made_secret = ""

    class Meta:
        model = AlertChannel
        fields = ("name", "kind", "enabled", "recipients", "url", "secret")
        widgets = {
            "recipients": UnfoldAdminTextareaWidget({"rows": 3}),
            "url": UnfoldAdminPasswordWidget({"autocomplete": "off"}),
            "secret": UnfoldAdminPasswordWidget({"autocomplete": "new-password"}),
        }
        help_texts = {
            "recipients": _("For e-mail: one address on each line."),
            "url": _("For webhook and Slack: the whole address, with https://. It is not shown again."),
            "secret": _("For webhook: what its messages are signed with. Empty: one is made, and shown once."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._saved = {name: getattr(self.instance, name) for name in WRITE_ONLY}
        for name in WRITE_ONLY:
            if name in self.fields:
                # Never into the page, not even as the value of a hidden field.
                self.initial.pop(name, None)
                if self._saved[name]:
                    self.fields[name].widget.attrs["placeholder"] = _("Saved. Leave it empty to keep it.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in WRITE_ONLY:
            if not cleaned.get(name):
                cleaned[name] = self._saved[name]
        if cleaned.get("kind") == AlertChannel.Kind.WEBHOOK and not cleaned["secret"]:
            cleaned["secret"] = self.made_secret = new_secret()
        return cleaned


class AlertRuleForm(forms.ModelForm):
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=AlertEvent.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        initial=AlertEvent.values,
        help_text=_("“Beat is silent” and “Calendar ends soon” concern all schedules."),
    )
    late_after_seconds = SecondsField(
        label=_("Late after"),
        initial=300,
        help_text=_("A run that nobody has begun so long after its time."),
    )
    running_after_seconds = SecondsField(label=_("Running too long after"), initial=3600)
    paused_after_seconds = SecondsField(
        label=_("Paused too long after"),
        initial=7 * 86_400,
        smallest=MINUTE,
        help_text=_("Only pauses without an end."),
    )
    remind_after_seconds = SecondsField(
        label=_("Remind after"),
        initial=86_400,
        required=False,
        smallest=MINUTE,
        help_text=_("What is still open is told again after this. Empty: never."),
    )

    class Meta:
        model = AlertRule
        fields = (
            "name",
            "enabled",
            "events",
            "endpoint",
            "schedule",
            "failures_in_a_row",
            "late_after_seconds",
            "running_after_seconds",
            "paused_after_seconds",
            "channels",
            "language",
            "tell_recovery",
            "remind_after_seconds",
        )
        widgets = {"channels": UnfoldAdminCheckboxSelectMultipleWidget()}
        help_texts = {
            "endpoint": _("Only its schedules. Empty: all."),
            "schedule": _("Only this one. Empty: all."),
            "failures_in_a_row": _("“Failed” is told after so many failures without a success in between."),
            "channels": _("Without any, alerts are only listed here."),
        }
