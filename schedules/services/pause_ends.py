"""When a pause ends by itself: at the beginning of a trading day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from schedules.exceptions import TradingDayUnknown
from schedules.models import APIEndpointSchedule
from schedules.models.definitions import ExceptionalDays, exceptional_days_by_exchange
from schedules.recurrence import ExceptionalDay, day_status
from schedules.recurrence.clock import as_datetime, first_instant, naive
from schedules.recurrence.zones import find_zone

#: Longer than any closure of an exchange.
MOST_DAYS = 40


def next_trading_day(schedule: APIEndpointSchedule, now: datetime, days: ExceptionalDays | None = None) -> date:
    """Return the first day after today on which the schedule's exchange is open; days are those of its zone.

    ``days`` are the staff's, for whoever asks for many schedules. Raises TradingDayUnknown where the calendar does not
    reach.
    """
    known = exceptional_days_by_exchange() if days is None else days
    table = [
        ExceptionalDay(date.fromisoformat(day["on"]), day["is_open"], day["ja"], day["en"])
        for day in known.get(schedule.exchange, ())
    ]
    today = now.astimezone(_zone(schedule)).date()
    for away in range(1, MOST_DAYS):
        day = today + timedelta(days=away)
        try:
            status = day_status(schedule.exchange, day, table)
        except KeyError:
            break
        if status.is_open:
            return day
        if status.state == "unknown":
            break
    raise TradingDayUnknown(schedule.name, schedule.exchange)


def start_of_next_trading_day(schedule: APIEndpointSchedule, now: datetime) -> datetime:
    """Return the first instant of ``next_trading_day``; what runs at midnight of it runs. Raises TradingDayUnknown."""
    day = next_trading_day(schedule, now)
    return as_datetime(first_instant(naive(day.toordinal(), 0), _zone(schedule)))


def _zone(schedule: APIEndpointSchedule) -> ZoneInfo:
    return find_zone(schedule.timezone) or ZoneInfo("Asia/Tokyo")
