"""English sentences for definitions."""

from collections.abc import Sequence
from datetime import date, datetime

from schedules.recurrence.calendars import BY_CODE
from schedules.recurrence.clock import local_time
from schedules.recurrence.cron_expression import CronExpression
from schedules.recurrence.definition import DEFAULT_EXCHANGE, DEFAULT_TIMEZONE, Definition
from schedules.recurrence.grouping import Hourly, Listed, Stepped, even_step, runs, time_shape
from schedules.recurrence.month_days import MonthDay
from schedules.recurrence.times import text_of
from schedules.recurrence.zone_words import zone_en
from schedules.recurrence.zones import find_zone

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth")
_MAX_LISTED_DATES = 3


def sentence(rule: Definition) -> str:
    """Return ``rule`` in English, without a full stop."""
    notes = [note for note in _notes(rule) if note]
    main = _main(rule)
    return main[0].upper() + main[1:] + (f" ({'; '.join(notes)})" if notes else "")


def _main(rule: Definition) -> str:
    match rule.kind:
        case "daily":
            return f"every day at {_times(rule.times)}"
        case "weekly":
            return f"{_every_week(rule.weekdays)} at {_times(rule.times)}"
        case "monthly":
            return f"every month on {_and(_month_days(rule.month_days))} at {_times(rule.times)}"
        case "cron":
            assert rule.cron is not None
            return _cron(rule.cron)
        case "interval":
            return f"every {_duration(rule.every_seconds)}"
        case _:
            return f"once, on {_moment(rule, rule.at)}"


def _notes(rule: Definition) -> list[str]:
    return [
        _short_months(rule),
        _zone_note(rule),
        _trading_days(rule),
        _anchor(rule),
        f"from {_moment(rule, rule.starts_at)}" if rule.starts_at is not None else "",
        f"until {_moment(rule, rule.ends_at)}" if rule.ends_at is not None else "",
        _excluded(rule),
    ]


def _and(parts: Sequence[str], word: str = "and") -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _times(times: Sequence[int]) -> str:
    return _and([_time(time) for time in times])


def _time(seconds: int) -> str:
    text = text_of(seconds).removeprefix("0")
    if seconds < 86_400:
        return text
    return f"{text} ({text_of(seconds - 86_400).removeprefix('0')} the next day)"


def _ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _every_week(weekdays: Sequence[int]) -> str:
    return "every day" if len(weekdays) == 7 else f"every {_weekday_names(weekdays)}"


def _weekday_names(weekdays: Sequence[int]) -> str:
    parts = []
    for first, last in runs(weekdays):
        if last - first >= 2:
            parts.append(f"{WEEKDAYS[first]} to {WEEKDAYS[last]}")
        else:
            parts.extend(WEEKDAYS[day] for day in range(first, last + 1))
    return _and(parts)


def _month_days(days: Sequence[MonthDay]) -> list[str]:
    numbers = [day.number for day in days if day.kind == "day"]
    return _numbered_days(numbers) + [_month_day(day) for day in days if day.kind != "day"]


def _numbered_days(numbers: Sequence[int]) -> list[str]:
    step = even_step(numbers)
    if step and step > 1 and len(numbers) > 4:
        return [f"every {_ordinal(step)} day from the {_ordinal(numbers[0])} to the {_ordinal(numbers[-1])}"]
    parts = []
    for first, last in runs(numbers):
        if last - first >= 2:
            parts.append(f"the {_ordinal(first)} to the {_ordinal(last)}")
        else:
            parts.extend(f"the {_ordinal(day)}" for day in range(first, last + 1))
    return parts


def _month_day(day: MonthDay) -> str:
    match day.kind:
        case "last":
            return "the last day"
        case "nth_weekday":
            return f"the {_ORDINALS[day.number]} {WEEKDAYS[day.weekday]}"
        case "last_weekday":
            return f"the last {WEEKDAYS[day.weekday]}"
        case _:
            return _trading_day(day.number)


def _trading_day(number: int) -> str:
    if number == -1:
        return "the last trading day"
    if number < 0:
        return f"the {_ordinal(-number)}-last trading day"
    return f"the {_ordinal(number)} trading day"


def _short_months(rule: Definition) -> str:
    numbers = [day.number for day in rule.month_days if day.kind == "day" and day.number > 28]
    if not numbers or any(day.kind == "last" for day in rule.month_days):
        return ""
    missing = _and([f"the {_ordinal(number)}" for number in numbers], "or")
    action = "on the last day of" if rule.short_months == "last_day" else "not in"
    return f"{action} months without {missing}"


def _zone_note(rule: Definition) -> str:
    return "" if rule.timezone == DEFAULT_TIMEZONE else zone_en(rule.timezone)


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
    return f"except {_and(shown)}"


