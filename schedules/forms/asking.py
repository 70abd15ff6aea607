"""What is asked before an action on schedules: a reason, and for a pause its end."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schedules.forms.choices import zone_label
from schedules.forms.fields import LocalInstantField, in_zone
from schedules.forms.widgets import INPUT

LONGEST_REASON = 500


class RunForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.TextInput({"class": INPUT}),
        help_text=_("Stands in the run history, beside your name."),
    )


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.TextInput({"class": INPUT}),
        help_text=_("Whoever looks at the list sees it."),
    )
    until = LocalInstantField(label=_("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = zone_label(timezone.get_current_timezone_name())
        self.fields["until"].help_text = _("Empty: until somebody resumes it. Times are those of %(zone)s.") % {
            "zone": zone
        }

    def clean_until(self) -> datetime | None:
        local = self.cleaned_data["until"]
        if local is None:
            return None
        zone: Any = timezone.get_current_timezone()
        try:
            return in_zone(local, zone)
        except (OverflowError, ValueError) as error:
            raise ValidationError(_("This date is out of reach.")) from error
