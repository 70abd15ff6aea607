"""Turn one HTTP answer of J-Quants V2 into a page of rows, or into the error that it stands for.

J-Quants uses 403 for key, plan and path alike, so the message decides. Messages seen are listed in the
tests; an unknown one falls back to what its status means most often.
"""

import datetime as dt
import email.utils
import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from requests import Response

from .errors import AuthError, BadPayload, BadRequest, JQuantsError, PlanError, RateLimited, Unavailable

#: Seconds of quiet after a 429 that names none: J-Quants says at least one minute, two to be safe.
QUIET_SECONDS = 120.0
#: A Retry-After beyond this is not believed: a proxy's mistake must not silence a schedule for a day.
#: Nor may it reach the broker's visibility timeout of 600, which would hand the waiting message out a second time.
MAX_QUIET_SECONDS = 480.0

#: Longest piece of a server's message that an error repeats, in characters.
MAX_QUOTED_LENGTH = 200

#: "Your subscription covers the following dates: 2024-04-06 ~ 2026-04-06." Paid plans leave the end empty.
WINDOW = re.compile(r"covers the following dates:\s*(\d{4}-\d{2}-\d{2})?\s*~\s*(\d{4}-\d{2}-\d{2})?")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of an answer. ``next_key`` asks for the page after it; empty on the last one."""

    rows: list[dict[str, Any]]
    next_key: str


def read_answer(response: Response) -> Page:
    """Return the page that ``response`` holds, or raise the ``JQuantsError`` that it stands for."""
    if response.status_code == 200:
        return _read_page(response)
    if response.status_code == 210:  # documented: outside the hours of the data, or an unknown code
        return Page(rows=[], next_key="")
    raise _error_of(response)


def _read_page(response: Response) -> Page:
    try:
        body = response.json()
    except ValueError as error:
        raise BadPayload(
            _(
                "J-Quants answered with something that is not JSON (it begins with %(start)s). "
                "It may be under maintenance; try again later."
            )
            % {"start": _quoted(response.text[:40])},
            status=200,
        ) from error
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise BadPayload(
            _('J-Quants answered without the list "data" that every answer has. Its API may have changed.'), status=200
        )
    next_key = body.get("pagination_key") or ""
    if not isinstance(next_key, str):
        raise BadPayload(
            _("J-Quants sent the pagination key %(key)s, and a key is a text. Its API may have changed.")
            % {"key": _quoted(repr(next_key))},
            status=200,
        )
    return Page(rows=rows, next_key=next_key)


def _error_of(response: Response) -> JQuantsError:
    status = response.status_code
    said = _message_of(response)
    if status == 429:
        return RateLimited(
            _("J-Quants received too many requests (429). The next one waits %(seconds)d seconds.")
            % {"seconds": _quiet_seconds(response)},
            status=status,
            retry_after=_quiet_seconds(response),
        )
    if status >= 500:
        return Unavailable(
            _("J-Quants reported a fault of its own (%(status)d): %(said)s. It usually passes; try again later.")
            % {"status": status, "said": _quoted(said)},
            status=status,
        )
    if status == 400 and (window := WINDOW.search(said)):
        return _outside_window(said, _date(window[1]), _date(window[2]))
    if status == 403 and ("not available on your subscription" in said or "no active subscription" in said):
        return PlanError(
            _(
                "The J-Quants subscription does not include this data: %(said)s. "
                "Check the plan in the J-Quants dashboard."
            )
            % {"said": _quoted(said)},
            status=status,
        )
    if status in (401, 403) and "requested endpoint does not exist" not in said:
        return AuthError(
            _(
                "J-Quants refused the API key (%(status)d): %(said)s. Check JQUANTS_API_KEY against the "
                "J-Quants dashboard, and restart the worker after changing it."
            )
            % {"status": status, "said": _quoted(said)},
            status=status,
        )
    return BadRequest(
        _("J-Quants refused the request (%(status)d): %(said)s. Check the arguments and JQUANTS_BASE_URL.")
        % {"status": status, "said": _quoted(said)},
        status=status,
    )


def _outside_window(said: str, covers_from: dt.date | None, covers_to: dt.date | None) -> PlanError:
    return PlanError(
        _(
            "The J-Quants plan does not cover that date: it covers %(first)s to %(last)s. "
            "Ask for a date in between, or change the plan in the J-Quants dashboard."
        )
        % {"first": covers_from or "…", "last": covers_to or _("today")},
        status=400,
        covers_from=covers_from,
        covers_to=covers_to,
    )


def _quiet_seconds(response: Response) -> float:
    """Seconds until the next request: Retry-After within 1 to 480 when it is given and readable, else 120."""
    given = response.headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdecimal():
        seconds = float(given)
    else:
        try:
            moment = email.utils.parsedate_to_datetime(given)
        except ValueError:
            return QUIET_SECONDS
        # HTTP dates are GMT; Python leaves "-0000" naive.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        seconds = (moment - dt.datetime.now(dt.UTC)).total_seconds()
    return min(max(seconds, 1.0), MAX_QUIET_SECONDS)


def _message_of(response: Response) -> str:
    """The server's own words, which it does not always have."""
    try:
        body = response.json()
    except ValueError:
        return response.reason or ""
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, str) else ""


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _quoted(text: str) -> str:
    """``text`` on one line and short, in quotes, for use inside a sentence."""
    line = " ".join(text.split()).rstrip(".")
    if not line:
        return _("no reason given")
    return f'"{line}"' if len(line) <= MAX_QUOTED_LENGTH else f'"{line[: MAX_QUOTED_LENGTH - 1]}…"'
