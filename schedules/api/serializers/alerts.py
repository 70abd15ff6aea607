"""Alerts: what is wrong by the rules, and what was. Written by the watchers alone."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from schedules.alerts.composing import detail_of, name_of
from schedules.models import Alert, AlertEvent

#: In place of a state, for every alert.
ANY_STATE = "any"


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """One condition, from its being noticed until it is over. The sentences are in the language of the request."""

    event_words = serializers.CharField(source="get_event_display", read_only=True)
    about = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    run = serializers.SerializerMethodField()
    rule_name = serializers.CharField(source="rule.name", read_only=True)
    state = serializers.ChoiceField(
        choices=Alert.State.choices, read_only=True, help_text="`recovered`: over, and that is still to be told."
    )
    outcome = serializers.CharField(
        read_only=True,
        help_text="How it ended: `recovered`, or `withdrawn` when it is no longer asked for. Empty: not over.",
    )

    class Meta:
        model = Alert
        fields = [
            "id", "event", "event_words", "about", "text", "schedule", "run", "rule", "rule_name", "state", "outcome",
            "since", "noticed_at", "told_at", "resolved_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "string", "description": "The schedule, the exchange or the part of the engine."})
    def get_about(self, alert: Alert) -> str:
        return name_of(alert, _language())

    @extend_schema_field({"type": "string", "description": "What is the matter."})
    def get_text(self, alert: Alert) -> str:
        return detail_of(alert, _language(), timezone.now())

    @extend_schema_field({"type": ["integer", "null"], "description": "The latest run that it is about."})
    def get_run(self, alert: Alert) -> int | None:
        return alert.facts.get("run_id")


class StatesField(serializers.ChoiceField):
    """A state, or ``any``; what it yields is for a lookup with ``in``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__([*Alert.State.choices, (ANY_STATE, ANY_STATE)], **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        state = super().to_internal_value(data)
        return list(Alert.State.values) if state == ANY_STATE else [state]


class AlertFilters(serializers.Serializer[Any]):
    """Parameters that narrow a list of alerts; all of them must hold."""

    state = StatesField(source="state__in", required=False, help_text="Without it: open ones.")
    event = serializers.ChoiceField(choices=AlertEvent.choices, required=False)
    schedule = serializers.IntegerField(source="schedule_id", required=False, min_value=1, max_value=2**63 - 1)
    rule = serializers.IntegerField(source="rule_id", required=False, min_value=1, max_value=2**63 - 1)


def _language() -> str:
    return "ja" if (get_language() or "").startswith("ja") else "en"
