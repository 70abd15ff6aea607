"""/api/v1/schedules/active and /api/v1/health: what the engine really holds, and how it is."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.filters import refuse_unknown_parameters
from schedules.api.serializers.engine import ActiveScheduleSerializer, HealthSerializer, health_document
from schedules.api.views.base import Resource
from schedules.models import APIEndpointSchedule
from schedules.monitoring import active_schedule_ids, active_schedules, engine_health


class EngineViews(Resource):
    """Answers from Redis. When it does not answer, neither do these: 503."""

    queryset = APIEndpointSchedule.objects.none()
    needs = dict.fromkeys(("active", "health"), ("schedules.view_apiendpointschedule",))
    filter_backends = []

    @extend_schema(operation_id="schedules_active", responses=ActiveScheduleSerializer(many=True))
    def active(self, request: Request) -> Response:
        """The entries that beat holds, in the order of their next dispatch; those whose rule has ended come first."""
        refuse_unknown_parameters(request, ["page", "page_size"])
        page = self.paginate_queryset(active_schedule_ids())
        return self.get_paginated_response(ActiveScheduleSerializer(active_schedules(page), many=True).data)

    @extend_schema(operation_id="health", responses=HealthSerializer)
    def health(self, request: Request) -> Response:
        """Who leads, who waits, how late the last dispatch was, and what was set aside."""
        refuse_unknown_parameters(request, [])
        now = timezone.now()
        return Response(HealthSerializer(health_document(engine_health(now), now)).data)
