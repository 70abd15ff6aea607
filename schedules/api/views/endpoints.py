"""/api/v1/endpoints"""

from typing import Any

from rest_framework import serializers

from schedules.api.serializers.endpoints import EndpointSerializer
from schedules.api.views.mirrored import MirroredRows
from schedules.models import APIEndpoint


class EndpointFilters(serializers.Serializer[Any]):
    """Parameters that narrow the list of endpoints."""

    name = serializers.CharField(required=False, max_length=200)
    task = serializers.CharField(required=False, max_length=255)
    enabled = serializers.BooleanField(required=False)


class EndpointViews(MirroredRows):
    """Endpoints: a Celery task with its usual arguments and queue."""

    queryset = APIEndpoint.objects.all()
    serializer_class = EndpointSerializer
    filters = EndpointFilters
    search_fields = ["name", "description", "task"]
    ordering_fields = ["id", "name", "created_at", "updated_at"]
    ordering = ["name"]

    @staticmethod
    def state_of(row: APIEndpoint) -> object:
        return int(row.updated_at.timestamp() * 1_000_000)
