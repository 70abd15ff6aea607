"""Which dates an exchange trades on, and why not on the others. The only module that knows ``holidays``.

A calendar is known between its bounds and nowhere else: outside them a date is neither open nor closed. The
exchange announces its holidays for this year and the next; later ones are computed from today's rules and may
still change, so ``announced_until`` tells the two apart.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import holidays

from schedules.recurrence.holiday_words import foreign_names, tokyo_names
from schedules.recurrence.phrases_en import date_en
from schedules.recurrence.phrases_ja import date_ja
from schedules.recurrence.values import Reason


@dataclass(frozen=True)
class Exchange:
    """An exchange that schedules can follow. ``code`` is its ISO 10383 code; ``short_ja`` fits into a
    sentence.
    """

    code: str
    ja: str
    en: str
    short_ja: str
    short_en: str


EXCHANGES: tuple[Exchange, ...] = (
    Exchange("XTKS", "東京証券取引所", "Tokyo Stock Exchange", "東証", "Tokyo"),
    Exchange("XNYS", "ニューヨーク証券取引所", "New York Stock Exchange", "ニューヨーク証取", "New York"),
    Exchange("XNAS", "ナスダック", "Nasdaq", "ナスダック", "Nasdaq"),
    Exchange("XLON", "ロンドン証券取引所", "London Stock Exchange", "ロンドン証取", "London"),
    Exchange("XETR", "フランクフルト（クセトラ）", "Xetra, Frankfurt", "フランクフルト証取", "Xetra"),
    Exchange("XHKG", "香港証券取引所", "Hong Kong Stock Exchange", "香港証取", "Hong Kong"),
)
BY_CODE = {exchange.code: exchange for exchange in EXCHANGES}


@dataclass(frozen=True)
class _Source:
    """Where the dates come from: name there, language, and the first and last date that were checked or
    computed.
    """

    market: str
    language: str
    first: date
    last: date


#: ``XJPX`` there is XTKS. First dates: from where each agrees, day by day, with the independent
#: exchange_calendars.
_SOURCES = {
    "XTKS": _Source("XJPX", "en_US", date(2010, 1, 1), date(2099, 12, 31)),
    "XNYS": _Source("XNYS", "en_US", date(2010, 1, 1), date(2099, 12, 31)),
    "XNAS": _Source("XNAS", "en_US", date(2010, 1, 1), date(2099, 12, 31)),
    "XLON": _Source("XLON", "en_GB", date(2010, 1, 1), date(2099, 12, 31)),
    "XETR": _Source("XETR", "en_US", date(2016, 1, 1), date(2099, 12, 31)),
    "XHKG": _Source("XHKG", "en_US", date(2015, 1, 1), date(2099, 12, 31)),
}

#: The last date that the exchanges had announced when the pinned ``holidays`` was made. Move it with the pin.
ANNOUNCED_UNTIL = date(2027, 12, 31)

SATURDAY = Reason("saturday", "土曜日", "Saturday")
SUNDAY = Reason("sunday", "日曜日", "Sunday")


@dataclass(frozen=True)
class ExceptionalDay:
    """A date on which an exchange is open or closed against its calendar; staff keep the table of them."""

    on: date
    is_open: bool
    ja: str
    en: str


@dataclass(frozen=True)
class DayStatus:
    """Whether an exchange trades on a date; ``reason`` says why it is closed, or why nothing can be said."""

    state: Literal["open", "closed", "unknown"]
    reason: Reason | None = None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


OPEN = DayStatus("open")


def exchange_bounds(code: str) -> tuple[date, date]:
    """Return the first and last date for which the calendar of exchange ``code`` is known. KeyError if
    unknown.
    """
    source = _SOURCES[code]
    return source.first, source.last


def announced_until(code: str) -> date:
    """Return the last date announced by exchange ``code``; later ones are computed from today's rules."""
    return min(ANNOUNCED_UNTIL, _SOURCES[code].last)


def day_status(
    exchange: str, on: date, exceptional_days: tuple[ExceptionalDay, ...] | list[ExceptionalDay] = ()
) -> DayStatus:
    """Return whether ``exchange`` trades on ``on``; the exceptional days are looked at first.

    Outside the calendar's bounds the state is ``unknown``, never open. Raises KeyError for an unknown
    exchange.
    """
    return TradingCalendar(exchange, tuple(exceptional_days)).status(on.toordinal())


class TradingCalendar:
    """The calendar of one exchange with its exceptional days. Dates are ordinals."""

    def __init__(self, exchange: str, exceptional_days: tuple[ExceptionalDay, ...] = ()) -> None:
        first, last = exchange_bounds(exchange)
        self.exchange = BY_CODE[exchange]
        self.first, self.last = first.toordinal(), last.toordinal()
        self._exceptional = {day.on.toordinal(): day for day in exceptional_days}

    def status(self, ordinal: int) -> DayStatus:
        """Return whether the exchange trades on the date."""
        if exception := self._exceptional.get(ordinal):
            if exception.is_open:
                return OPEN
            return DayStatus("closed", Reason("exceptional", exception.ja, exception.en))
        if not self.first <= ordinal <= self.last:
            return DayStatus("unknown", self._beyond())
        weekday = (ordinal - 1) % 7
        if weekday >= 5:
            return _SATURDAY_STATUS if weekday == 5 else _SUNDAY_STATUS
        return _closures(self.exchange.code, date.fromordinal(ordinal).year).get(ordinal, OPEN)

    def is_open(self, ordinal: int) -> bool:
        """Return whether the exchange is known to trade on the date."""
        return self.status(ordinal).state == "open"

    def trading_days(self, first: int, last: int) -> list[int]:
        """Return the open dates from ``first`` to ``last``, both included."""
        return [ordinal for ordinal in range(first, last + 1) if self.is_open(ordinal)]

    def reach(self) -> tuple[int, int]:
        """Return the first and last date that can be open: the bounds, widened by the exceptional days."""
        return min([self.first, *self._exceptional]), max([self.last, *self._exceptional])

    def knows(self, first: int, last: int) -> bool:
        """Return whether all dates from ``first`` to ``last`` lie inside the bounds."""
        return self.first <= first and last <= self.last

    def _beyond(self) -> Reason:
        first, last = date.fromordinal(self.first), date.fromordinal(self.last)
        return Reason(
            "calendar_horizon",
            f"{self.exchange.short_ja}の暦は{date_ja(first)}から{date_ja(last)}までしか分からない",
            f"the {self.exchange.short_en} calendar is known only from {date_en(first)} to {date_en(last)}",
        )


_SATURDAY_STATUS = DayStatus("closed", SATURDAY)
_SUNDAY_STATUS = DayStatus("closed", SUNDAY)


@lru_cache(maxsize=1024)
def _closures(exchange: str, year: int) -> dict[int, DayStatus]:
    """Return the closed weekdays of a year by ordinal. Weekends are left out: ``status`` knows them."""
    source = _SOURCES[exchange]
    english = holidays.financial_holidays(source.market, years=year, language=source.language)
    if exchange == "XTKS":
        japanese = holidays.financial_holidays(source.market, years=year, language="ja")
        named = {day: tokyo_names(japanese[day], name) for day, name in english.items()}
    else:
        named = {day: foreign_names(name) for day, name in english.items()}
    return {
        day.toordinal(): DayStatus("closed", Reason("holiday", ja, en))
        for day, (ja, en) in named.items()
        if day.year == year and day.weekday() < 5
    }
