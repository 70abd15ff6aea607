"""Narrowing and ordering lists. A parameter that means nothing is refused: ignored, it would answer too much."""

import difflib
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.filters import BaseFilterBackend, OrderingFilter
from rest_framework.serializers import Serializer

from schedules.api.language import LANGUAGE_PARAMETER


class FieldFilters(BaseFilterBackend):
    """Filters that the view declares: ``filters`` is a serializer of query parameters.

    Each field's ``source`` is the lookup, such as ``created_at__gte``. A serializer reads them because it knows types,
    bounds and sentences already.
    """

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        if view.action != "list":
            return queryset
        serializer = view.filters(data=request.query_params)
        refuse_unknown_parameters(request, [*serializer.fields, *_parameters_of_list(view)])
        serializer.is_valid(raise_exception=True)
        given = {
            field.source: serializer.validated_data[field.source]
            for name, field in serializer.fields.items()
            if request.query_params.get(name, "") != ""
        }
        return queryset.filter(**given) if given else queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        from drf_spectacular.plumbing import build_parameter_type

        serializer: Serializer[Any] = view.filters()
        return [
            build_parameter_type(
                name=name,
                location="query",
                schema=view.schema._map_serializer_field(field, "request"),
                description=str(field.help_text or ""),
            )
            for name, field in serializer.fields.items()
        ]


class KnownOrdering(OrderingFilter):
    """DRF's ordering, except that a field one cannot order by is an error rather than ignored."""

    def remove_invalid_fields(self, queryset: Any, fields: Iterable[str], view: Any, request: Any) -> list[str]:
        known = [name for name, _label in self.get_valid_fields(queryset, view, {"request": request})]
        for field in fields:
            if field.removeprefix("-") not in known:
                message = _('This list cannot be ordered by "%(field)s", but by: %(known)s.') % {
                    "field": field[:60],
                    "known": ", ".join(known),
                }
                raise ValidationError({self.ordering_param: [ErrorDetail(message, code="unknown_ordering")]})
        return list(fields)


def refuse_unknown_parameters(request: Any, known: Iterable[str]) -> None:
    """Raise ValidationError, naming the nearest known one, for each query parameter that is not ``known``."""
    known = [*known, LANGUAGE_PARAMETER]
    problems = {
        name[:60]: [ErrorDetail(_unknown(name, known), code="unknown_parameter")]
        for name in request.query_params
        if name not in known
    }
    if problems:
        raise ValidationError(problems)


def _unknown(name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name[:60], known, n=1)
    if nearest:
        return _('There is no parameter "%(name)s". Did you mean "%(nearest)s"?') % {
            "name": name[:60],
            "nearest": nearest[0],
        }
    return _('There is no parameter "%(name)s". Known are: %(known)s.') % {
        "name": name[:60],
        "known": ", ".join(known),
    }


def _parameters_of_list(view: Any) -> list[str]:
    names = ["page_size"]
    names.append("cursor" if hasattr(view.paginator, "cursor_query_param") else "page")
    if getattr(view, "search_fields", None):
        names.append("search")
    if getattr(view, "ordering_fields", None):
        names.append("ordering")
    return names
