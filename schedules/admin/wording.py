"""Dates, distances and durations as the pages say them, in the active language."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import formats
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from schedules.recurrence import Notice, Reason
from schedules.recurrence.zone_words import zone_en, zone_ja

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def page_language() -> str:
    """Return the active language as the recurrence knows it: ``ja`` or ``en``."""
    return "ja" if (get_language() or "").startswith("ja") else "en"


def zone_text(zone: str) -> str:
    """Return the name of a time zone, such as "New York time"."""
    return zone_ja(zone) if page_language() == "ja" else zone_en(zone)


def day_text(day: date, *, today: date) -> str:
    """Return ``day`` with its weekday; the year only where it is not the one of ``today``."""
    return _day_text(day, day.year == today.year, get_language())


# A page of a list says a thousand instants, on a few days.
@lru_cache(maxsize=2048)
def _day_text(day: date, is_this_year: bool, language: str | None) -> str:
    if is_this_year:
        # Translators: a format of Django's date filter, for a date of this year with its weekday.
        return formats.date_format(day, pgettext("date format", "D j M"))
    # Translators: a format of Django's date filter, for a date of another year with its weekday.
    return formats.date_format(day, pgettext("date format", "D j M Y"))


def time_text(local: datetime) -> str:
    """Return the time of day; seconds only where there are some."""
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def instant_text(instant: datetime, *, now: datetime) -> str:
    """Return an instant that is already in the reader's zone, such as ``12月1日(火) 08:10``."""
    return f"{day_text(instant.date(), today=now.astimezone(instant.tzinfo).date())} {time_text(instant)}"


def distance_text(instant: datetime, *, now: datetime) -> str:
    """Say how far ``instant`` is from ``now``: "in 2 h 5 min", "3 days ago". Both are aware.

    From a day on, calendar days in the zone of ``instant`` are counted, as people do.
    """
    away = abs(instant - now)
    if away < MINUTE:
        return _("now") if instant <= now else _("in under a minute")
    if away < 24 * HOUR:
        span = duration_text(away)
    else:
        days = abs((instant.date() - now.astimezone(instant.tzinfo).date()).days)
        span = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    return (_("%(span)s ago") if instant < now else _("in %(span)s")) % {"span": span}


def duration_text(span: timedelta) -> str:
    """Return a length of time in its two largest units; under a minute in seconds."""
    seconds = span.total_seconds()
    if seconds < 60:
        number = f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"
        return _("%(seconds)s s") % {"seconds": number}
    whole = int(seconds)
    days, hours, minutes, rest = whole // 86_400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return (_("%(hours)d h %(minutes)d min") if minutes else _("%(hours)d h")) % {
            "hours": hours,
            "minutes": minutes,
        }
    if rest and minutes < 10:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    return _("%(minutes)d min") % {"minutes": minutes}


def said(words: Reason | Notice | None) -> str:
    """Return a reason or a notice in the active language; empty for None."""
    if words is None:
        return ""
    return words.ja if page_language() == "ja" else words.en
