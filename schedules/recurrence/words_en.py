"""English sentences for definitions."""

from schedules.recurrence.calendars import BY_CODE
from schedules.recurrence.clock import local_time
from schedules.recurrence.cron_words_en import ORDINALS, cron_sentence_en
from schedules.recurrence.definition import DEFAULT_EXCHANGE, DEFAULT_TIMEZONE, Definition
from schedules.recurrence.month_days import MonthDay
from schedules.recurrence.phrases_en import (
    WEEKDAYS,
    and_en,
    date_en,
    duration_en,
    every_week_en,
    moment_en,
    numbered_days_en,
    ordinal_en,
    times_en,
)
from schedules.recurrence.zone_words import zone_en
from schedules.recurrence.zones import find_zone

_MAX_LISTED_DATES = 3


def sentence(rule: Definition) -> str:
    """Return ``rule`` in English, without a full stop."""
    notes = [note for note in _notes(rule) if note]
    main = _main(rule)
    return main[0].upper() + main[1:] + (f" ({'; '.join(notes)})" if notes else "")


def _main(rule: Definition) -> str:
    match rule.kind:
        case "daily":
            return f"every day at {times_en(rule.times)}"
        case "weekly":
            return f"{every_week_en(rule.weekdays)} at {times_en(rule.times)}"
        case "monthly":
            return f"{_every_month(rule)} at {times_en(rule.times)}"
        case "cron":
            assert rule.cron is not None
            return cron_sentence_en(rule.cron)
        case "interval":
            return f"every {duration_en(rule.every_seconds)}"
        case _:
            zone = find_zone(rule.timezone)
            assert zone is not None
            local = local_time(rule.at, zone)
            return f"once, on {WEEKDAYS[local.weekday()]} {moment_en(local)}"


def _notes(rule: Definition) -> list[str]:
    return [
        _short_months(rule),
        "" if rule.timezone == DEFAULT_TIMEZONE else zone_en(rule.timezone),
        _trading_days(rule),
        _anchor(rule),
        f"from {_moment(rule, rule.starts_at)}" if rule.starts_at is not None else "",
        f"until {_moment(rule, rule.ends_at)}" if rule.ends_at is not None else "",
        _excluded(rule),
    ]


def _every_month(rule: Definition) -> str:
    numbers = [day.number for day in rule.month_days if day.kind == "day"]
    if len(numbers) == 31:
        return "every day"
    days = numbered_days_en(numbers) + [_month_day(day) for day in rule.month_days if day.kind != "day"]
    return f"every month on {and_en(days)}"


def _month_day(day: MonthDay) -> str:
    match day.kind:
        case "last":
            return "the last day"
        case "nth_weekday":
            return f"the {ORDINALS[day.number]} {WEEKDAYS[day.weekday]}"
        case "last_weekday":
            return f"the last {WEEKDAYS[day.weekday]}"
        case _:
            return _trading_day(day.number)


def _trading_day(number: int) -> str:
    if number == -1:
        return "the last trading day"
    if number < 0:
        place = ORDINALS[-number] if -number < len(ORDINALS) else ordinal_en(-number)
        return f"the {place}-to-last trading day"
    return f"the {ordinal_en(number)} trading day"


def _short_months(rule: Definition) -> str:
    numbers = rule.days_that_months_lack
    if not numbers:
        return ""
    if rule.cron and rule.cron.months == (2,) and numbers == (29,):
        return "leap years only"
    if rule.short_months == "last_day":
        missing = f"without the {ordinal_en(numbers[0])}" if len(numbers) == 1 else "that lack one of these days"
        return f"on the last day of months {missing}"
    return f"not in months without the {ordinal_en(numbers[0])}" if len(numbers) == 1 else "where the month has them"


def _trading_days(rule: Definition) -> str:
    if rule.exchange is None:
        return ""
    exchange = BY_CODE[rule.exchange].en
    match rule.trading_day_rule:
        case "skip":
            return f"only on trading days of the {exchange}"
        case "next":
            return f"moved to the next trading day when the {exchange} is closed"
        case "previous":
            return f"moved to the previous trading day when the {exchange} is closed"
        case _:
            return "" if rule.exchange == DEFAULT_EXCHANGE else f"trading days of the {exchange}"


def _anchor(rule: Definition) -> str:
    if rule.kind != "interval" or rule.anchor == rule.starts_at:
        return ""
    return f"counted from {_moment(rule, rule.anchor)}"


def _excluded(rule: Definition) -> str:
    dates = rule.excluded_dates
    if not dates:
        return ""
    shown = [date_en(day) for day in dates[:_MAX_LISTED_DATES]]
    rest = len(dates) - _MAX_LISTED_DATES
    if rest > 0:
        shown.append("1 more date" if rest == 1 else f"{rest} more dates")
    return f"except {and_en(shown)}"


def _moment(rule: Definition, instant: int) -> str:
    zone = find_zone(rule.timezone)
    assert zone is not None
    return moment_en(local_time(instant, zone))
