"""Runs: what became of each occurrence and each manual trigger. Only read."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from schedules.api.fields import AnyField, ArgumentsField, InstantField, NamedArgumentsField
from schedules.api.serializers.quick import QuickDocuments
from schedules.masking import mask_all
from schedules.models import ScheduleRun


class RunSerializer(QuickDocuments):
    """One row of the history. Durations are in seconds; ``lateness_seconds`` counts from the planned instant."""

    args = ArgumentsField(read_only=True)
    kwargs = NamedArgumentsField(read_only=True)
    result = AnyField(read_only=True)
    state_words = serializers.CharField(source="get_state_display", read_only=True)
    triggered_by = serializers.CharField(
        source="triggered_by.get_username", default=None, allow_null=True, read_only=True
    )
    lateness_seconds = serializers.SerializerMethodField()
    duration_seconds = serializers.SerializerMethodField()

    class Meta:
        model = ScheduleRun
        fields = [
            "id",
            "schedule",
            "schedule_name",
            "task",
            "task_id",
            "args",
            "kwargs",
            "scheduled_for",
            "trigger",
            "backfill",
            "triggered_by",
            "trigger_reason",
            "state",
            "state_words",
            "state_reason",
            "dispatched_at",
            "started_at",
            "finished_at",
            "heartbeat_at",
            "retry_at",
            "lateness_seconds",
            "duration_seconds",
            "worker",
            "attempt",
            "progress_done",
            "progress_total",
            "progress_message",
            "result",
            "error",
            "created_at",
        ]
        read_only_fields = fields

    def to_representation(self, run: ScheduleRun) -> dict[str, Any]:
        document: dict[str, Any] = super().to_representation(run)
        # What a run was called with is kept as it was; results and errors have been masked before they were stored.
        return document | {name: mask_all(document[name]) for name in ("args", "kwargs")}

    @extend_schema_field({"type": ["number", "null"]})
    def get_lateness_seconds(self, run: ScheduleRun) -> float | None:
        if run.scheduled_for is None or run.dispatched_at is None or run.trigger == ScheduleRun.Trigger.BACKFILL:
            return None
        return _seconds(run.dispatched_at - run.scheduled_for)

    @extend_schema_field({"type": ["number", "null"]})
    def get_duration_seconds(self, run: ScheduleRun) -> float | None:
        if run.started_at is None or run.finished_at is None:
            return None
        return _seconds(run.finished_at - run.started_at)


class RunDetailSerializer(RunSerializer):
    """A run with the traceback of its failure, which lists leave out for its length."""

    class Meta(RunSerializer.Meta):
        fields = [*RunSerializer.Meta.fields, "traceback"]
        read_only_fields = fields


class RunFilters(serializers.Serializer[Any]):
    """Parameters that narrow a list of runs; all of them must hold."""

    schedule = serializers.IntegerField(source="schedule_id", required=False, min_value=1, max_value=2**63 - 1)
    endpoint = serializers.IntegerField(
        source="schedule__endpoint_id", required=False, min_value=1, max_value=2**63 - 1
    )
    state = serializers.ChoiceField(choices=ScheduleRun.State.choices, required=False)
    trigger = serializers.ChoiceField(choices=ScheduleRun.Trigger.choices, required=False)
    backfill = serializers.IntegerField(source="backfill_id", required=False, min_value=1, max_value=2**63 - 1)
    task = serializers.CharField(required=False, max_length=255)
    task_id = serializers.CharField(required=False, max_length=64)
    scheduled_from = InstantField(source="scheduled_for__gte", required=False)
    scheduled_before = InstantField(source="scheduled_for__lt", required=False)
    created_from = InstantField(source="created_at__gte", required=False)
    created_before = InstantField(source="created_at__lt", required=False)


def _seconds(duration: timedelta) -> float:
    return round(duration.total_seconds(), 3)
