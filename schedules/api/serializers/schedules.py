"""Schedules: an endpoint, the rule that says when it runs, its policies and its state."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from schedules.api import examples
from schedules.api.fields import (
    SECRETS,
    ArgumentsField,
    DatesField,
    ExecutionTimesField,
    InstantField,
    KeyField,
    MonthDaysField,
    NamedArgumentsField,
    WeekdaysField,
)
from schedules.api.serializers.models import CheckedModelSerializer, KnownFields
from schedules.api.serializers.warnings import WarningField
from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.recurrence import describe
from schedules.recurrence.clock import as_datetime
from schedules.services.resuming import ResumePolicy
from schedules.standing import Standing

#: What people set about the rule: a preview needs nothing else.
RULE_FIELDS = [
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
]
#: What people set besides.
OTHER_FIELDS = [
    "args",
    "kwargs",
    "queue",
    "priority",
    "expires_seconds",
    "catch_up_policy",
    "catch_up_window_seconds",
    "overlap_policy",
    "jitter_seconds",
    "max_retries",
    "retry_delay_seconds",
    "pause_after_failures",
    "enabled",
]


class DefinedSchedule(CheckedModelSerializer):
    """What saved and unsaved schedules share: the types of their fields."""

    endpoint = KeyField(queryset=APIEndpoint.objects.all())
    execution_times = ExecutionTimesField(required=False, allow_null=True)
    weekdays = WeekdaysField(required=False, allow_null=True)
    month_days = MonthDaysField(required=False, allow_null=True)
    excluded_dates = DatesField(required=False)
    args = ArgumentsField(required=False, allow_null=True, help_text=f"Null: the endpoint's own. {SECRETS}")
    kwargs = NamedArgumentsField(required=False, allow_null=True, help_text=f"Null: the endpoint's own. {SECRETS}")

    class Meta:
        model = APIEndpointSchedule
        fields = ["endpoint", "name", "description", *RULE_FIELDS, *OTHER_FIELDS]

    def check_candidate(self, attrs: Mapping[str, Any]) -> None:
        super().check_candidate(attrs)
        self.refuse_tasks_of_others("endpoint", [row.endpoint.task for row in (self.candidate, self.instance) if row])
        self.refuse_what_was_put_aside(attrs)

    def refuse_what_was_put_aside(self, attrs: Mapping[str, Any]) -> None:
        """Refuse what was sent for another kind: the model would forget it, and the sender believe it has an effect."""
        sent = [name for name, value in attrs.items() if _is_filled(value)]
        put_aside = [name for name in sent if not _is_filled(getattr(self.candidate, name))]
        if put_aside:
            message = _('"%(field)s" has no meaning for the kind "%(kind)s". Leave it empty.')
            raise DjangoValidationError(
                {
                    name: DjangoValidationError(
                        message, code="wrong_kind", params={"field": name, "kind": self.candidate.schedule_type}
                    )
                    for name in put_aside
                }
            )


class NextRunChangeSerializer(serializers.Serializer[Any]):
    """A one-time change of the next run. Instants are in the schedule's zone."""

    scheduled_for = serializers.DateTimeField()
    moved_to = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


@extend_schema_serializer(examples=examples.SCHEDULES)
class ScheduleSerializer(DefinedSchedule):
    """A schedule: an endpoint, the rule that says when it runs, its policies and its state."""

    # Rows to be shown carry their place (see schedules.standing) as an attribute of that name.

    endpoint_name = serializers.CharField(source="endpoint.name", read_only=True)
    sentence = serializers.SerializerMethodField(
        help_text="The rule in words, in the language of the request. Null when the row makes no rule."
    )
    next_run_at = serializers.SerializerMethodField(
        help_text="In the schedule's zone. Null when nothing will run: ended, off, or paused with an open end."
    )
    next_run_change = serializers.SerializerMethodField(
        help_text="What somebody decided about the run that the rule has next, or the one at `next_run_at`: where "
        "the rule has it, where it happens (null: not at all), and why. Null when nobody has changed it."
    )
    standing = serializers.SerializerMethodField(help_text="Where the schedule stands in the engine.")
    is_in_force = serializers.SerializerMethodField(
        help_text="Whether the engine holds the schedule as it is stored and will run it. Null: Redis does not answer."
    )
    is_paused = serializers.SerializerMethodField(help_text="Whether a pause holds at this moment.")
    problem = serializers.SerializerMethodField(
        help_text="Why the row makes no rule; null when it does. A schedule with a problem does not run."
    )
    managed_by = serializers.CharField(
        read_only=True, help_text="Under which name a file manages it; empty when none does."
    )
    warning = WarningField()

    class Meta(DefinedSchedule.Meta):
        fields = [
            "id",
            *DefinedSchedule.Meta.fields,
            "endpoint_name",
            "sentence",
            "next_run_at",
            "next_run_change",
            "standing",
            "is_in_force",
            "is_paused",
            "paused_at",
            "paused_until",
            "pause_reason",
            "managed_by",
            "problem",
            "warning",
            "revision",
            "effective_from",
            "created_at",
            "updated_at",
        ]
        # The model's own check of uniqueness says which name it is; twice asked is twice paid.
        extra_kwargs = {"name": {"validators": []}}

    @extend_schema_field({"type": ["string", "null"]})
    def get_sentence(self, schedule: Any) -> str | None:
        recurrence = schedule.place.recurrence
        return None if recurrence is None else describe(recurrence, get_language() or "")

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_next_run_at(self, schedule: Any) -> str | None:
        place = schedule.place
        if place.next_run_at is None:
            return None
        return place.next_run_at.astimezone(place.recurrence.zone).isoformat()  # type: ignore[no-any-return]

    @extend_schema_field(NextRunChangeSerializer(allow_null=True))
    def get_next_run_change(self, schedule: Any) -> dict[str, Any] | None:
        place = schedule.place
        if place.once is None:
            return None

        def told(seconds: int) -> str:
            return as_datetime(seconds).astimezone(place.recurrence.zone).isoformat()  # type: ignore[no-any-return]

        moved_to = None if place.once.to is None else told(place.once.to)
        return {"scheduled_for": told(place.once.at), "moved_to": moved_to, "reason": place.once.reason}

    @extend_schema_field({"type": "string", "enum": Standing.values})
    def get_standing(self, schedule: Any) -> str:
        return str(self._standing(schedule))

    @extend_schema_field({"type": ["boolean", "null"]})
    def get_is_in_force(self, schedule: Any) -> bool | None:
        standing = self._standing(schedule)
        return None if standing == Standing.UNKNOWN else standing == Standing.IN_FORCE

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_is_paused(self, schedule: Any) -> bool:
        return bool(schedule.is_paused(self.context["now"]))

    @extend_schema_field({"type": ["string", "null"]})
    def get_problem(self, schedule: Any) -> str | None:
        return schedule.place.problem or None

    def _standing(self, schedule: Any) -> Standing:
        # The push has failed a moment ago: that much is known, whether Redis answers now or not.
        return Standing.NOT_YET if self.context.get("warning") else schedule.place.standing


