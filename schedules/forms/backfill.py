"""What is asked before a past period is run."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schedules.forms.choices import zone_label
from schedules.forms.fields import LocalInstantField, in_zone
from schedules.forms.reasons import IN_RUNS, ReasonField
from schedules.forms.widgets import INPUT, Segments
from schedules.models import Backfill
from schedules.services.backfills.planning import MAX_AT_ONCE, BackfillRequest, largest_backfill
from schedules.services.backfills.suggesting import Suggestion

NUMBER = {"class": INPUT, "inputmode": "numeric"}


class BackfillForm(forms.Form):
    """The period in the reader's zone, and how it is to be run. What the services refuse is theirs to say."""

    from_at = LocalInstantField(label=_("From"))
    to_at = LocalInstantField(label=_("To"))
    order = forms.ChoiceField(
        label=_("Order"), choices=Backfill.Order.choices, initial=Backfill.Order.OLDEST, widget=Segments()
    )
    at_once = forms.IntegerField(
        label=_("At the same time"), initial=1, min_value=1, max_value=MAX_AT_ONCE, widget=forms.NumberInput(NUMBER)
    )
    limit = forms.IntegerField(
        label=_("At most"), required=False, min_value=1, max_value=2**31 - 1, widget=forms.NumberInput(NUMBER)
    )
    include_succeeded = forms.BooleanField(label=_("Run again what has succeeded already"), required=False)
    reason = ReasonField(help_text=IN_RUNS)

    def __init__(self, *args: Any, suggested: Suggestion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_at", "to_at"):
            self.fields[name].initial = timezone.make_naive(getattr(suggested, name))
        self.fields["from_at"].help_text = _("Suggested: %(since)s") % {"since": suggested.since.label}
        zone = zone_label(timezone.get_current_timezone_name())
        self.fields["to_at"].help_text = _("Both belong to the period. Times are those of %(zone)s.") % {"zone": zone}
        self.fields["limit"].help_text = _("Empty: %(most)d runs.") % {"most": largest_backfill()}
        self.fields["at_once"].help_text = _("How many of these runs may be under way at the same time.")

    def clean_from_at(self) -> datetime:
        return self._instant("from_at")

    def clean_to_at(self) -> datetime:
        return self._instant("to_at")

    def request(self) -> BackfillRequest:
        """Return what was asked for, of a valid form."""
        return BackfillRequest(**{name: value for name, value in self.cleaned_data.items() if name != "reason"})

    def _instant(self, name: str) -> datetime:
        zone: Any = timezone.get_current_timezone()
        try:
            return in_zone(self.cleaned_data[name], zone)
        except (OverflowError, ValueError) as error:
            raise ValidationError(_("This date is out of reach.")) from error
