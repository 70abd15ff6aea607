"""Requests under a condition: ``If-None-Match`` spares what is known, ``If-Match`` that changes undo each other.

An ETag has two parts, ``"<state>-<digest>"``. The whole names one representation byte by byte: a next run that has
passed, another language or a pause that ended make another. What ``If-Match`` asks is only whether somebody has changed
the row, so it looks at the state alone: otherwise the passing of time would refuse changes that nothing stands against.
"""

import hashlib
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.api.errors import ChangedMeanwhile

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of what you have read. Refused with 412 when somebody has changed it since.",
)
IF_MATCH_NEEDED = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` of what you have read, or `*` for whatever is there. Refused with 412 when somebody has "
    "changed it since, and with 428 without this header, because PUT replaces everything.",
)
IF_ABSENT = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="`*`: only create. Refused with 412 when there is one already.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="An `ETag`; answered with 304 while it still holds."
)
ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="Names this state, for `If-Match`."
)


class PreconditionRequired(exceptions.APIException):
    """A change that replaces everything came without saying what it replaces."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = _(
        "PUT replaces everything, also what others have changed meanwhile. Send the ETag of what you have read "
        "as If-Match, or If-Match: * to replace whatever is there. PATCH needs none."
    )
    default_code = "if_match_missing"


def etag_of(state: object, document: Any) -> str:
    """Return the strong ETag of an answer. ``state`` changes with each change of the row and never comes back."""
    digest = hashlib.blake2b(JSONRenderer().render(document), digest_size=8).hexdigest()
    return f'"{state}-{digest}"'


def answer(request: Request, document: Any, state: object, **kwargs: Any) -> Response:
    """Return a document with its ETag; to a GET that knows it already, 304 without it."""
    etag = etag_of(state, document)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", **kwargs.pop("headers", {})}
    if request.method in ("GET", "HEAD") and _is_known(request, etag):
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(document, headers=headers, **kwargs)


def require_current(request: Request, state: object, *, needed: bool) -> None:
    """Refuse a change that was made for another state. Called under the lock of the row.

    ``state`` is None when there is nothing, which no ETag matches. Raises ChangedMeanwhile, and PreconditionRequired
    when ``needed`` and nothing was sent. Weak ETags never match.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        if needed:
            raise PreconditionRequired
        return
    known = parse_etags(sent)
    if state is None:
        raise ChangedMeanwhile
    if known != ["*"] and str(state) not in [etag.strip('"').partition("-")[0] for etag in known if etag[0] == '"']:
        raise ChangedMeanwhile


def require_absent(request: Request, row: object | None) -> None:
    """Refuse to touch what is there when ``If-None-Match: *`` asks for a new one. Raises ChangedMeanwhile."""
    if row is not None and request.headers.get("If-None-Match", "").strip() == "*":
        raise ChangedMeanwhile


def _is_known(request: Request, etag: str) -> bool:
    sent = parse_etags(request.headers.get("If-None-Match", ""))
    return sent == ["*"] or etag in [known.removeprefix("W/") for known in sent]
