"""Days on which the Tokyo Stock Exchange trades, from the same calendar as the schedules'."""

import datetime as dt

from schedules.recurrence.calendars import day_status


def is_open(day: dt.date) -> bool:
    """Whether the exchange trades on ``day``.

    The calendar begins in 2010, and J-Quants' lists in 2008: between them, every weekday counts as open.
    """
    state = day_status("XTKS", day).state
    return state == "open" or (state == "unknown" and day.weekday() < 5)


def open_day_on_or_after(day: dt.date) -> dt.date:
    """Return ``day`` itself when the exchange trades on it, else the next day on which it does."""
    while not is_open(day):
        day += dt.timedelta(days=1)
    return day
