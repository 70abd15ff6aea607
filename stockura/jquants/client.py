"""A thin client for J-Quants API V2: one GET, repeated where that helps, followed over its pages.

Not the official client: that one needs pandas, repeats a refused request four times in 30 ms, and reads hidden
configuration files. Facts about the service come from its documentation, https://jpx-jquants.com/spec.

What is waited for here, and what is left to the caller: faults that pass in seconds (5xx, a cut connection, an
unreadable answer) are tried again here. A 429 asks for minutes of quiet, and a worker has better things to do:
it rises as ``RateLimited`` and the task comes back later.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import tenacity
from django.utils.translation import gettext as _

from .answers import Page, read_answer
from .errors import BadPayload, BadRequest, JQuantsError, PlanError, RateLimited, Unavailable
from .listed_issues import ListedIssues, read_listed_issues
from .pacing import Pace, shared_pace
from .secret import ApiKey

logger = logging.getLogger(__name__)

BASE_URL = "https://api.jquants.com/v2"
USER_AGENT = "stockura-schedules"

#: Tries of one request, the first included.
MAX_TRIES = 4
#: Longest pause between two tries, in seconds.
MAX_PAUSE_SECONDS = 20.0

#: Longest wait for the plan's pace before the first page, in seconds. Beyond it the caller comes back later.
MAX_PACE_WAIT_SECONDS = 10.0

#: Told after each page: how many rows have come so far.
OnPage = Callable[[int], None]


class JQuantsClient:
    """Asks J-Quants with one key. Use it as a context manager; it holds a connection.

    ``requests_per_minute`` is the plan's limit (5, 60, 120 or 500), kept by all clients of this process
    together unless a ``pace`` of its own is given. Timeouts are seconds: to connect, and between two pieces
    of the answer. ``first_pause_seconds`` grows exponentially, with jitter, up to 20 seconds.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = BASE_URL,
        requests_per_minute: int = 5,
        connect_timeout: float = 5.0,
        read_timeout: float = 30.0,
        first_pause_seconds: float = 1.0,
        pace: Pace | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = ApiKey(api_key)
        self._pace = pace or shared_pace(self.base_url, requests_per_minute)
        self._timeouts = (connect_timeout, read_timeout)
        self._first_pause_seconds = first_pause_seconds
        self._sleep = sleep
        self._session = requests.Session()
        self._session.auth = self._key
        self._session.headers["User-Agent"] = USER_AGENT
        # The stand-in lies behind no proxy, whatever HTTP_PROXY says; requests, unlike browsers, would ask it.
        self._session.trust_env = not _is_this_machine(self.base_url)

    def __repr__(self) -> str:
        return f"JQuantsClient({self.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def listed_issues(self, on: dt.date | None = None, *, on_page: OnPage | None = None) -> ListedIssues:
        """Return every issue listed on ``on``; without it, the newest list that the plan gives.

        A day without trading is answered with the list of the next business day; ``as_of`` says which one
        came. Without a date the Free plan, whose window ends twelve weeks ago, may refuse today: then the end
        of the window that it names is asked for. Raises a ``JQuantsError``.
        """
        path = "/equities/master"
        if on:
            return read_listed_issues(self.rows(path, {"date": on.isoformat()}, on_page=on_page))
        try:
            rows = self.rows(path, on_page=on_page)
        except PlanError as error:
            if not error.covers_to:
                raise
            logger.info("jquants.window path=%s covers_to=%s", path, error.covers_to)
            rows = self.rows(path, {"date": error.covers_to.isoformat()}, on_page=on_page)
        return read_listed_issues(rows)

    def rows(
        self, path: str, parameters: Mapping[str, str] | None = None, *, on_page: OnPage | None = None
    ) -> list[dict[str, Any]]:
        """Return the rows of all pages of ``path`` (such as "/markets/calendar"); none is an empty list.

        Raises a ``JQuantsError``; ``BadPayload`` when a pagination key comes twice, which would never end.
        """
        query = dict(parameters or {})
        rows: list[dict[str, Any]] = []
        seen: set[str] = set()
        while True:
            page = self._page(path, query, is_first=not seen)
            rows.extend(page.rows)
            if on_page:
                on_page(len(rows))
            if not page.next_key:
                return rows
            if page.next_key in seen:
                raise BadPayload(
                    _("J-Quants sent the same pagination key twice, so its pages would never end. Nothing was changed.")
                )
            seen.add(page.next_key)
            query["pagination_key"] = page.next_key

    def _page(self, path: str, query: Mapping[str, str], *, is_first: bool) -> Page:
        """One page, tried again after faults that pass."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((Unavailable, BadPayload)),
            stop=tenacity.stop_after_attempt(MAX_TRIES),
            wait=tenacity.wait_exponential_jitter(
                initial=self._first_pause_seconds, max=MAX_PAUSE_SECONDS, jitter=self._first_pause_seconds
            ),
            sleep=self._sleep,
            before_sleep=_log_retry,
            reraise=True,
        )
        return retrying(self._try_page, path, query, is_first=is_first)

    def _try_page(self, path: str, query: Mapping[str, str], *, is_first: bool) -> Page:
        self._keep_pace(is_first=is_first)
        started = time.monotonic()
        try:
            # Redirects are not followed: requests would carry x-api-key along to any other host.
            response = self._session.get(
                self.base_url + path, params=query, timeout=self._timeouts, allow_redirects=False
            )
            page = read_answer(response)
        except JQuantsError as error:
            # A server may repeat in its message what it was sent.
            error.args = tuple(self._key.removed_from(str(part)) for part in error.args)
            raise
        except requests.Timeout as error:
            raise Unavailable(
                _("J-Quants did not answer in time (%(connect)g s to connect, %(read)g s to answer). Try again later.")
                % {"connect": self._timeouts[0], "read": self._timeouts[1]}
            ) from error
        except (requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema, requests.exceptions.InvalidURL):
            raise BadRequest(
                _('JQUANTS_BASE_URL is "%(url)s", which is no web address. Write for example %(example)s.')
                % {"url": self.base_url, "example": BASE_URL}
            ) from None
        except requests.RequestException as error:
            raise Unavailable(
                _(
                    "J-Quants could not be reached at %(url)s, or the connection broke off. "
                    "Check the network and JQUANTS_BASE_URL; try again later."
                )
                % {"url": self.base_url}
            ) from error
        logger.info(
            "jquants.answered path=%s status=%d rows=%d seconds=%.2f",
            path, response.status_code, len(page.rows), time.monotonic() - started,
        )  # fmt: skip
        return page

    def _keep_pace(self, *, is_first: bool) -> None:
        """Wait until the plan allows a request.

        Later pages are waited for however long it takes (at most a minute each): giving up would throw away
        the pages that have come, and asking for them again would cost the same requests again.
        """
        while wait := self._pace.take():
            if is_first and wait > MAX_PACE_WAIT_SECONDS:
                raise RateLimited(
                    _(
                        "The J-Quants plan allows %(limit)d requests a minute, and they are used up. "
                        "The next one waits %(seconds)d seconds."
                    )
                    % {"limit": self._pace.per_minute, "seconds": wait + 1},
                    retry_after=wait + 1,
                )
            self._sleep(wait)


def _is_this_machine(url: str) -> bool:
    try:
        return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
    except ValueError:
        return False  # no address at all: the request will say so


def _log_retry(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    logger.warning(
        "jquants.retry attempt=%d pause_seconds=%.1f error=%s: %s",
        state.attempt_number, state.upcoming_sleep, type(error).__name__, error,
    )  # fmt: skip
