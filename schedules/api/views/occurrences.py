"""/api/v1/schedules/{id}/occurrences/…: one occurrence skipped or moved, the rule left alone."""

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.filters import refuse_unknown_parameters
from schedules.api.serializers.occurrences import (
    MoveSerializer,
    OccurrenceChangesSerializer,
    SkipSerializer,
    UndoSerializer,
    changes_document,
)
from schedules.api.views.base import Resource
from schedules.api.views.mirrored import MirroredRows
from schedules.models import APIEndpointSchedule
from schedules.services.occurrences import move_occurrence, skip_occurrence, undo_change
from schedules.services.previewing import preview_of

VIEW, CHANGE = "schedules.view_apiendpointschedule", "schedules.change_apiendpointschedule"
#: Runs that an answer lists.
RUNS = 5


def _example(**body: str) -> list[OpenApiExample]:
    return [OpenApiExample("One occurrence", body, request_only=True)]


class OccurrenceViews(Resource):
    """What people decided about single occurrences. Each answer has all of it, and the next runs."""

    queryset = APIEndpointSchedule.objects.select_related("endpoint")
    needs = {"changes": (VIEW,), **dict.fromkeys(("skip", "move", "undo"), (VIEW, CHANGE))}
    filter_backends = []

    @extend_schema(operation_id="schedules_occurrences_changes", responses=OccurrenceChangesSerializer)
    def changes(self, request: Request, pk: str) -> Response:
        """The one-time changes that lie ahead or have just passed."""
        refuse_unknown_parameters(request, [])
        return self._answer(pk, None)

    @extend_schema(
        operation_id="schedules_occurrences_skip",
        request=SkipSerializer,
        responses=OccurrenceChangesSerializer,
        examples=_example(scheduled_for="2026-12-30T08:10:00+09:00", reason="Stocktaking"),
    )
    def skip(self, request: Request, pk: str) -> Response:
        """Let one occurrence not happen. Twice is once; what has passed or was sent is refused with 409."""
        return self._change(
            SkipSerializer,
            pk,
            lambda scheduled_for, reason: skip_occurrence(
                int(pk), scheduled_for, now=timezone.now(), by=request.user, reason=reason
            ),
        )

    @extend_schema(
        operation_id="schedules_occurrences_move",
        request=MoveSerializer,
        responses=OccurrenceChangesSerializer,
        examples=_example(
            scheduled_for="2026-12-30T08:10:00+09:00",
            moved_to="2026-12-30T09:30:00+09:00",
            reason="The source is late today",
        ),
    )
    def move(self, request: Request, pk: str) -> Response:
        """Let one occurrence happen at another time. Where another stands there, the two are one.

        Its run is then `scheduled_for` the new time. Moved back to where the rule has it, nothing is changed any more.
        """
        return self._change(
            MoveSerializer,
            pk,
            lambda scheduled_for, moved_to, reason: move_occurrence(
                int(pk), scheduled_for, to=moved_to, now=timezone.now(), by=request.user, reason=reason
            ),
        )

    @extend_schema(
        operation_id="schedules_occurrences_undo",
        request=UndoSerializer,
        responses=OccurrenceChangesSerializer,
        examples=[
            OpenApiExample("By its number", {"change": 12}, request_only=True),
            *_example(scheduled_for="2026-12-30T08:10:00+09:00"),
        ],
    )
    def undo(self, request: Request, pk: str) -> Response:
        """Let an occurrence happen again as the rule has it, while neither its old nor its new time has passed."""
        return self._change(
            UndoSerializer, pk, lambda **named: undo_change(int(pk), now=timezone.now(), by=request.user, **named)
        )

    def _change(self, serializer: type[Any], pk: str, change: Callable[..., Any]) -> Response:
        get_object_or_404(self.queryset, pk=pk)
        body = serializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        _done, warning = MirroredRows.carry_out(lambda: change(**body.validated_data))
        return self._answer(pk, warning)

    def _answer(self, pk: str, warning: str | None) -> Response:
        schedule = get_object_or_404(self.queryset, pk=pk)
        now = timezone.now()
        preview = preview_of(schedule, now=now, count=RUNS)
        changes = list(schedule.occurrence_changes.all())
        return Response(changes_document(changes, preview.recurrence, preview.runs, now, warning))
