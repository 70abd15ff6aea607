"""The history of changes: who changed what, when, from where and why."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from schedules.api import examples
from schedules.api.fields import AnyField
from schedules.api.serializers.models import KnownFields
from schedules.history import changes_in, row_after, row_before, rule_sentence
from schedules.masking import mask_all
from schedules.models import OccurrenceChange, RecordedChange

WORDS = {0: "created", 1: "changed", 2: "deleted"}


class FieldChangeSerializer(serializers.Serializer[Any]):
    """One field, before and after."""

    field = serializers.CharField()
    before = AnyField()
    after = AnyField()


class RecordedChangeSerializer(serializers.ModelSerializer[RecordedChange]):
    """One entry. The rule's sentences are in the language of the request, null where there is none."""

    action = serializers.SerializerMethodField()
    at = serializers.DateTimeField(source="timestamp", read_only=True)
    who = serializers.CharField(source="actor_name", read_only=True, help_text="Empty: nobody was signed in.")
    address = serializers.CharField(source="remote_addr", allow_null=True, read_only=True)
    changes = serializers.SerializerMethodField()
    rule_before = serializers.SerializerMethodField()
    rule_after = serializers.SerializerMethodField()
    reverts = serializers.IntegerField(allow_null=True, read_only=True, help_text="The entry that this one undid.")

    occurrence = serializers.SerializerMethodField(
        help_text="Set when it is about a single run of the schedule: the instant at which the rule has that. Created: "
        "it was skipped or moved; deleted: that was undone."
    )

    class Meta:
        model = RecordedChange
        fields = [
            "id", "occurrence", "action", "at", "who", "door", "through", "address", "reason", "changes", "rule_before",
            "rule_after", "reverts",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_occurrence(self, entry: RecordedChange) -> str | None:
        row = row_after(entry) or row_before(entry)
        return _shown(row.scheduled_for) if isinstance(row, OccurrenceChange) else None

    @extend_schema_field({"type": "string", "enum": list(WORDS.values())})
    def get_action(self, entry: RecordedChange) -> str:
        return WORDS[entry.action]

    @extend_schema_field(FieldChangeSerializer(many=True))
    def get_changes(self, entry: RecordedChange) -> list[dict[str, Any]]:
        found = sorted((name, mask_all(list(sides))) for name, sides in changes_in(entry).items())
        return [
            {"field": name, "before": _shown(before), "after": _shown(after)} for name, (before, after) in found
        ]

    @extend_schema_field({"type": ["string", "null"]})
    def get_rule_before(self, entry: RecordedChange) -> str | None:
        return rule_sentence(row_before(entry), get_language() or "") or None

    @extend_schema_field({"type": ["string", "null"]})
    def get_rule_after(self, entry: RecordedChange) -> str | None:
        return rule_sentence(row_after(entry), get_language() or "") or None


@extend_schema_serializer(examples=examples.REVERTS)
class RevertSerializer(KnownFields, serializers.Serializer[Any]):
    """Why a change is undone; it stands in the history."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


def _shown(value: Any) -> Any:
    # An instant as all others of the API are written; JSON's encoder would leave it in UTC.
    return timezone.localtime(value).isoformat() if isinstance(value, datetime) else value
