"""Rows that beat works from: list, create, read, replace, change, delete, and the truth about what is in force.

A change is saved whether Redis answers or not. When beat could not be told, the answer says so in ``warning``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.conditional import ETAG, IF_MATCH, IF_MATCH_NEEDED, IF_NONE_MATCH, answer, require_current
from schedules.api.permissions import may_change
from schedules.api.serializers.warnings import WarningSerializer
from schedules.api.views.base import Resource
from schedules.masking import mask_all
from schedules.services.defining import delete_definition
from schedules.services.mirroring import mirror_problem

T = TypeVar("T")
#: Named here: within the class, ``list`` is the action of that name.
Documents = list[dict[str, Any]]


class MirroredRows(Resource):
    """The five ways to a row. ``shown`` may be extended by what a row's answer needs besides its columns."""

    #: Fields that hold what a task is called with.
    argument_fields: tuple[str, ...] = ()
    #: Actions that read a row and change it: unlocked, they would undo a pause that came in between.
    locking = ("update", "partial_update", "destroy")

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if self.action in self.locking:
            return rows.select_for_update(of=("self",))
        return rows

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shown(page))

    @extend_schema(parameters=[IF_NONE_MATCH, ETAG])
    def retrieve(self, request: Request, pk: str) -> Response:
        return self.answer(self.get_object())

    @extend_schema(parameters=[ETAG])
    def create(self, request: Request) -> Response:
        row, warning = self.carry_out(lambda: self._saved(self.get_serializer(data=request.data)))
        headers = {"Location": self.reverse_action("detail", args=[row.pk])}
        return self.answer(row, warning, status=status.HTTP_201_CREATED, headers=headers)

    @extend_schema(parameters=[IF_MATCH_NEEDED, ETAG])
    def update(self, request: Request, pk: str) -> Response:
        return self._change(partial=False)

    @extend_schema(parameters=[IF_MATCH, ETAG])
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(partial=True)

    @extend_schema(
        parameters=[IF_MATCH],
        responses={
            204: OpenApiResponse(description="Deleted."),
            202: OpenApiResponse(WarningSerializer, "Deleted, but beat has not been told yet."),
        },
    )
    def destroy(self, request: Request, pk: str) -> Response:
        _deleted, warning = self.carry_out(
            lambda: delete_definition(self._row_to_change(needs_match=False), by=self.request.user)
        )
        if warning:
            return Response({"warning": warning}, status=status.HTTP_202_ACCEPTED)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def answer(
        self, row: models.Model, warning: str | None = None, also: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Response:
        """Return a row as it is shown, with its ETag; ``also`` is said besides."""
        return answer(self.request, {**self.shown([row], warning)[0], **(also or {})}, self.state_of(row), **kwargs)

    @staticmethod
    def state_of(row: Any) -> object:
        """Return what changes with each change of the row, and with nothing else."""
        raise NotImplementedError

    def shown(self, rows: Sequence[models.Model], warning: str | None = None) -> Documents:
        """Return the rows as the answer shows them; ``warning`` says what beat does not know of them yet."""
        context = {**self.get_serializer_context(), "warning": warning}
        documents: Documents = self.get_serializer_class()(rows, many=True, context=context).data
        if not may_change(self.request, self.queryset.model):
            # Who may change a row has to send back what it says; all others are shown what the pages show them.
            for document in documents:
                document |= {name: mask_all(document[name]) for name in self.argument_fields}
        return documents

    @staticmethod
    def carry_out(change: Callable[[], T]) -> tuple[T, str | None]:
        """Make a change in one transaction; return what it returned, and why it is not in force if it is not."""
        mirror_problem()  # What an earlier request of this thread left unread is not about this one.
        with transaction.atomic():
            done = change()
        return done, mirror_problem()

    def _change(self, *, partial: bool) -> Response:
        def change() -> Any:
            row = self._row_to_change(needs_match=not partial)
            return self._saved(self.get_serializer(row, data=self.request.data, partial=partial))

        return self.answer(*self.carry_out(change))

    def _row_to_change(self, *, needs_match: bool) -> Any:
        row = self.get_object()
        require_current(self.request, self.state_of(row), needed=needs_match)
        return row

    @staticmethod
    def _saved(serializer: Any) -> Any:
        serializer.is_valid(raise_exception=True)
        return serializer.save()
