"""/api/v1/backfills, and /api/v1/schedules/{id}/backfill, which asks for one."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.idempotency import idempotent
from schedules.api.pagination import NewestFirst
from schedules.api.serializers.backfills import (
    BackfillDetailSerializer,
    BackfillFilters,
    BackfillPlanSerializer,
    BackfillRequestSerializer,
    BackfillSerializer,
)
from schedules.api.views.base import Resource
from schedules.backfill_progress import progress_of
from schedules.models import APIEndpointSchedule, Backfill
from schedules.services.backfills.asking import cancel_backfill, start_backfill
from schedules.services.backfills.planning import BackfillPlan, BackfillRequest, plan_backfill

VIEW = "schedules.view_apiendpointschedule"
RUN = "schedules.run_apiendpointschedule"
VIEW_RUNS = "schedules.view_schedulerun"


class BackfillViews(mixins.RetrieveModelMixin, Resource):
    """Past periods that are run, newest first, and how far each is."""

    queryset = Backfill.objects.select_related("asked_by", "cancelled_by")
    serializer_class = BackfillSerializer
    pagination_class = NewestFirst
    filters = BackfillFilters
    needs = {"list": (VIEW, VIEW_RUNS), "retrieve": (VIEW, VIEW_RUNS), "cancel": (VIEW, RUN), "ask": (VIEW, RUN)}

    def get_queryset(self) -> QuerySet[Backfill]:
        rows = super().get_queryset()
        return rows if self.action == "list" else rows.prefetch_related("occurrences__run")

    def get_serializer_class(self) -> Any:
        return BackfillSerializer if self.action == "list" else BackfillDetailSerializer

    @extend_schema(responses=BackfillSerializer(many=True))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        context = {**self.get_serializer_context(), "progress": progress_of(row.pk for row in page)}
        return self.get_paginated_response(BackfillSerializer(page, many=True, context=context).data)

    @extend_schema(operation_id="backfills_cancel", request=None, responses=BackfillDetailSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Send nothing more of it. What a worker has begun is left alone. Twice is once; 409 when it is done."""
        cancel_backfill(self.get_object().pk, now=timezone.now(), by=request.user)
        return Response(BackfillDetailSerializer(self.get_object()).data)

    @extend_schema(
        operation_id="schedules_backfill",
        request=BackfillRequestSerializer,
        responses={200: BackfillPlanSerializer, 202: BackfillDetailSerializer},
    )
    @idempotent
    def ask(self, request: Request, pk: str) -> Response:
        """Run a past period by the schedule's rule as it is now, or, with `dry_run`, say what would be run: 200.

        A started one is answered with 202; follow it under /backfills. Schedules that are off or paused can be run
        this way too.
        """
        body = BackfillRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        is_dry, reason = asked.pop("dry_run"), asked.pop("reason")
        schedule = get_object_or_404(APIEndpointSchedule.objects.select_related("endpoint"), pk=pk)
        wanted, now = BackfillRequest(**asked), timezone.now()
        if is_dry:
            return Response(_plan_document(plan_backfill(schedule, wanted, now=now)))
        with transaction.atomic():
            backfill, _plan = start_backfill(schedule.pk, wanted, now=now, by=request.user, reason=reason)
        document = BackfillDetailSerializer(self.get_queryset().get(pk=backfill.pk)).data
        return Response(document, status=status.HTTP_202_ACCEPTED)


def _plan_document(plan: BackfillPlan) -> Any:
    left_out = [{"scheduled_for": instant, "reason": reason} for instant, reason in plan.left_out]
    shown = {"to_run": plan.to_run, "left_out": left_out, "beyond_limit": plan.beyond_limit}
    return BackfillPlanSerializer(shown).data
