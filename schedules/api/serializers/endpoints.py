"""Endpoints: what can be called."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from schedules.api import examples
from schedules.api.fields import SECRETS, ArgumentsField, NamedArgumentsField
from schedules.api.serializers.models import CheckedModelSerializer
from schedules.api.serializers.warnings import WarningField
from schedules.models import APIEndpoint


@extend_schema_serializer(examples=examples.ENDPOINTS)
class EndpointSerializer(CheckedModelSerializer):
    """A Celery task with its usual arguments, queue and expiry."""

    default_args = ArgumentsField(required=False, help_text=SECRETS)
    default_kwargs = NamedArgumentsField(required=False, help_text=SECRETS)
    managed_by = serializers.CharField(
        read_only=True, help_text="Under which name a file manages it; empty when none does."
    )
    warning = WarningField()

    class Meta:
        model = APIEndpoint
        fields = [
            "id",
            "name",
            "description",
            "task",
            "default_args",
            "default_kwargs",
            "queue",
            "expires_seconds",
            "enabled",
            "managed_by",
            "warning",
            "created_at",
            "updated_at",
        ]
        # The model's own check of uniqueness says which name it is; twice asked is twice paid.
        extra_kwargs = {"name": {"validators": []}}

    def check_candidate(self, attrs: Mapping[str, Any]) -> None:
        super().check_candidate(attrs)
        self.refuse_tasks_of_others("task", [row.task for row in (self.candidate, self.instance) if row])
