"""/api/v1/runs"""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.conditional import ETAG, IF_NONE_MATCH, answer
from schedules.api.pagination import NewestFirst
from schedules.api.serializers.runs import RunDetailSerializer, RunFilters, RunSerializer
from schedules.api.views.base import Resource
from schedules.models import ScheduleRun


def runs_to_show() -> QuerySet[ScheduleRun]:
    """Return all runs with what a list shows of each, in one query."""
    return ScheduleRun.objects.select_related("triggered_by")


def runs_to_list() -> QuerySet[ScheduleRun]:
    """Return all runs without their tracebacks: one can be long, and fifty of them are on no list."""
    return runs_to_show().defer("traceback")


class RunViews(mixins.ListModelMixin, Resource):
    """The history of runs, newest first. It is written by beat and the workers alone."""

    queryset = runs_to_show()
    pagination_class = NewestFirst
    filters = RunFilters
    #: Both ways through the index; a cursor over a column that may be empty would lose its place.
    ordering_fields = ["created_at"]
    ordering = NewestFirst.ordering
    search_fields = ["schedule_name", "task", "error", "state_reason", "trigger_reason"]

    def get_queryset(self) -> QuerySet[ScheduleRun]:
        return runs_to_list() if self.action == "list" else super().get_queryset()

    @extend_schema(parameters=[IF_NONE_MATCH, ETAG])
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        run = self.get_object()
        return answer(request, self.get_serializer(run).data, run.state)

    def get_serializer_class(self) -> Any:
        return RunDetailSerializer if self.action == "retrieve" else RunSerializer
