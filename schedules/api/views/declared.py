"""…/by-name/{name}: scripts declare what shall be there; saying it again changes nothing."""

from typing import Any

from django.db import IntegrityError
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from schedules.api.conditional import ETAG, IF_ABSENT, IF_MATCH, IF_NONE_MATCH, require_absent, require_current
from schedules.api.views.mirrored import MirroredRows
from schedules.services.declaring import Outcome, declare
from schedules.services.ownership import take_over

#: A name may hold slashes; what no database can hold is not looked for.
NAME_IN_ADDRESS = r"by-name/(?P<name>[^\x00]+?)"
NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, description="Percent-encoded, as every address.")


def describe_by_name(resource: str, shown: Any) -> Any:
    """Return the decorator of a view's ``by_name``."""
    return extend_schema(
        operation_id=f"{resource}_by_name",
        description="The one of this name.",
        parameters=[NAME, IF_NONE_MATCH, ETAG],
        responses=shown,
    )


def describe_declare(resource: str, declared: Any) -> Any:
    """Return the decorator of a view's ``declare``."""
    return extend_schema(
        operation_id=f"{resource}_declare",
        description="Create the one of this name, or make it what is said here; what is left out takes its "
        "default, as in a PUT. Said again, it changes nothing. Needs the permissions to add and to change.",
        parameters=[NAME, IF_MATCH, IF_ABSENT, ETAG],
        request=declared,
        responses={200: declared, 201: declared},
    )


def describe_take_over(resource: str, shown: Any) -> Any:
    """Return the decorator of a view's ``take_over``."""
    return extend_schema(
        operation_id=f"{resource}_take_over",
        description="Keep here from now on what a file manages, so that it can be changed; twice is once. If the file "
        "still names it, applying the file takes it back.",
        parameters=[ETAG],
        request=None,
        responses=shown,
    )


class CreatedMeanwhile(Exception):
    """Another request has created the row since it was looked for: that its name is taken is no fault of this one."""


class DeclaredRows(MirroredRows):
    """Rows that may be addressed by their names besides: each view has the two actions, described with its fields."""

    declared_serializer_class: Any
    locking = (*MirroredRows.locking, "declare")

    def show_named(self, name: str) -> Response:
        """Answer with the row of this name."""
        return self.answer(get_object_or_404(self.get_queryset(), name=as_stored(name)))

    def taken_over(self, pk: str) -> Response:
        """Take the row out of its file's hands."""
        model = self.queryset.model
        _changed, warning = self.carry_out(lambda: take_over(model, self.get_object().pk, by=self.request.user))
        return self.answer(self.get_object(), warning)

    def declare_named(self, name: str) -> Response:
        """Create the row of this name or make it what the body says, unless it is so already."""
        name = as_stored(name)
        try:
            return self._declare(name)
        except (IntegrityError, CreatedMeanwhile):
            # Now it is there, and is compared with.
            return self._declare(name)

    def _declare(self, name: str) -> Response:
        def change() -> tuple[Any, Outcome]:
            stored = self.get_queryset().filter(name=name).first()
            require_absent(self.request, stored)
            require_current(self.request, None if stored is None else self.state_of(stored), needed=False)
            context = {**self.get_serializer_context(), "declared_name": name}
            serializer = self.declared_serializer_class(stored, data=self.request.data, context=context)
            if not serializer.is_valid():
                if stored is None and self.get_queryset().filter(name=name).exists():
                    raise CreatedMeanwhile
                raise ValidationError(serializer.errors)
            outcome = declare(serializer.candidate, stored=stored, by=self.request.user)
            return stored if outcome is Outcome.UNCHANGED else serializer.candidate, outcome

        (row, outcome), warning = self.carry_out(change)
        code = status.HTTP_201_CREATED if outcome is Outcome.CREATED else status.HTTP_200_OK
        return self.answer(row, warning, status=code, also={"outcome": outcome})


def as_stored(name: str) -> str:
    """Return a name without the spaces around it, which no field keeps: looked for with them, it would be created anew
    at each call, and refused.
    """
    return name.strip()
