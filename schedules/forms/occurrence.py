"""What is asked before one occurrence is skipped, moved, run instead of its time, or left to its rule again."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from schedules.forms.choices import zone_label
from schedules.forms.fields import LocalInstantField, in_zone
from schedules.forms.reasons import IN_CHANGES, ReasonField


class OccurrenceForm(forms.Form):
    """``at`` is where the occurrence stands, ``zone`` that of its schedule, in which the page shows times."""

    def __init__(self, *args: Any, at: datetime, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at, self.zone = at, zone


class ReasonForm(OccurrenceForm):
    reason = ReasonField(help_text=_("Whoever looks at the next runs sees it."))


class UndoForm(ReasonForm):
    """Which change the page showed: at its instant another may stand by now."""

    change = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nothing is left of the change that could show it.
        self.fields["reason"].help_text = IN_CHANGES


class MoveForm(ReasonForm):
    moved_to = LocalInstantField(label=_("New time"))
    field_order = ["moved_to", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["moved_to"].initial = self.at.astimezone(self.zone).replace(tzinfo=None)
        self.fields["moved_to"].help_text = _("Times are those of %(zone)s.") % {"zone": zone_label(self.zone.key)}

    def clean_moved_to(self) -> datetime:
        local = self.cleaned_data["moved_to"]
        if local == self.fields["moved_to"].initial:
            # Where the clocks show this time twice, what nobody has touched means the one that it stands for.
            return self.at
        try:
            return in_zone(local, self.zone)
        except (OverflowError, ValueError) as error:
            raise ValidationError(_("This date is out of reach.")) from error


class RunInsteadForm(ReasonForm):
    """Whether the run of now takes the place of the planned one."""

    instead = forms.BooleanField(
        label=_("Leave out the planned run"),
        required=False,
        initial=True,
        help_text=_("The run of now takes its place."),
    )
    field_order = ["instead", "reason"]
