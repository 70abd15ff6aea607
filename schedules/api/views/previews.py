"""/api/v1/schedules/preview: what a rule will do, without saving anything."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.filters import refuse_unknown_parameters
from schedules.api.serializers.previews import (
    ExpressionParameters,
    PreviewSerializer,
    UnsavedScheduleSerializer,
    preview_document,
)
from schedules.api.views.base import Resource
from schedules.models import APIEndpointSchedule
from schedules.services.previewing import preview_of


class PreviewViews(Resource):
    """Previews of what is not saved."""

    queryset = APIEndpointSchedule.objects.none()
    needs = dict.fromkeys(("of_expression", "of_definition"), ("schedules.view_apiendpointschedule",))

    @extend_schema(
        operation_id="schedules_preview_expression", parameters=[ExpressionParameters], responses=PreviewSerializer
    )
    def of_expression(self, request: Request) -> Response:
        """The next runs of a cron expression."""
        known = ExpressionParameters().fields
        refuse_unknown_parameters(request, known)
        given = {name: request.query_params[name] for name in known if name in request.query_params}
        return self._answer({"schedule_type": "cron", **given})

    @extend_schema(
        operation_id="schedules_preview_definition", request=UnsavedScheduleSerializer, responses=PreviewSerializer
    )
    def of_definition(self, request: Request) -> Response:
        """The next runs of a schedule that is not saved, and what they change against the saved one."""
        return self._answer(request.data)

    @staticmethod
    def _answer(definition: Any) -> Response:
        unsaved = UnsavedScheduleSerializer(data=definition)
        unsaved.is_valid(raise_exception=True)
        now = timezone.now()
        preview = preview_of(unsaved.candidate, now=now, count=unsaved.count, saved=unsaved.saved)
        return Response(preview_document(preview, now))
