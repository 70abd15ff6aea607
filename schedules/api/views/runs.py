"""/api/v1/runs"""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins

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


class RunViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """The history of runs, newest first. It is written by beat and the workers alone."""

    queryset = runs_to_show()
    pagination_class = NewestFirst
    filters = RunFilters
    search_fields = ["schedule_name", "task", "error", "state_reason", "trigger_reason"]

    def get_queryset(self) -> QuerySet[ScheduleRun]:
        return runs_to_list() if self.action == "list" else super().get_queryset()

    def get_serializer_class(self) -> Any:
        return RunDetailSerializer if self.action == "retrieve" else RunSerializer
