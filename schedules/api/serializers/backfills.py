"""Backfills: what is asked for, what would be run, and how far it is."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from schedules.api import examples
from schedules.api.fields import InstantField
from schedules.api.serializers.models import KnownFields
from schedules.backfill_progress import Progress, progress_of
from schedules.models import Backfill, BackfillOccurrence
from schedules.services.backfills.planning import MAX_AT_ONCE, LeftOut


@extend_schema_serializer(examples=examples.BACKFILLS)
class BackfillRequestSerializer(KnownFields, serializers.Serializer[Any]):
    """The period, and how it is to be run. Both instants belong to it."""

    dry_run = serializers.BooleanField(help_text="true: only say what would be run. Must be given: false runs it.")
    from_at = InstantField()
    to_at = InstantField(help_text="Not after now.")
    order = serializers.ChoiceField(choices=Backfill.Order.choices, required=False, default=Backfill.Order.OLDEST)
    at_once = serializers.IntegerField(
        required=False,
        default=1,
        min_value=1,
        max_value=MAX_AT_ONCE,
        help_text="How many of its runs may be under way at the same time, whatever the schedule's overlap policy.",
    )
    limit = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=2**31 - 1,
        help_text="At most so many runs, the first in the order; null: as many as one backfill may hold.",
    )
    include_succeeded = serializers.BooleanField(
        required=False, default=False, help_text="Run again what has succeeded already, too."
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class PlannedOccurrenceSerializer(serializers.Serializer[Any]):
    """One run that a backfill would make."""

    scheduled_for = InstantField()
    earlier_state = serializers.CharField(help_text="What became of it before, such as missed; empty: nothing did.")


class LeftOutSerializer(serializers.Serializer[Any]):
    """One occurrence of the period that is not run, and why."""

    scheduled_for = InstantField()
    reason = serializers.ChoiceField(choices=LeftOut.choices)


class BackfillPlanSerializer(serializers.Serializer[Any]):
    """What a backfill would run, in its order. Nothing has been done."""

    to_run = PlannedOccurrenceSerializer(many=True)
    left_out = LeftOutSerializer(many=True)
    beyond_limit = serializers.IntegerField(help_text="How many more the limit leaves for another backfill.")


class ProgressSerializer(serializers.Serializer[Any]):
    """Occurrences of a backfill by what has become of them; together they are ``total``."""

    total = serializers.IntegerField()
    waiting = serializers.IntegerField()
    under_way = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    skipped = serializers.IntegerField()
    unknown = serializers.IntegerField(help_text="Their runs have been deleted from the history since.")


class BackfillOccurrenceSerializer(serializers.ModelSerializer):
    """One occurrence of a backfill, in its place. ``run`` and ``state`` are null until its turn has come."""

    state = serializers.CharField(source="run.state", default=None, allow_null=True)

    class Meta:
        model = BackfillOccurrence
        fields = ["scheduled_for", "run", "state"]


class BackfillSerializer(serializers.ModelSerializer):
    """A backfill and how far it is."""

    state_words = serializers.CharField(source="get_state_display", read_only=True)
    asked_by = serializers.CharField(source="asked_by.get_username", default=None, allow_null=True, read_only=True)
    cancelled_by = serializers.CharField(
        source="cancelled_by.get_username", default=None, allow_null=True, read_only=True
    )
    progress = serializers.SerializerMethodField()

    class Meta:
        model = Backfill
        fields = [
            "id",
            "schedule",
            "schedule_name",
            "from_at",
            "to_at",
            "order",
            "at_once",
            "include_succeeded",
            "reason",
            "asked_by",
            "cancelled_by",
            "state",
            "state_words",
            "progress",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields

    def get_progress(self, backfill: Backfill) -> ProgressSerializer:
        known: dict[int, Progress] = self.context.get("progress") or progress_of([backfill.pk])
        return ProgressSerializer(known[backfill.pk]).data  # type: ignore[return-value]


class BackfillDetailSerializer(BackfillSerializer):
    """A backfill with all of its occurrences."""

    occurrences = BackfillOccurrenceSerializer(many=True, read_only=True)

    class Meta(BackfillSerializer.Meta):
        fields = [*BackfillSerializer.Meta.fields, "occurrences"]
        read_only_fields = fields


class BackfillFilters(serializers.Serializer[Any]):
    """Parameters that narrow a list of backfills; all of them must hold."""

    schedule = serializers.IntegerField(source="schedule_id", required=False, min_value=1, max_value=2**63 - 1)
    state = serializers.ChoiceField(choices=Backfill.State.choices, required=False)
