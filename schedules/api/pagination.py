"""Lists in pages: numbered ones for what staff manage, a cursor for the history, which grows while it is read."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.pagination import CursorPagination, PageNumberPagination

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
#: Longer numbers are no page of anything, and cost time to read.
MAX_PAGE_DIGITS = 18


class _StrictPages:
    """Describes a page in the words of OpenAPI 3.1, and refuses a size that means nothing, which DRF ignores."""

    def get_page_size(self, request: Any) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return PAGE_SIZE
        if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MAX_PAGE_SIZE):
            message = _("A page holds 1 to %(most)d entries.") % {"most": MAX_PAGE_SIZE}
            raise ValidationError({"page_size": [ErrorDetail(message, code="page_size")]})
        return int(text)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = super().get_paginated_response_schema(schema)  # type: ignore[misc]
        for name in ("next", "previous"):
            link = described["properties"][name]
            del link["nullable"]
            link["type"] = ["string", "null"]
        return described  # type: ignore[no-any-return]


class NumberedPages(_StrictPages, PageNumberPagination):
    """``?page=2&page_size=100``; the answer counts all rows."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    def get_page_number(self, request: Any, paginator: Any) -> Any:
        text = request.query_params.get(self.page_query_param) or "1"
        is_number = text.isascii() and text.isdigit() and len(text) <= MAX_PAGE_DIGITS and int(text) > 0
        if not is_number and text not in self.last_page_strings:
            message = _("Pages are numbered from 1; the last one is also called \"last\".")
            raise ValidationError({self.page_query_param: [ErrorDetail(message, code="page")]})
        return super().get_page_number(request, paginator)


class NewestFirst(_StrictPages, CursorPagination):
    """Newest first; follow ``next``. Rows that arrive meanwhile move nothing, and no page costs more than another."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    ordering = ("-created_at", "-pk")

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        ordering = tuple(super().get_ordering(request, queryset, view))
        if ordering[-1].lstrip("-") == "pk":
            return ordering
        # Rows of one instant need an order too, or a page could leave one out.
        return (*ordering, "-pk" if ordering[0].startswith("-") else "pk")

    def decode_cursor(self, request: Any) -> Any:
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise _no_cursor(self.cursor_query_param) from error
        if cursor is not None and cursor.position is not None:
            # Positions are handed to the database as they came: a forged one would be an error of the database.
            try:
                position = datetime.fromisoformat(cursor.position)
                # In UTC, in which it is asked for, it may lie before the year 1 or after 9999.
                position.astimezone(UTC)
            except (ValueError, OverflowError) as error:
                raise _no_cursor(self.cursor_query_param) from error
            if position.tzinfo is None:
                raise _no_cursor(self.cursor_query_param)
        return cursor


def _no_cursor(parameter: str) -> ValidationError:
    message = _("This cursor comes from no page. Follow the links next and previous as they are.")
    return ValidationError({parameter: [ErrorDetail(message, code="cursor")]})
