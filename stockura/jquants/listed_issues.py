"""Read the rows of ``/equities/master`` and refuse a list that contradicts itself.

Pure reading: what changed against an earlier list is decided elsewhere.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .errors import BadPayload

#: Longest text taken from a row, in characters; the longest name seen in 2026 had 114.
MAX_TEXT_LENGTH = 255

#: How many offending codes a message names.
MAX_NAMED = 5

#: Four characters of the ticker and a fifth that is 0 for common stock. Letters occur since January 2024.
CODE = re.compile(r"[0-9A-Z]{5}")

#: Signs that JSON can carry and a database cannot: NUL, and halves of a surrogate pair.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ListedIssue:
    """One issue as listed on a date. An empty text means: J-Quants did not say (null, or the field is absent).

    ``code`` has five characters and is never a number: "130A0" is one, and so is "00010". The dash that
    J-Quants gives as ``scale`` is a known value (in no TOPIX size class), not an unknown one.
    """

    code: str
    name: str
    name_en: str
    sector_17: str
    sector_33: str
    scale: str
    market: str
    margin: str
    product_category: str


@dataclass(frozen=True, slots=True)
class ListedIssues:
    """A complete list: the issues, each code once, and the date that the list is valid for."""

    as_of: dt.date
    issues: tuple[ListedIssue, ...]


def read_listed_issues(rows: Sequence[Mapping[str, Any]]) -> ListedIssues:
    """Return the list that ``rows`` are, or raise ``BadPayload`` with what is wrong with them.

    Refused: no rows; rows of different dates (the list was renewed while it was being read); a code twice; a
    missing or malformed Code; a missing CoName or Mkt. Unknown fields are ignored, and so is the absence of
    any other field: J-Quants has added fields before.
    """
    if not rows:
        raise BadPayload(
            _(
                "J-Quants answered with an empty list of companies, which cannot be right. Nothing was changed. "
                "Look at J-Quants' notices; the next run tries again."
            )
        )
    issues = tuple(_read_row(row) for row in rows)
    _refuse_duplicates(issues)
    return ListedIssues(as_of=_single_date(rows), issues=issues)


def _read_row(row: Mapping[str, Any]) -> ListedIssue:
    if not isinstance(row, Mapping):
        raise BadPayload(_("J-Quants sent a row that is no object: %(row)s.") % {"row": _short(row)})
    code = row.get("Code")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise BadPayload(
            _(
                "J-Quants sent a row whose Code is %(code)s. A code is a text of five digits or capital letters "
                'such as "72030" or "130A0". Nothing was changed.'
            )
            % {"code": _short(code)}
        )
    return ListedIssue(
        code=code,
        name=_required(row, "CoName", code),
        name_en=_optional(row, "CoNameEn", code),
        sector_17=_optional(row, "S17", code),
        sector_33=_optional(row, "S33", code),
        scale=_optional(row, "ScaleCat", code),
        market=_required(row, "Mkt", code),
        margin=_optional(row, "Mrgn", code),
        product_category=_optional(row, "ProdCat", code),
    )


def _required(row: Mapping[str, Any], field: str, code: str) -> str:
    if text := _optional(row, field, code):
        return text
    raise BadPayload(
        _("J-Quants sent no %(field)s for the issue %(code)s, and that field is always present. Nothing was changed.")
        % {"field": field, "code": code}
    )


def _optional(row: Mapping[str, Any], field: str, code: str) -> str:
    value = row.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH or UNSTORABLE.search(value):
        raise BadPayload(
            _(
                "J-Quants sent %(value)s as %(field)s of the issue %(code)s. Expected is a text of at most "
                "%(length)d characters. Nothing was changed."
            )
            % {"value": _short(value), "field": field, "code": code, "length": MAX_TEXT_LENGTH}
        )
    return value.strip()


def _refuse_duplicates(issues: Sequence[ListedIssue]) -> None:
    twice = sorted(code for code, count in Counter(issue.code for issue in issues).items() if count > 1)
    if twice:
        raise BadPayload(
            _(
                "J-Quants sent some codes more than once (%(codes)s), so the list is not whole. "
                "Nothing was changed."
            )
            % {"codes": _some(twice)}
        )


def _single_date(rows: Sequence[Mapping[str, Any]]) -> dt.date:
    dates = sorted({str(row.get("Date")) for row in rows})
    if len(dates) > 1:
        raise BadPayload(
            _(
                "J-Quants sent rows of different dates (%(dates)s): the list was probably renewed while it was "
                "being read. Nothing was changed; the next run reads it anew."
            )
            % {"dates": _some(dates)}
        )
    try:
        return dt.date.fromisoformat(dates[0])
    except ValueError as error:
        raise BadPayload(
            _("J-Quants sent rows with the Date %(date)s. Expected is a date such as 2026-05-29. Nothing was changed.")
            % {"date": _short(dates[0])}
        ) from error


def _some(values: Sequence[str]) -> str:
    return ", ".join(values[:MAX_NAMED]) + (" …" if len(values) > MAX_NAMED else "")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
