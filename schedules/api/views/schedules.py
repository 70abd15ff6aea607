"""/api/v1/schedules"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.filters import refuse_unknown_parameters
from schedules.api.idempotency import idempotent
from schedules.api.pagination import NewestFirst
from schedules.api.serializers.declared import DeclaredScheduleSerializer
from schedules.api.serializers.previews import CountSerializer, PreviewSerializer, preview_document
from schedules.api.serializers.runs import RunSerializer
from schedules.api.serializers.schedules import (
    PauseSerializer,
    ResumedScheduleSerializer,
    ResumedSerializer,
    ResumeSerializer,
    RunNowSerializer,
    ScheduleFilters,
    ScheduleSerializer,
)
from schedules.api.views.declared import (
    NAME_IN_ADDRESS,
    DeclaredRows,
    describe_by_name,
    describe_declare,
    describe_take_over,
)
from schedules.api.views.history import HasHistory
from schedules.api.views.runs import runs_to_list
from schedules.models import APIEndpointSchedule
from schedules.models.lifecycle import pause_holds
from schedules.services.previewing import preview_of
from schedules.services.resuming import ResumePolicy, resume_schedule
from schedules.services.switching import pause_schedule
from schedules.services.triggering import OtherArguments, run_now
from schedules.standing import places_of

#: Permissions.
ADD = "schedules.add_apiendpointschedule"
CHANGE = "schedules.change_apiendpointschedule"
VIEW = "schedules.view_apiendpointschedule"
RUN = "schedules.run_apiendpointschedule"
PAUSE = "schedules.pause_apiendpointschedule"


class ScheduleViews(HasHistory, DeclaredRows):
    """Schedules: when an endpoint runs."""

    queryset = APIEndpointSchedule.objects.select_related("endpoint")
    serializer_class = ScheduleSerializer
    declared_serializer_class = DeclaredScheduleSerializer
    filters = ScheduleFilters
    search_fields = ["name", "description", "endpoint__name", "cron_expression"]
    ordering_fields = ["id", "name", "created_at", "updated_at"]
    ordering = ["name"]
    argument_fields = ("args", "kwargs")
    needs = {
        "declare": (ADD, CHANGE),
        "take_over": (VIEW, CHANGE),
        "preview": (VIEW,),
        "history": (VIEW,),
        "revert": (VIEW,),
        "runs": (VIEW, "schedules.view_schedulerun"),
        # The answers show the schedule or its run.
        "run": (VIEW, RUN),
        "pause": (VIEW, PAUSE),
        "resume": (VIEW, PAUSE),
    }

    def get_queryset(self) -> QuerySet[APIEndpointSchedule]:
        rows = super().get_queryset()
        if self.action != "list":
            return rows
        holds = ExpressionWrapper(pause_holds(timezone.now()), output_field=BooleanField())
        return rows.alias(pause_holds=holds)

    @describe_by_name("schedules", ScheduleSerializer)
    @action(detail=False, url_path=NAME_IN_ADDRESS, url_name="by-name")
    def by_name(self, request: Request, name: str) -> Response:
        return self.show_named(name)

    @describe_declare("schedules", DeclaredScheduleSerializer)
    @by_name.mapping.put
    def declare(self, request: Request, name: str) -> Response:
        return self.declare_named(name)

    @describe_take_over("schedules", ScheduleSerializer)
    @action(detail=True, methods=["post"], url_path="take-over")
    def take_over(self, request: Request, pk: str) -> Response:
        return self.taken_over(pk)

    @staticmethod
    def state_of(row: APIEndpointSchedule) -> object:
        return row.revision

    def shown(self, rows: Sequence[Any], warning: str | None = None) -> list[dict[str, Any]]:
        places = places_of(rows, now=timezone.now())
        for row in rows:
            row.place = places[row.pk]
        return super().shown(rows, warning)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": timezone.now()}

    @extend_schema(operation_id="schedules_preview", parameters=[CountSerializer], responses=PreviewSerializer)
    @action(detail=True)
    def preview(self, request: Request, pk: str) -> Response:
        """The next runs of a saved schedule, whether it is switched on or not. A pause that ends is respected."""
        refuse_unknown_parameters(request, ["count"])
        parameters = CountSerializer(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        now = timezone.now()
        preview = preview_of(self.get_object(), now=now, count=parameters.validated_data["count"])
        return Response(preview_document(preview, now))

    @extend_schema(responses=RunSerializer(many=True))
    @action(detail=True, pagination_class=NewestFirst, filter_backends=[])
    def runs(self, request: Request, pk: str) -> Response:
        """The history of one schedule, newest first."""
        refuse_unknown_parameters(request, ["cursor", "page_size"])
        runs = runs_to_list().filter(schedule=self.get_object())
        page = self.paginate_queryset(runs)
        return self.get_paginated_response(RunSerializer(page, many=True).data)

    @extend_schema(operation_id="schedules_run", request=RunNowSerializer, responses={202: RunSerializer})
    @idempotent
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: str) -> Response:
        """Hand one run to the workers now, whatever the rule says; follow it under /runs.

        Schedules that are off or paused can be run this way too.
        """
        body = RunNowSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        reason = asked.pop("reason")
        schedule = self.get_object()
        run = run_now(
            schedule.pk, now=timezone.now(), by=request.user, reason=reason, arguments=OtherArguments(**asked)
        )
        return Response(RunSerializer(run).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(operation_id="schedules_pause", request=PauseSerializer, responses=ScheduleSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Stop new runs until a moment or until resumed; what has started is left alone. Twice is once."""
        body = PauseSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return self._switched(lambda schedule: pause_schedule(schedule.pk, now=timezone.now(), **body.validated_data))

    @extend_schema(operation_id="schedules_resume", request=ResumeSerializer, responses=ResumedScheduleSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """End a pause, and say what becomes of each occurrence that it passed over. Without a pause nothing happens.

        To have some of them run, the permission to run a schedule is needed too.
        """
        body = ResumeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        if asked["policy"] != ResumePolicy.SKIP and not request.user.has_perm(RUN):
            raise PermissionDenied
        resumed, warning = self.carry_out(
            lambda: resume_schedule(self.get_object().pk, now=timezone.now(), by=request.user, **asked)
        )
        return self.answer(self.get_object(), warning, {"resumed": ResumedSerializer(resumed).data})

    def _switched(self, switch: Callable[[APIEndpointSchedule], bool]) -> Response:
        _changed, warning = self.carry_out(lambda: switch(self.get_object()))
        return self.answer(self.get_object(), warning)
