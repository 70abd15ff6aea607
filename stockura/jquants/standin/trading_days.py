"""Days on which the Tokyo Stock Exchange trades."""

import datetime as dt

from holidays import financial_holidays

#: Its years are filled in as they are asked for.
_closed = financial_holidays("XJPX")


def is_open(day: dt.date) -> bool:
    """Whether the exchange trades on ``day``: no weekend, holiday, or 31 December to 3 January."""
    return _closed.is_working_day(day)


def open_day_on_or_after(day: dt.date) -> dt.date:
    """Return ``day`` itself when the exchange trades on it, else the next day on which it does."""
    while not is_open(day):
        day += dt.timedelta(days=1)
    return day