class ScheduleFilters(serializers.Serializer[Any]):
    """Parameters that narrow a list of schedules; all of them must hold."""

    endpoint = serializers.IntegerField(source="endpoint_id", required=False, min_value=1, max_value=2**63 - 1)
    endpoint_name = serializers.CharField(source="endpoint__name", required=False, max_length=200)
    name = serializers.CharField(required=False, max_length=200)
    queue = serializers.CharField(required=False, max_length=100)
    schedule_type = serializers.ChoiceField(choices=APIEndpointSchedule.Kind.choices, required=False)
    enabled = serializers.BooleanField(required=False)
    trading_day_rule = serializers.ChoiceField(choices=APIEndpointSchedule.TradingDayRule.choices, required=False)
    paused = serializers.BooleanField(source="pause_holds", required=False)
    changed_from = InstantField(source="updated_at__gte", required=False)
    changed_before = InstantField(source="updated_at__lt", required=False)


@extend_schema_serializer(examples=examples.PAUSES)
class PauseSerializer(KnownFields, serializers.Serializer[Any]):
    """Why a schedule is paused, and when that ends by itself; without an end it is paused until resumed."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")
    until = InstantField(
        required=False, allow_null=True, default=None, help_text="What is due at this very moment runs."
    )
    until_next_trading_day = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Instead of `until`: it ends when the next trading day of the schedule's `exchange` begins.",
    )


@extend_schema_serializer(examples=examples.RESUMES)
class ResumeSerializer(KnownFields, serializers.Serializer[Any]):
    """What becomes of the occurrences that the pause passed over, and why it ends."""

    policy = serializers.ChoiceField(
        choices=ResumePolicy.choices,
        required=False,
        default=ResumePolicy.SKIP,
        help_text="`skip`: none of them is run; `latest`: the last one; `all`: every one, one after the other.",
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class ResumedSerializer(serializers.Serializer[Any]):
    """What resuming did with what the pause had passed over."""

    will_run = serializers.ListField(child=InstantField(), help_text="These are run, one after the other.")
    skipped = serializers.ListField(child=InstantField(), help_text="These have been recorded as skipped.")
    backfill = serializers.IntegerField(
        source="backfill.pk", default=None, allow_null=True, help_text="The backfill that runs them; null: none."
    )
    is_cut = serializers.BooleanField(help_text="Whether the pause passed over more, older ones that are not named.")


class ResumedScheduleSerializer(ScheduleSerializer):
    """A schedule whose pause was ended. For the description; the answer is put together by the view."""

    resumed = ResumedSerializer(read_only=True)

    class Meta(ScheduleSerializer.Meta):
        fields = [*ScheduleSerializer.Meta.fields, "resumed"]


@extend_schema_serializer(examples=examples.RUNS)
class RunNowSerializer(KnownFields, serializers.Serializer[Any]):
    """Why a run is wanted now, which stands in the history; and arguments for this run alone."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")
    args = ArgumentsField(
        required=False, allow_null=True, default=None, help_text="Instead of the schedule's own list; null: that list."
    )
    kwargs = NamedArgumentsField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Laid over the schedule's own, name by name; null: nothing is.",
    )
    replace_kwargs = serializers.BooleanField(
        required=False, default=False, help_text="Take `kwargs` instead of the schedule's own, not over them."
    )


def _is_filled(value: Any) -> bool:
    return value not in (None, "", [])
