"""English sentences for cron expressions. Exact about which dates: either field (and also) or both (only when)."""

from collections.abc import Sequence

from schedules.recurrence.cron_expression import CronExpression
from schedules.recurrence.grouping import Hourly, Listed, Stepped, even_step, fills_the_hour, runs, time_shape
from schedules.recurrence.phrases_en import (
    MONTHS,
    WEEKDAYS,
    and_en,
    duration_en,
    every_week_en,
    in_months_en,
    numbered_days_en,
    ordinal_en,
    time_en,
    times_en,
    weekday_names_en,
)

ORDINALS = ("", "first", "second", "third", "fourth", "fifth")
_MIN_STEPPED_MINUTES = 4


def cron_sentence_en(cron: CronExpression) -> str:
    """Return the expression in English, without a capital and a full stop."""
    days, times = _days(cron), _times(cron)
    # "Every day, every five minutes" says no more than "every five minutes".
    if days == "every day" and len(cron.hours) == 24:
        return times
    return f"{days} {times}" if times.startswith("at ") else f"{days}, {times}"


def _times(cron: CronExpression) -> str:
    match time_shape(cron):
        case Listed(times):
            return f"at {times_en([time * 60 for time in times])}"
        case Stepped(step, first, last, whole_day):
            every = f"every {duration_en(step * 60)}"
            return every if whole_day else f"{every} from {time_en(first * 60)} to {time_en(last * 60)}"
        case Hourly(minutes, hours):
            return _every_hour(minutes) if len(hours) == 24 else _in_hours(minutes, hours)


def _every_hour(minutes: Sequence[int]) -> str:
    said = _minutes(minutes)
    return f"every hour {said}" if said.startswith("at ") else f"{said} of every hour"


def _in_hours(minutes: Sequence[int], hours: Sequence[int]) -> str:
    parts = [f"{a}" if a == b else f"{a} to {b}" for a, b in runs(hours)]
    where = f"in the hour{'s' if len(hours) > 1 else ''} {and_en(parts)}"
    return f"{_minutes(minutes)} {where}" if fills_the_hour(minutes) else f"{where} {_minutes(minutes)}"


def _minutes(minutes: Sequence[int]) -> str:
    step = even_step(minutes)
    if not step or (len(minutes) < _MIN_STEPPED_MINUTES and not fills_the_hour(minutes)):
        return f"at minute{'s' if len(minutes) > 1 else ''} {and_en([str(minute) for minute in minutes])}"
    every = "every minute" if step == 1 else f"every {step} minutes"
    return every if fills_the_hour(minutes) else f"{every} from minute {minutes[0]} to minute {minutes[-1]}"


def _days(cron: CronExpression) -> str:
    if cron.names_every_day:
        return "every day" if cron.all_months else f"every day {in_months_en(cron.months)}"
    if not cron.limits_dates:
        return _weekdays(cron)
    dates = and_en(_date_items(cron))
    if cron.limits_weekdays and not cron.either_day_matches:
        return f"{_on_dates(cron, dates)} (only when it is {_weekday_condition(cron)})"
    if not cron.limits_weekdays:
        return _on_dates(cron, dates)
    return f"{_each_month(cron)} on {dates} and also on {_weekday_set(cron)}"


def _on_dates(cron: CronExpression, dates: str) -> str:
    if len(cron.months) == 1:
        return f"every year on {dates} of {MONTHS[cron.months[0] - 1]}"
    return f"{_each_month(cron)} on {dates}"


def _each_month(cron: CronExpression) -> str:
    return "every month" if cron.all_months else f"every year {in_months_en(cron.months)}"


def _date_items(cron: CronExpression) -> list[str]:
    parts = numbered_days_en(cron.days) if cron.days else []
    parts += [f"the weekday (Monday to Friday) nearest to the {ordinal_en(day)}" for day in cron.nearest]
    if cron.last_working_day:
        parts.append("the last weekday (Monday to Friday)")
    if cron.last_day:
        parts.append("the last day")
    return parts


def _weekdays(cron: CronExpression) -> str:
    special = and_en(_special_weekdays(cron))
    if not special:
        return every_week_en(cron.weekdays) + ("" if cron.all_months else f" {in_months_en(cron.months)}")
    if not cron.weekdays:
        return f"{_each_month(cron)} on {special}"
    return f"{_each_month(cron)} on {every_week_en(cron.weekdays)} and also on {special}"


def _weekday_set(cron: CronExpression) -> str:
    plain = [every_week_en(cron.weekdays)] if cron.weekdays else []
    return and_en(plain + _special_weekdays(cron))


def _weekday_condition(cron: CronExpression) -> str:
    plain = [f"a {weekday_names_en(cron.weekdays, 'or')}"] if cron.weekdays else []
    return and_en(plain + _special_weekdays(cron), "or")


def _special_weekdays(cron: CronExpression) -> list[str]:
    parts = [f"the {ORDINALS[number]} {WEEKDAYS[weekday]}" for weekday, number in cron.nth]
    return parts + [f"the last {WEEKDAYS[weekday]}" for weekday in cron.last_weekdays]
