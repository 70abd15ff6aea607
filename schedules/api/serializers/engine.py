"""What the engine holds and how it is. Read from Redis, not from the database."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from schedules.monitoring import ActiveSchedule, EngineHealth, lag
from schedules.recurrence import describe

_INSTANT_OR_NULL = {"type": ["string", "null"], "format": "date-time"}


class ActiveScheduleSerializer(serializers.Serializer[Any]):
    """One entry of beat."""

    id = serializers.IntegerField(source="schedule_id")
    name = serializers.CharField()
    task = serializers.CharField()
    schedule = serializers.SerializerMethodField(help_text="The rule in words; null when the entry cannot be read.")
    last_run_at = serializers.SerializerMethodField(help_text="When beat last sent it; null before the first time.")
    total_runs = serializers.IntegerField(help_text="How often beat has sent it.")
    next_run_at = serializers.SerializerMethodField(help_text="Null once the rule has ended.")
    problem = serializers.SerializerMethodField(help_text="Why the entry cannot be read; null when it can.")

    @extend_schema_field({"type": ["string", "null"]})
    def get_schedule(self, entry: ActiveSchedule) -> str | None:
        return describe(entry.recurrence, get_language() or "") if entry.recurrence else None

    @extend_schema_field(_INSTANT_OR_NULL)
    def get_last_run_at(self, entry: ActiveSchedule) -> str | None:
        return _in_zone_of(entry, entry.last_run_at)

    @extend_schema_field(_INSTANT_OR_NULL)
    def get_next_run_at(self, entry: ActiveSchedule) -> str | None:
        return _in_zone_of(entry, entry.next_run_at)

    @extend_schema_field({"type": ["string", "null"]})
    def get_problem(self, entry: ActiveSchedule) -> str | None:
        return entry.problem or None


class BeatSerializer(serializers.Serializer[Any]):
    """One beat, as it last said of itself."""

    node = serializers.CharField()
    seen_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField()
    reconciled_at = serializers.DateTimeField(allow_null=True)
    lateness_seconds = serializers.FloatField(
        allow_null=True, help_text="How late the last dispatch was; null before the first."
    )


class SetAsideSerializer(serializers.Serializer[Any]):
    """A schedule that beat cannot carry out, and why."""

    schedule = serializers.IntegerField()
    problem = serializers.CharField()


class HealthSerializer(serializers.Serializer[Any]):
    """The state of the engine. Without a leader nothing is sent."""

    now = serializers.DateTimeField()
    leader = BeatSerializer(allow_null=True)
    silent_seconds = serializers.FloatField(
        allow_null=True, help_text="How long ago the leader was last heard of; null when nobody leads."
    )
    standbys = BeatSerializer(many=True)
    scheduled = serializers.IntegerField(help_text="Entries that beat holds, any of other products among them.")
    set_aside = SetAsideSerializer(many=True)


def health_document(health: EngineHealth, now: datetime) -> dict[str, Any]:
    """Return the health as ``HealthSerializer`` takes it."""
    silence = lag(health, now)
    return {
        "now": now,
        "leader": health.leader,
        "silent_seconds": None if silence is None else round(silence / timedelta(seconds=1), 3),
        "standbys": health.standbys,
        "scheduled": health.scheduled,
        "set_aside": [{"schedule": key, "problem": why} for key, why in sorted(health.set_aside.items())],
    }


def _in_zone_of(entry: ActiveSchedule, instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return (instant.astimezone(entry.recurrence.zone) if entry.recurrence else instant).isoformat()
