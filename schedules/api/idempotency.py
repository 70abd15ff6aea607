"""``Idempotency-Key``: a request that is sent again because its answer was lost has its effect once."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from schedules.services.answered_requests import Answer, answer_once

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
#: Says in the answer that nothing was done this time.
REPEATED = "Idempotency-Replayed"

PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Any text of your own that names this request, such as a UUID. Sent again with the same body within "
    f"24 hours, the request has no effect, and the first answer comes again, with `{REPEATED}: true`.",
)

View = Callable[..., Response]


def idempotent(view: View) -> View:
    """For a view's action, between ``extend_schema`` and ``action``: with an Idempotency-Key it has its effect once.

    The action must change things in the database alone, and put the rest off until the commit. An answer that refuses
    is not kept.
    """

    @wraps(view)
    def once(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return view(self, request, *args, **kwargs)
        _refuse_unusable(key)

        def act() -> Answer:
            response = view(self, request, *args, **kwargs)
            return Answer(response.status_code, JSONRenderer().render(response.data).decode())

        answer = answer_once(request.user, key, _digest_of(request), now=timezone.now(), act=act)
        headers = {REPEATED: "true"} if answer.is_repeated else None
        return Response(json.loads(answer.body), status=answer.status, headers=headers)

    return extend_schema(parameters=[PARAMETER])(once)  # type: ignore[no-any-return]


def _refuse_unusable(key: str) -> None:
    if not 1 <= len(key) <= LONGEST_KEY or not all("!" <= sign <= "~" for sign in key):
        message = _("An Idempotency-Key has 1 to %(most)d letters, digits and signs without spaces, such as a UUID.")
        raise ValidationError({HEADER: [ErrorDetail(message % {"most": LONGEST_KEY}, code="unusable_key")]})


def _digest_of(request: Request) -> str:
    """Return what stands for the request: who is asked for what. How its JSON is laid out is no difference."""
    told = json.dumps([request.method, request.path.rstrip("/"), request.data], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
