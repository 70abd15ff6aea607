"""The form of a schedule. It turns what was typed into a schedule; the model says whether it makes sense."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from schedules.forms.arguments import JsonArea, TellsTask
from schedules.forms.choices import exchange_choices, zone_choices
from schedules.forms.fields import (
    MINUTE,
    CronField,
    DatesField,
    JsonText,
    LocalInstantField,
    MonthDaysField,
    SecondsField,
    TimesField,
    WeekdaysField,
    in_zone,
)
from schedules.forms.owned import RefusesManaged
from schedules.forms.permitted_tasks import PermittedTasks
from schedules.forms.reasons import IN_CHANGES, ReasonField
from schedules.forms.widgets import CronInput, Segments
from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.recurrence.zones import find_zone

Kind = APIEndpointSchedule.Kind

#: Fields that mean something for some kinds only; all others belong to every kind.
KINDS_OF_FIELD: dict[str, tuple[str, ...]] = {
    "execution_times": (Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY),
    "weekdays": (Kind.WEEKLY,),
    "month_days": (Kind.MONTHLY,),
    "short_months": (Kind.MONTHLY,),
    "cron_expression": (Kind.CRON,),
    "interval_seconds": (Kind.INTERVAL,),
    "run_at": (Kind.ONCE,),
    "trading_day_rule": (Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY, Kind.CRON, Kind.INTERVAL),
    "exchange": (Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY, Kind.CRON, Kind.INTERVAL),
    "starts_at": (Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY, Kind.CRON, Kind.INTERVAL),
    "ends_at": (Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY, Kind.CRON, Kind.INTERVAL),
    "excluded_dates": (Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY, Kind.CRON, Kind.INTERVAL),
}
#: What the rule is made of: the live preview judges these and leaves the rest to saving.
RULE_FIELDS = ("schedule_type", "timezone", *KINDS_OF_FIELD)
#: Hidden: the revision that the person has before their eyes.
SEEN = "seen_revision"
#: Whose arguments the task is told: the endpoint's, or the schedule's own.
ARGUMENTS_FROM = "arguments_from"
#: Date and time as clocks of the schedule's own zone show them.
LOCAL_INSTANTS = ("run_at", "starts_at", "ends_at")


class ScheduleForm(TellsTask, PermittedTasks, RefusesManaged, forms.ModelForm):
    """Every field that people set. What is left in fields of other kinds is put aside, never an error."""

    execution_times = TimesField(
        label=_("Times"),
        required=False,
        help_text=_("Type 0810, 8:10 or 25:00 (1:00 on the following morning); several are fine."),
    )
    weekdays = WeekdaysField(label=_("Weekdays"), required=False)
    month_days = MonthDaysField(label=_("Days of the month"), required=False)
    interval_seconds = SecondsField(label=_("Every"), required=False)
    run_at = LocalInstantField(label=_("Date and time"), required=False)
    starts_at = LocalInstantField(label=_("Not before"), required=False)
    ends_at = LocalInstantField(label=_("Not after"), required=False)
    excluded_dates = DatesField(
        label=_("Dates without a run"), required=False, help_text=_("For example 2026-12-31; several are fine.")
    )
    catch_up_window_seconds = SecondsField(
        label=_("How late is still useful"),
        smallest=MINUTE,
        help_text=_("A run that could not start in time is made up for within this; later it is recorded as missed."),
    )
    jitter_seconds = SecondsField(
        label=_("Spread over"),
        required=False,
        help_text=_("Delays each run by an amount that is fixed for it, up to this much. 0: not at all."),
    )
    retry_delay_seconds = SecondsField(
        label=_("Wait before another try"), required=False, help_text=_("Counts after a failed try.")
    )
    expires_seconds = SecondsField(
        label=_("Drop when not begun within"),
        required=False,
        help_text=_("A run that no worker has begun by then is dropped. Empty: as the endpoint says."),
    )

    change_reason = ReasonField(label=_("Reason for this change"), help_text=IN_CHANGES)

    class Meta:
        model = APIEndpointSchedule
        fields = (
            "name",
            "endpoint",
            "description",
            "enabled",
            "schedule_type",
            "execution_times",
            "weekdays",
            "month_days",
            "short_months",
            "cron_expression",
            "interval_seconds",
            "run_at",
            "timezone",
            "trading_day_rule",
            "exchange",
            "starts_at",
            "ends_at",
            "excluded_dates",
            "catch_up_policy",
            "catch_up_window_seconds",
            "overlap_policy",
            "jitter_seconds",
            "max_retries",
            "retry_delay_seconds",
            "pause_after_failures",
            "args",
            "kwargs",
            "queue",
            "priority",
            "expires_seconds",
        )
        field_classes = {"args": JsonText, "kwargs": JsonText, "cron_expression": CronField}
        widgets = {
            "cron_expression": CronInput(),
            "schedule_type": Segments(),
            "args": JsonArea(),
            "kwargs": JsonArea(),
        }
        help_texts = {
            "enabled": _("Off: nothing runs, and the engine does not know this schedule."),
            "cron_expression": _("Minute, hour, day, month, weekday. L, W and # are understood."),
            "timezone": _("All times and dates of this schedule are meant in this zone."),
            "short_months": _("What happens to days 29 to 31 in months that do not have them."),
            "trading_day_rule": _("What happens when the exchange is closed on a day."),
            "catch_up_policy": _(
                "When beat or the task queue was down and runs are due: which of them are made up for."
            ),
            "overlap_policy": _("When the previous run has not ended yet."),
            "max_retries": _("How often a failed run is tried again. 0: never."),
            "pause_after_failures": _("After this many failures in a row the schedule pauses itself. Empty: never."),
            "args": _("A list in JSON. Empty: the endpoint's own."),
            "kwargs": _("Names and values in JSON. Empty: the endpoint's own."),
            "queue": _("Empty: the endpoint's own."),
            "priority": _("0 to 9. What it means depends on the task queue."),
        }

    #: The revision that the person saw, when somebody else has saved another one meanwhile.
    lost_update_of: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self._zone()
        for name in LOCAL_INSTANTS:
            if name in self.fields and (instant := self.initial.get(name)):
                self.initial[name] = instant.astimezone(zone).replace(tzinfo=None)
        if "timezone" in self.fields:
            chosen = self.initial.get("timezone") or ""
            self.fields["timezone"] = forms.ChoiceField(
                label=_("Time zone"),
                choices=zone_choices(chosen),
                widget=UnfoldAdminSelectWidget(),
                help_text=self.fields["timezone"].help_text,
            )
        if "exchange" in self.fields:
            self.fields["exchange"] = forms.ChoiceField(
                label=_("Exchange"), choices=exchange_choices(), widget=UnfoldAdminSelectWidget(), required=False
            )
        for name in ("catch_up_window_seconds", "jitter_seconds", "retry_delay_seconds", "timezone", "exchange"):
            if name in self.fields:  # Fields written out here do not take the model's defaults by themselves.
                self.fields[name].initial = APIEndpointSchedule._meta.get_field(name).get_default()
        if "schedule_type" in self.fields:
            # Radio buttons would otherwise offer "no kind" as one of the kinds.
            self.fields["schedule_type"].choices = Kind.choices
        if self.instance.pk and self.fields:
            self.fields[SEEN] = forms.IntegerField(
                widget=forms.HiddenInput(), required=False, initial=self.instance.revision
            )

        if self.may_tell:
            has_own = self.instance.args is not None or self.instance.kwargs is not None
            self.fields[ARGUMENTS_FROM] = forms.ChoiceField(
                label=_("Arguments"),
                choices=(("endpoint", _("As the endpoint says")), ("own", _("Its own"))),
                widget=Segments(),
                required=False,
                initial="own" if has_own else "endpoint",
            )
        # Before anything typed is written into the instance.
        self._stored_endpoint_id, self._stored = self.instance.endpoint_id, (self.instance.args, self.instance.kwargs)
        self.endpoint = self._chosen_endpoint()
        self.add_argument_fields()

    def _chosen_endpoint(self) -> APIEndpoint | None:
        if "endpoint" not in self.fields:
            return None
        typed = self.data.get(self.add_prefix("endpoint")) if self.is_bound else self.initial.get("endpoint")
        if isinstance(typed, APIEndpoint):
            return typed
        text = str(typed or "")
        is_number = text.isascii() and text.isdigit() and len(text) < 19
        return APIEndpoint.objects.filter(pk=int(text)).first() if is_number else None

    def chosen_task(self) -> str:
        return self.endpoint.task if self.endpoint else ""

    def usual_arguments(self) -> tuple[Any, Any]:
        if self.endpoint is None:
            return [], {}
        args, kwargs = self._stored if self.endpoint.pk == self._stored_endpoint_id else (None, None)
        return (
            self.endpoint.default_args if args is None else args,
            self.endpoint.default_kwargs if kwargs is None else kwargs,
        )

    def says_arguments(self) -> bool:
        # Forms of before, and scripts, do not send it: they write JSON or leave it empty.
        return self.data.get(self.add_prefix(ARGUMENTS_FROM), "own") == "own"

    def kind(self) -> str:
        """Return the chosen kind, or the saved one while nothing is typed."""
        if self.is_bound:
            return str(self.data.get(self.add_prefix("schedule_type"), ""))
        return str(self.initial.get("schedule_type") or self.instance.schedule_type)

    def _clean_fields(self) -> None:
        super()._clean_fields()
        kind = self.kind()
        for name, kinds in KINDS_OF_FIELD.items():
            if name in self.fields and kind not in kinds:
                # Left over from another kind that was looked at before: not this schedule's business.
                self._errors.pop(name, None)  # type: ignore[union-attr]
                self.cleaned_data[name] = APIEndpointSchedule._meta.get_field(name).get_default()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._refuse_lost_update(cleaned.pop(SEEN, None))
        saved = self.instance.endpoint.task if self.instance.endpoint_id else None
        chosen = cleaned.get("endpoint")
        self.refuse_tasks_of_others("endpoint", saved, chosen and chosen.task)
        cleaned.pop(ARGUMENTS_FROM, None)
        zone = find_zone(cleaned.get("timezone") or "")
        for name in LOCAL_INSTANTS:
            if zone and (local := cleaned.get(name)):
                try:
                    cleaned[name] = in_zone(local, zone)
                except ValidationError as error:
                    self.add_error(name, error)
        if not cleaned.get("exchange") and "exchange" not in self.errors:
            cleaned["exchange"] = APIEndpointSchedule._meta.get_field("exchange").get_default()
        for name in ("jitter_seconds", "retry_delay_seconds"):
            if cleaned.get(name) is None and name not in self.errors:
                cleaned[name] = APIEndpointSchedule._meta.get_field(name).get_default()
        return cleaned

    def _update_errors(self, errors: ValidationError) -> None:
        """Say one mistake once: the model judges again what the form has refused, and the recurrence both."""
        kept = {
            field: [error for error in found if len(found) == 1 or error.code != "min_value"]
            for field, found in errors.update_error_dict({}).items()
            if field not in self.errors
        }
        if kept:
            super()._update_errors(ValidationError(kept))

    def _refuse_lost_update(self, seen: int | None) -> None:
        """Saving would undo what somebody else did since this form was opened, such as switching the schedule off."""
        rows = APIEndpointSchedule.objects.filter(pk=self.instance.pk)
        stored = rows.values_list("revision", flat=True).first()
        if seen is not None and stored is not None and stored != seen:
            self.lost_update_of = seen
            # Who has been shown both versions and saves again has decided.
            self.data = self.data.copy()
            self.data[self.add_prefix(SEEN)] = stored
            sentence = _("This schedule has been changed since you opened it, so nothing was saved.")
            self.add_error(None, ValidationError(sentence, code="changed_meanwhile"))

    def _zone(self) -> ZoneInfo:
        """Return the zone of the saved instants; Tokyo when the saved name is unknown on this machine."""
        return find_zone(self.instance.timezone) or ZoneInfo("Asia/Tokyo")
