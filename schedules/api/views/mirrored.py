"""Rows that beat works from: list, create, read, replace, change, delete, and the truth about what is in force.

A change is saved whether Redis answers or not. When beat could not be told, the answer says so in ``warning``.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.serializers.warnings import WarningSerializer
from schedules.api.views.base import Resource
from schedules.services.mirroring import mirror_problem

T = TypeVar("T")
#: Named here: within the class, ``list`` is the action of that name.
Documents = list[dict[str, Any]]


class MirroredRows(Resource):
    """The five ways to a row. ``shown`` may be extended by what a row's answer needs besides its columns."""

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if self.action in ("update", "partial_update"):
            # Read, checked and saved as a whole: unlocked, it would undo a pause that came in between.
            return rows.select_for_update(of=("self",))
        return rows

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shown(page))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.shown([self.get_object()])[0])

    def create(self, request: Request) -> Response:
        row, warning = self.carry_out(lambda: self._saved(self.get_serializer(data=request.data)))
        return Response(self.shown([row], warning)[0], status=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str, partial: bool = False) -> Response:
        row, warning = self.carry_out(
            lambda: self._saved(self.get_serializer(self.get_object(), data=request.data, partial=partial))
        )
        return Response(self.shown([row], warning)[0])

    def partial_update(self, request: Request, pk: str) -> Response:
        return self.update(request, pk, partial=True)

    @extend_schema(
        responses={
            204: OpenApiResponse(description="Deleted."),
            202: OpenApiResponse(WarningSerializer, "Deleted, but beat has not been told yet."),
        }
    )
    def destroy(self, request: Request, pk: str) -> Response:
        _deleted, warning = self.carry_out(lambda: self.get_object().delete())
        if warning:
            return Response({"warning": warning}, status=status.HTTP_202_ACCEPTED)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def shown(self, rows: Sequence[models.Model], warning: str | None = None) -> Documents:
        """Return the rows as the answer shows them; ``warning`` says what beat does not know of them yet."""
        context = {**self.get_serializer_context(), "warning": warning}
        return self.get_serializer_class()(rows, many=True, context=context).data  # type: ignore[no-any-return]

    @staticmethod
    def carry_out(change: Callable[[], T]) -> tuple[T, str | None]:
        """Make a change in one transaction; return what it returned, and why it is not in force if it is not."""
        mirror_problem()  # What an earlier request of this thread left unread is not about this one.
        with transaction.atomic():
            done = change()
        return done, mirror_problem()

    @staticmethod
    def _saved(serializer: Any) -> Any:
        serializer.is_valid(raise_exception=True)
        return serializer.save()
