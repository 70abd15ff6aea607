"""One-time changes of single occurrences: what is asked, and what holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from schedules.api.fields import InstantField
from schedules.api.serializers.models import KnownFields
from schedules.api.serializers.previews import PreviewRunSerializer, run_documents
from schedules.api.serializers.warnings import WarningField
from schedules.models import OccurrenceChange
from schedules.recurrence import Occurrence, Recurrence

_REASON: dict[str, Any] = {"required": False, "allow_blank": True, "max_length": 500, "default": ""}


class UndoSerializer(KnownFields, serializers.Serializer[Any]):
    """Which change: its number, or the instant of its occurrence, by the rule or where it was moved to."""

    change = serializers.IntegerField(
        source="change_id",
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="The `id` that /occurrences/changes lists. Names one change, whatever was moved where.",
    )
    scheduled_for = InstantField(
        source="at",
        required=False,
        help_text="Instead of `change`. Refused with 409 (`ambiguous`) where one run was moved away and another came.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) == 1:
            return attrs
        sentence, code = _("Name the change by its number or by its instant."), "required"
        if attrs:
            sentence, code = _("Name the change by its number or by its instant, not by both."), "two_names"
        raise serializers.ValidationError({"change": [serializers.ErrorDetail(sentence, code=code)]})


class SkipSerializer(KnownFields, serializers.Serializer[Any]):
    """Which occurrence is not to happen, and why."""

    scheduled_for = InstantField(
        help_text="Where it stands now, as the preview has it in `runs`; where none stands, the instant by the rule "
        "(`instead_of`) of one that was moved away or skipped."
    )
    reason = serializers.CharField(**_REASON)


class MoveSerializer(SkipSerializer):
    """Which occurrence is to happen at another time, and why."""

    moved_to = InstantField(help_text="Ahead of now, by a year at most, and within the schedule's start and end.")


class OccurrenceChangeSerializer(serializers.Serializer[Any]):
    """One occurrence that is skipped or moved. It goes by itself when it cannot matter any more."""

    id = serializers.IntegerField(help_text="Names it for /occurrences/undo.")
    scheduled_for = serializers.DateTimeField(help_text="Where the rule has it, in the schedule's zone.")
    kind = serializers.ChoiceField(choices=OccurrenceChange.Kind.choices)
    moved_to = serializers.DateTimeField(allow_null=True, help_text="Where it happens; null for one that is skipped.")
    reason = serializers.CharField()
    changed_by = serializers.CharField(help_text="The user's name; empty when no user did it.")
    changed_at = serializers.DateTimeField()
    has_effect = serializers.BooleanField(
        help_text="False when the rule has no occurrence there any more, or ends before the new time."
    )


class OccurrenceChangesSerializer(serializers.Serializer[Any]):
    """All one-time changes of a schedule, and the next runs as they leave them."""

    changes = OccurrenceChangeSerializer(many=True)
    runs = PreviewRunSerializer(many=True, help_text="The next five; a pause that ends is respected.")
    warning = WarningField()


def changes_document(
    changes: Sequence[OccurrenceChange],
    recurrence: Recurrence,
    runs: Sequence[Occurrence],
    now: datetime,
    warning: str | None,
) -> dict[str, Any]:
    """Return what ``OccurrenceChangesSerializer`` describes. Instants are written in the schedule's own zone."""
    zone = recurrence.zone
    void = {change.at for change in recurrence.void_changes}
    return {
        "changes": [
            {
                "id": each.pk,
                "scheduled_for": each.scheduled_for.astimezone(zone).isoformat(),
                "kind": each.kind,
                "moved_to": each.moved_to and each.moved_to.astimezone(zone).isoformat(),
                "reason": each.reason,
                "changed_by": each.changed_by_name,
                "changed_at": each.created_at.astimezone(zone).isoformat(),
                "has_effect": int(each.scheduled_for.timestamp()) not in void,
            }
            for each in changes
        ],
        "runs": run_documents(runs, zone, now),
        "warning": warning,
    }