def date_en(day: date) -> str:
    """Return a date, 31 December 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _moment(rule: Definition, instant: int) -> str:
    zone = find_zone(rule.timezone)
    assert zone is not None
    local = local_time(instant, zone)
    return f"{WEEKDAYS[local.weekday()]} {date_en(local)} at {_clock(local)}"


def _clock(local: datetime) -> str:
    return text_of(local.hour * 3600 + local.minute * 60 + local.second).removeprefix("0")


def _duration(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days and not (hours or minutes or seconds):
        # A day of 24 hours, also when the clocks change; a daily rule would keep the time of day.
        return "24 hours" if days == 1 else f"{days} days ({days * 24} hours)"
    units = ((days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second"))
    parts = [(number, unit) for number, unit in units if number]
    if len(parts) == 1 and parts[0][0] == 1:
        return parts[0][1]
    return _and([f"{number} {unit}{'s' if number > 1 else ''}" for number, unit in parts])


def _cron(cron: CronExpression) -> str:
    days, times = _cron_days(cron), _cron_times(cron)
    shape = time_shape(cron)
    # "Every day every five minutes" says no more than "every five minutes".
    if days == "every day" and (
        (isinstance(shape, Stepped) and shape.whole_day) or (isinstance(shape, Hourly) and len(shape.hours) == 24)
    ):
        return times
    return f"{days} {times}" if isinstance(shape, Listed) else f"{days}, {times}"


def _cron_times(cron: CronExpression) -> str:
    match time_shape(cron):
        case Listed(times):
            return f"at {_times([time * 60 for time in times])}"
        case Stepped(step, first, last, whole_day):
            every = f"every {_duration(step * 60)}"
            return every if whole_day else f"{every} from {_time(first * 60)} to {_time(last * 60)}"
        case Hourly(minutes, hours):
            if len(hours) == 24:
                return f"every hour {_minutes(minutes)}"
            return f"{_hours(hours)} {_minutes(minutes)}"


def _hours(hours: Sequence[int]) -> str:
    parts = [f"{a}" if a == b else f"{a} to {b}" for a, b in runs(hours)]
    return f"in the hour{'s' if len(hours) > 1 else ''} {_and(parts)}"


def _minutes(minutes: Sequence[int]) -> str:
    if len(minutes) == 60:
        return "at every minute"
    step = even_step(minutes)
    if step and len(minutes) > 3:
        every = "every minute" if step == 1 else f"every {step} minutes"
        return f"{every} from minute {minutes[0]} to minute {minutes[-1]}"
    return f"at minute{'s' if len(minutes) > 1 else ''} {_and([str(minute) for minute in minutes])}"


def _cron_days(cron: CronExpression) -> str:
    by_date, by_weekday = not cron.all_days, not cron.all_weekdays
    some_months = len(cron.months) < 12
    if cron.either_day_matches:
        # Either field matching all dates makes the other one idle.
        by_date = by_weekday = by_date and by_weekday
    if not by_date and not by_weekday:
        return f"every day in {_months(cron)}" if some_months else "every day"
    if not by_weekday:
        return f"{_each_month(cron)} on {_and(_cron_dates(cron))}"
    if not by_date:
        return _cron_weekdays(cron)
    if cron.either_day_matches:
        return f"{_each_month(cron)} on {_and(_cron_dates(cron))} and also on {_weekday_set(cron)}"
    return f"{_each_month(cron)} on {_and(_cron_dates(cron))}, but only if it is {_weekday_condition(cron)}"


def _each_month(cron: CronExpression) -> str:
    return "every month" if len(cron.months) == 12 else f"every year in {_months(cron)}"


def _months(cron: CronExpression) -> str:
    parts = []
    for first, last in runs(cron.months):
        if last - first >= 2:
            parts.append(f"{MONTHS[first - 1]} to {MONTHS[last - 1]}")
        else:
            parts.extend(MONTHS[month - 1] for month in range(first, last + 1))
    return _and(parts)


def _cron_dates(cron: CronExpression) -> list[str]:
    parts = _numbered_days(cron.days) if cron.days else []
    parts += [f"the weekday (Monday to Friday) nearest to the {_ordinal(day)}" for day in cron.nearest]
    if cron.last_working_day:
        parts.append("the last weekday (Monday to Friday)")
    if cron.last_day:
        parts.append("the last day")
    return parts


def _special_weekdays(cron: CronExpression) -> list[str]:
    parts = [f"the {_ORDINALS[number]} {WEEKDAYS[weekday]}" for weekday, number in cron.nth]
    return parts + [f"the last {WEEKDAYS[weekday]}" for weekday in cron.last_weekdays]


def _weekday_set(cron: CronExpression) -> str:
    plain = ["every day" if cron.all_weekdays else f"every {_weekday_names(cron.weekdays)}"] if cron.weekdays else []
    return _and(plain + _special_weekdays(cron))


def _weekday_condition(cron: CronExpression) -> str:
    plain = [f"a {_weekday_names(cron.weekdays).replace(' and ', ' or ')}"] if cron.weekdays else []
    return _and(plain + _special_weekdays(cron), "or")


def _cron_weekdays(cron: CronExpression) -> str:
    if cron.weekdays and not _special_weekdays(cron):
        months = "" if len(cron.months) == 12 else f" in {_months(cron)}"
        return _every_week(cron.weekdays) + months
    return f"{_each_month(cron)} on {_weekday_set(cron)}"
