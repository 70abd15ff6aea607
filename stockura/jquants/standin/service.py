"""What J-Quants would answer: status and body for a path, a query and a key. Knows no HTTP."""

import datetime as dt
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .lists import Lists
from .pages import BadPaginationKey, page_of
from .plans import FIRST_DAY, Plan, RateLimit
from .trading_days import is_open, open_day_on_or_after

#: Messages as J-Quants words them.
NO_KEY = "The api key is required."
WRONG_KEY = "The incoming api key is invalid or expired."
UNKNOWN_ENDPOINT = (
    "The requested endpoint does not exist. Please check the URL, HTTP method, and API version:"
    "https://jpx-jquants.com/spec/"
)
OTHER_PLANS = "If you want more data, please check other plans:https://jpx-jquants.com/#dataset"

DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """Status and JSON body."""

    status: int
    body: dict[str, Any]


class Refusal(Exception):
    """The request gets an error instead of data."""

    def __init__(self, status: int, message: str) -> None:
        self.answer = Answer(status, {"message": message})
        super().__init__(message)


class Service:
    """One subscription to J-Quants.

    ``today`` gives the date in Tokyo. ``page_size`` is rows per page, ``None`` for J-Quants' own limit in
    bytes. What the Free plan does without a date is not documented: it gives the end of its window, or with
    ``refuses_undated`` an error.
    """

    def __init__(
        self,
        lists: Lists,
        *,
        plan: Plan,
        key: str,
        today: Callable[[], dt.date],
        page_size: int | None = None,
        refuses_undated: bool = False,
    ) -> None:
        self.lists = lists
        self.plan = plan
        self.today = today
        self.page_size = page_size
        self.refuses_undated = refuses_undated
        self.rate_limit = RateLimit(plan.requests_per_minute)
        self._key = key
        self._endpoints: dict[str, Callable[[Mapping[str, str]], Sequence[Mapping[str, Any]]]] = {
            "/v2/equities/master": self._master,
            "/v2/markets/calendar": self._calendar,
        }

    def answer(self, path: str, query: Mapping[str, str], key: str | None) -> Answer:
        """Return what a GET of ``path`` gives to the holder of ``key`` (``None``: no x-api-key was sent)."""
        try:
            self._check_key(key)
            endpoint = self._endpoints.get(path)
            if endpoint is None:
                raise Refusal(403, UNKNOWN_ENDPOINT)
            if not self.rate_limit.allows_one_more():
                raise Refusal(429, "Too many requests.")
            rows, next_key = page_of(endpoint(query), query=query, page_size=self.page_size)
        except Refusal as refusal:
            return refusal.answer
        except BadPaginationKey:
            return Answer(400, {"message": "The pagination_key is invalid."})
        return Answer(200, {"data": list(rows), **({"pagination_key": next_key} if next_key else {})})

    def _check_key(self, key: str | None) -> None:
        if not key:
            raise Refusal(403, NO_KEY)
        if not hmac.compare_digest(key.encode(), self._key.encode()):
            raise Refusal(403, WRONG_KEY)

    def _master(self, query: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
        rows = self.lists.on(self._list_day(_date(query, "date")))
        return [row for row in rows if _has_code(row, query["code"], rows)] if query.get("code") else rows

    def _list_day(self, asked: dt.date | None) -> dt.date:
        """The business day whose list answers a request for ``asked``."""
        today = self.today()
        last_day = self.plan.last_day(today)
        if asked is None:
            if last_day is None:
                return open_day_on_or_after(today)
            if self.refuses_undated:
                self._refuse_outside_window(today, today)
            asked = last_day
        self._refuse_outside_window(asked, today)
        # A later day is answered with the next business day, the last one whose list can be known.
        tomorrow = open_day_on_or_after(today + dt.timedelta(days=1))
        return open_day_on_or_after(max(min(asked, tomorrow), FIRST_DAY))

    def _refuse_outside_window(self, day: dt.date, today: dt.date) -> None:
        first, last = self.plan.first_day(today), self.plan.last_day(today)
        # Before the first list there is no window to be outside of: that list itself is given.
        if (first <= day or first == FIRST_DAY) and (last is None or day <= last):
            return
        window = f"Your subscription covers the following dates: {first} ~ {last or ''}."
        raise Refusal(400, window if last else f"{window} {OTHER_PLANS}")

    def _calendar(self, query: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
        """Business days (1) and others (0). Holiday trading in Osaka (3) is not told apart from 0."""
        today = self.today()
        # The days of the next year are added around the end of March.
        end_of_data = self.plan.last_day(today) or dt.date(today.year + (today.month >= 4), 12, 31)
        first = max(_date(query, "from") or FIRST_DAY, self.plan.first_day(today))
        last = min(_date(query, "to") or end_of_data, end_of_data)
        days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
        rows = [{"Date": day.isoformat(), "HolDiv": "1" if is_open(day) else "0"} for day in days]
        return [row for row in rows if query.get("hol_div") in (None, row["HolDiv"])]


def _date(query: Mapping[str, str], name: str) -> dt.date | None:
    text = query.get(name)
    if not text:
        return None
    try:
        if match := DATE.fullmatch(text):
            year, month, day = (int(part) for part in match.groups() if part)
            return dt.date(year, month, day)
    except ValueError:
        pass  # a day that does not exist: the same answer as for a text that is no date
    raise Refusal(400, f"'{name}' must be a date of the form YYYYMMDD or YYYY-MM-DD.")


def _has_code(row: Mapping[str, Any], code: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether ``code`` names this row. Four characters mean the common stock where there is one."""
    # A file's rows may lack what real ones have: that is what some files are for.
    own = str(row.get("Code"))
    if len(code) != 4:
        return own == code
    return own == f"{code}0" or (own[:4] == code and all(other.get("Code") != f"{code}0" for other in rows))
