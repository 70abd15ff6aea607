"""…/{id}/history, for what people change: read it, and undo one change."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.filters import refuse_unknown_parameters
from schedules.api.permissions import allows
from schedules.api.serializers.history import RecordedChangeSerializer, RevertSerializer
from schedules.api.views.base import ID_PATTERN
from schedules.history import history_of
from schedules.services.reverting import plan_revert, revert


class HasHistory:
    """For view sets of recorded rows. Deleted rows still have their history, and come back by it."""

    @extend_schema(responses=RecordedChangeSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def history(self: Any, request: Request, pk: str) -> Response:
        """Who changed it, when, from where, why, and what was before and after; newest first."""
        refuse_unknown_parameters(request, ["page", "page_size"])
        page = self.paginate_queryset(self._entries(pk))
        return self.get_paginated_response(RecordedChangeSerializer(page, many=True).data)

    @extend_schema(request=RevertSerializer)
    @action(
        detail=True,
        methods=["post"],
        url_path=f"history/(?P<entry>{ID_PATTERN})/revert",
        url_name="revert",
    )
    def revert(self: Any, request: Request, pk: str, entry: str) -> Response:
        """Undo one change: its fields go back to what they were before it. It is an edit, and can itself be undone.

        Undoing a deletion brings the row back under its number. 409 when there is nothing to undo or it cannot be; 400
        when what would come of it is not valid any more.
        """
        body = RevertSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        found = self._entries(pk).filter(pk=entry).first()
        if found is None:
            raise Http404
        name = self.queryset.model._meta.model_name
        # Which permissions it needs depends on what it would undo; a token needs their scope, too.
        if not allows(request, [f"schedules.{verb}_{name}" for verb in sorted(plan_revert(found).verbs)]):
            raise PermissionDenied
        row, warning = self.carry_out(lambda: revert(found, by=request.user, reason=body.validated_data["reason"]))
        return self.answer(self.queryset.get(pk=row.pk), warning)

    def _entries(self: Any, pk: str) -> Any:
        entries = history_of(self.queryset.model, int(pk))
        if not entries.exists() and not self.queryset.filter(pk=pk).exists():
            raise Http404
        return entries
