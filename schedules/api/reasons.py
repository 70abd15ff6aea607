"""Why a script changes something: the header ``X-Change-Reason``, which a DELETE can carry as well as a PATCH."""

from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from schedules import actors

HEADER = "X-Change-Reason"
PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": (
        "Why this is changed; it stands in the history. UTF-8, as it is or percent-encoded; at most "
        f"{actors.LONGEST_REASON} characters. A `reason` in the body goes before it."
    ),
}


def take_reason(request: Request) -> None:
    """Note the reason that the request gives. Raises ValidationError for one that cannot be kept."""
    reason = _decoded(request.headers.get(HEADER, ""))
    if len(reason) > actors.LONGEST_REASON:
        sentence = _("A reason has at most %(most)d characters.") % {"most": actors.LONGEST_REASON}
        raise ValidationError({HEADER: [ErrorDetail(sentence, code="max_length")]})
    if not all(char.isprintable() for char in reason):
        raise ValidationError({HEADER: [ErrorDetail(_("A reason is one line of text."), code="invalid")]})
    actors.because(reason)


def add_reason_header(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Describe the header at every operation that changes something."""
    for operations in result.get("paths", {}).values():
        for method, operation in operations.items():
            if method != "get" and "preview" not in operation["operationId"]:
                operation.setdefault("parameters", []).append(PARAMETER)
    return result


def _decoded(text: str) -> str:
    # WSGI hands headers on as Latin-1, byte for byte; clients send UTF-8 or, where they may not, percent-encode it.
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    return unquote(text, errors="replace").strip()
