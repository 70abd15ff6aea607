"""Every error as a problem document (RFC 9457): one shape, stable codes, a sentence, the fields concerned.

``code`` and the codes in ``errors`` are an interface: scripts may branch on them. The sentences are for people, in
the language of the request, and may change.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from schedules.exceptions import (
    AnswerRefused,
    BackfillEnded,
    ChangedSince,
    DispatchFailed,
    EngineUnreachable,
    KeyUsedForAnother,
    ManagedByFile,
    NothingToRevert,
    NotRevertible,
    OccurrenceRefused,
    TaskRefused,
    TradingDayUnknown,
)
from schedules.recurrence import DefinitionError
from schedules.refusals import sentences_of

MEDIA_TYPE = "application/problem+json"

logger = logging.getLogger(__name__)


class Conflict(exceptions.APIException):
    """What was asked does not go together with the state that the thing is in."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("This does not go together with what is stored. Read it again and repeat the change.")
    default_code = "conflict"


class ChangedMeanwhile(exceptions.APIException):
    """The If-Match of a request names an older state."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = _(
        "Somebody has changed this since you read it, so nothing was changed. "
        "Read it again and send the change with the new ETag."
    )
    default_code = "changed_meanwhile"


class Unprocessable(exceptions.APIException):
    """Well written, but not to be carried out as it is."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "unprocessable"


class Unavailable(exceptions.APIException):
    """A part that this answer needs does not respond; repeating the request later is right."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn an error that was raised in a view into a problem document; ``None`` for a fault of the program."""
    known = _as_api_exception(error)
    if known is None:
        return None
    set_rollback()
    response = Response(_document(known), status=known.status_code, headers=_headers(known))
    response.content_type = MEDIA_TYPE
    return response


def field_errors(error: DjangoValidationError) -> dict[str, list[exceptions.ErrorDetail]]:
    """Return a model's validation errors as DRF writes them: by field, each with its code."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    return {
        api_settings.NON_FIELD_ERRORS_KEY if field == NON_FIELD_ERRORS else field: [
            exceptions.ErrorDetail(message, code=item.code or "invalid") for item in items for message in item.messages
        ]
        for field, items in by_field.items()
    }


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    match error:
        case exceptions.APIException():
            return error
        case Http404():
            return exceptions.NotFound()
        case DjangoPermissionDenied():
            return exceptions.PermissionDenied()
        case DjangoValidationError():
            return exceptions.ValidationError(field_errors(error))
        case TradingDayUnknown():
            return Conflict(str(error), code="trading_day_unknown")
        case OccurrenceRefused(is_conflict=True):
            return Conflict(str(error), code=error.code)
        case AnswerRefused():
            return exceptions.ValidationError({error.field: [exceptions.ErrorDetail(str(error), code=error.code)]})
        case KeyUsedForAnother():
            return Unprocessable(str(error), code="idempotency_key_reused")
        case BackfillEnded():
            return Conflict(str(error), code="already_ended")
        case DefinitionError():
            # What people send is checked before: this row was changed past the model.
            return Conflict(sentences_of(error), code="unusable_rule")
        case EngineUnreachable():
            return Unavailable(str(error), code="engine_unreachable")
        case ChangedSince():
            return Conflict(str(error), code="changed_since")
        case NothingToRevert():
            return Conflict(str(error), code="nothing_to_revert")
        case NotRevertible():
            return Conflict(str(error), code="not_revertible")
        case ManagedByFile():
            return Conflict(str(error), code="managed_by_file")
        case TaskRefused(is_forbidden=True):
            return exceptions.PermissionDenied(str(error), code="task_not_permitted")
        case TaskRefused():
            return Conflict(str(error), code="task_not_allowed")
        case DispatchFailed():
            return Unavailable(str(error), code="dispatch_failed")
        case IntegrityError():
            # Two requests that each found the name free: the database let one of them through.
            logger.warning("api.conflict", exc_info=error)
            return Conflict()
        case _:
            return None


def _document(error: exceptions.APIException) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
    }
    if isinstance(error.detail, exceptions.ErrorDetail):
        return document | {"code": error.detail.code, "detail": str(error.detail), "errors": []}
    found = list(_errors(error.detail))
    sentences = dict.fromkeys(item["message"] for item in found)
    return document | {"code": "invalid", "detail": " ".join(sentences), "errors": found}


def _errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten DRF's nested errors; ``field`` is a path such as ``execution_times.times.0``, empty for the whole."""
    if isinstance(detail, Mapping):
        for key, below in detail.items():
            own = key in (api_settings.NON_FIELD_ERRORS_KEY, "detail")
            yield from _errors(below, path if own else f"{path}.{key}" if path else str(key))
    elif isinstance(detail, Sequence) and not isinstance(detail, str):
        for below in detail:
            yield from _errors(below, path)
    else:
        yield {"field": path, "code": getattr(detail, "code", None) or "invalid", "message": str(detail)}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, round(wait)))
    return headers
