"""/api/v1/endpoints"""

from typing import Any

from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.serializers.declared import DeclaredEndpointSerializer
from schedules.api.serializers.endpoints import EndpointSerializer
from schedules.api.views.declared import (
    NAME_IN_ADDRESS,
    DeclaredRows,
    describe_by_name,
    describe_declare,
    describe_take_over,
)
from schedules.api.views.history import HasHistory
from schedules.models import APIEndpoint


class EndpointFilters(serializers.Serializer[Any]):
    """Parameters that narrow the list of endpoints."""

    name = serializers.CharField(required=False, max_length=200)
    task = serializers.CharField(required=False, max_length=255)
    enabled = serializers.BooleanField(required=False)


class EndpointViews(HasHistory, DeclaredRows):
    """Endpoints: a Celery task with its usual arguments and queue."""

    queryset = APIEndpoint.objects.all()
    serializer_class = EndpointSerializer
    declared_serializer_class = DeclaredEndpointSerializer
    argument_fields = ("default_args", "default_kwargs")
    needs = {
        "declare": ("schedules.add_apiendpoint", "schedules.change_apiendpoint"),
        "take_over": ("schedules.view_apiendpoint", "schedules.change_apiendpoint"),
        "history": ("schedules.view_apiendpoint",),
        "revert": ("schedules.view_apiendpoint",),
    }
    filters = EndpointFilters
    search_fields = ["name", "description", "task"]
    ordering_fields = ["id", "name", "created_at", "updated_at"]
    ordering = ["name"]

    @describe_by_name("endpoints", EndpointSerializer)
    @action(detail=False, url_path=NAME_IN_ADDRESS, url_name="by-name")
    def by_name(self, request: Request, name: str) -> Response:
        return self.show_named(name)

    @describe_declare("endpoints", DeclaredEndpointSerializer)
    @by_name.mapping.put
    def declare(self, request: Request, name: str) -> Response:
        return self.declare_named(name)

    @describe_take_over("endpoints", EndpointSerializer)
    @action(detail=True, methods=["post"], url_path="take-over")
    def take_over(self, request: Request, pk: str) -> Response:
        return self.taken_over(pk)

    @staticmethod
    def state_of(row: APIEndpoint) -> object:
        return int(row.updated_at.timestamp() * 1_000_000)
