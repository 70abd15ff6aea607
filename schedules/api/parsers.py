"""Reading request bodies: what the product cannot store or compute with is refused here, once for all fields."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from schedules.json_walk import MAX_DEPTH, TooDeep, values_in

#: A schedule with every field filled needs a few kilobytes.
MAX_BODY_BYTES = 1_000_000


class BodyTooLarge(APIException):
    """The body is longer than any honest one."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is longer than 1,000,000 bytes. Send one schedule at a time.")
    default_code = "body_too_large"


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 has it, in UTF-8, with texts and numbers that every database can hold.

    PostgreSQL stores no NUL in texts, UTF-8 has no lone surrogates, and JSON has no infinity (which Python reads
    from 1e999): each would be an error far from the person who can mend it.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge
        try:
            data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        except UnicodeDecodeError as error:
            message = _("The body is not UTF-8: byte %(position)d cannot be read. Send JSON in UTF-8.")
            raise ParseError(message % {"position": error.start}) from error
        except RecursionError as error:
            raise ParseError(_too_deep()) from error
        except ValueError as error:
            raise ParseError(_("The body is not JSON: %(cause)s.") % {"cause": error}) from error
        _refuse_unusable(data)
        return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")


def _refuse_unusable(data: Any) -> None:
    """Raise ParseError for depth, NUL, lone surrogates and numbers beyond a double."""
    try:
        for value in values_in(data):
            if isinstance(value, str):
                _refuse_unusable_text(value)
            elif isinstance(value, float) and not math.isfinite(value):
                raise ParseError(_("A number in the body is too large to be kept. Write a smaller one."))
    except TooDeep as error:
        raise ParseError(_too_deep()) from error


def _refuse_unusable_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError(_("A text in the body holds the character U+0000, which cannot be stored. Leave it out."))
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise ParseError(_("A text in the body holds half of a surrogate pair. Send whole characters."))


def _too_deep() -> str:
    return _("The body nests lists and objects more than %(depth)d deep. A schedule needs three.") % {
        "depth": MAX_DEPTH
    }
