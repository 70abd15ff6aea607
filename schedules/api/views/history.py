"""…/{id}/history, for what people change: read it, and undo one change."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.conditional import ETAG, IF_MATCH, require_current
from schedules.api.filters import refuse_unknown_parameters
from schedules.api.permissions import allows
from schedules.api.serializers.history import RecordedChangeSerializer, RevertSerializer
from schedules.api.views.base import ID_PATTERN
from schedules.exceptions import ChangedSince
from schedules.history import whole_history_of
from schedules.services.reverting import Revert, revert


class HasHistory:
    """For view sets of recorded rows. Deleted rows still have their history, and come back by it."""

    @extend_schema(responses=RecordedChangeSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def history(self: Any, request: Request, pk: str) -> Response:
        """Who changed it, when, from where, why, and what was before and after; newest first.

        Of a schedule also what was decided about single runs of it, which have their own undo.
        """
        refuse_unknown_parameters(request, ["page", "page_size"])
        page = self.paginate_queryset(self._entries(pk))
        return self.get_paginated_response(RecordedChangeSerializer(page, many=True).data)

    @extend_schema(request=RevertSerializer, parameters=[IF_MATCH, ETAG])
    @action(
        detail=True,
        methods=["post"],
        url_path=f"history/(?P<entry>{ID_PATTERN})/revert",
        url_name="revert",
    )
    def revert(self: Any, request: Request, pk: str, entry: str) -> Response:
        """Undo one change: its fields go back to what they were before it. It is an edit, and can itself be undone.

        Undoing a deletion brings the row back under its number. 409 when there is nothing to undo, when it cannot be,
        or when somebody has changed the same once more since, unless `If-Match` says that you have seen that; 400 when
        what would come of it is not valid any more.
        """
        body = RevertSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        found = self._entries(pk).filter(pk=entry).first()
        if found is None:
            raise Http404
        reason = body.validated_data["reason"]
        row, warning = self.carry_out(
            lambda: revert(found, now=timezone.now(), by=request.user, reason=reason, judge=self._judge_revert)
        )
        return self.answer(self.queryset.get(pk=row.pk), warning)

    def _judge_revert(self: Any, plan: Revert) -> None:
        name = self.queryset.model._meta.model_name
        # Which permissions it needs depends on what it would undo; a token needs their scope, too.
        if not allows(self.request, [f"schedules.{verb}_{name}" for verb in sorted(plan.verbs)]):
            raise PermissionDenied
        if "If-Match" in self.request.headers:
            state = None if plan.stored is None else self.state_of(plan.stored)
            require_current(self.request, state, needed=False)
        elif plan.overwrites:
            raise ChangedSince(plan.overwrites)

    def _entries(self: Any, pk: str) -> Any:
        entries = whole_history_of(self.queryset.model, int(pk))
        if not entries.exists() and not self.queryset.filter(pk=pk).exists():
            raise Http404
        return entries
