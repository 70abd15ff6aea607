"""What is asked before an action on schedules: a reason, and for a pause its end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from schedules.exceptions import PauseEndsTwice, TradingDayUnknown
from schedules.forms.choices import zone_label
from schedules.forms.fields import LocalInstantField, in_zone
from schedules.forms.reasons import IN_CHANGES, ReasonField
from schedules.forms.widgets import Segments
from schedules.models import APIEndpointSchedule
from schedules.models.definitions import exceptional_days_by_exchange
from schedules.services.pause_ends import next_trading_day
from schedules.services.resuming import ResumePolicy, passed_over


class AskingForm(forms.Form):
    """What is asked before something is done to ``schedules``; ``now`` is the moment of asking.

    ``may_run``: whether the person may run them, which some answers need.
    """

    def __init__(
        self,
        *args: Any,
        schedules: Sequence[APIEndpointSchedule],
        now: datetime,
        may_run: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schedules = schedules
        self.now = now
        self.may_run = may_run


class WhyForm(forms.Form):
    """Why something is changed."""

    reason = ReasonField(help_text=IN_CHANGES)


class SwitchForm(WhyForm, AskingForm):
    """Why schedules are switched on or off."""


class ResumeForm(AskingForm):
    """What becomes of what the pause passed over, where it passed over anything; and why it ends."""

    policy = forms.ChoiceField(
        label=_("What the pause passed over"),
        choices=ResumePolicy.choices,
        initial=ResumePolicy.SKIP,
        widget=Segments(),
        help_text=_("What is run is run one after the other. The rest stands in the history as skipped."),
    )
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.passed_over = {schedule.pk: passed_over(schedule, now=self.now) for schedule in self.schedules}
        if not self.may_run or not any(passed.instants for passed in self.passed_over.values()):
            del self.fields["policy"]


class PauseForm(AskingForm):
    reason = ReasonField(help_text=_("Whoever looks at the list sees it."), required=True)
    until_next_trading_day = forms.BooleanField(label=_("Until the next trading day"), required=False)
    until = LocalInstantField(label=_("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until_next_trading_day"].help_text = self._next_trading_day()
        zone = zone_label(timezone.get_current_timezone_name())
        self.fields["until"].help_text = _("Empty: until somebody resumes it. Times are those of %(zone)s.") % {
            "zone": zone
        }

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("until") and self.cleaned_data.get("until_next_trading_day"):
            self.add_error("until", str(PauseEndsTwice()))
        return self.cleaned_data

    def _next_trading_day(self) -> str:
        """Say which day that is, where it is the same for all of them."""
        try:
            table = exceptional_days_by_exchange()
            days = {next_trading_day(schedule, self.now, table) for schedule in self.schedules}
        except TradingDayUnknown as error:
            return str(error)
        if len(days) != 1:
            return gettext("Each ends with its own exchange's next trading day.")
        return gettext("It ends when %(day)s begins.") % {
            "day": formats.date_format(days.pop(), pgettext("date format", "D j M"))
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
