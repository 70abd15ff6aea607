"""/api/v1/alerts"""

from django.db.models import QuerySet
from rest_framework import mixins

from schedules.api.serializers.alerts import AlertFilters, AlertSerializer
from schedules.api.views.base import Resource
from schedules.models import Alert


class AlertViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """What is wrong by the alert rules, the latest noticed first: what is open, unless another state is asked for."""

    queryset = Alert.objects.select_related("rule")
    serializer_class = AlertSerializer
    filters = AlertFilters
    ordering_fields = ["noticed_at", "since"]
    search_fields = ["title"]
    ordering = ["-noticed_at", "-pk"]

    def get_queryset(self) -> QuerySet[Alert]:
        alerts = super().get_queryset()
        if self.action == "list" and not self.request.query_params.get("state"):
            return alerts.filter(state=Alert.State.OPEN)
        return alerts
