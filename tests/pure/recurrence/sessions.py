"""The dates on which exchanges traded or will trade, as exchange_calendars has them: independent of ``holidays``."""

import warnings
from datetime import date
from functools import cache

FIRST, LAST = date(2015, 1, 1), date(2027, 12, 31)


@cache
def sessions(exchange: str) -> frozenset[date]:
    """Return the trading days of an exchange from ``FIRST`` to ``LAST``."""
    with warnings.catch_warnings():
        # Of pandas, about the way exchange_calendars calls it.
        warnings.simplefilter("ignore")
        import exchange_calendars

        calendar = exchange_calendars.get_calendar(exchange, start=FIRST.isoformat(), end=LAST.isoformat())
        return frozenset(session.date() for session in calendar.sessions)
