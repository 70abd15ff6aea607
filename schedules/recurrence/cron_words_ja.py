"""Japanese sentences for cron expressions. Exact about which dates: either field (または) or both (のみ)."""

from collections.abc import Sequence

from schedules.recurrence.cron_expression import CronExpression
from schedules.recurrence.grouping import Hourly, Listed, Stepped, even_step, fills_the_hour, runs, time_shape
from schedules.recurrence.phrases_ja import (
    WEEKDAYS,
    duration_ja,
    every_week_ja,
    months_ja,
    numbered_days_ja,
    time_ja,
    times_ja,
    weekday_names_ja,
)

_MIN_STEPPED_MINUTES = 4


def cron_sentence_ja(cron: CronExpression) -> str:
    """Return the expression in Japanese, without a full stop."""
    days, times = _days(cron), _times(cron)
    # 毎日 毎時30分 says no more than 毎時30分.
    if days == "毎日" and len(cron.hours) == 24:
        return times
    return f"{days} {times}"


def _times(cron: CronExpression) -> str:
    match time_shape(cron):
        case Listed(times):
            return times_ja([time * 60 for time in times])
        case Stepped(step, first, last, whole_day):
            every = "毎分" if step == 1 else f"{duration_ja(step * 60)}ごと"
            return every if whole_day else f"{time_ja(first * 60)}から{time_ja(last * 60)}まで{every}"
        case Hourly(minutes, hours):
            if len(hours) == 24:
                return f"毎時{_minutes(minutes)}"
            if fills_the_hour(minutes):
                return f"{_hours(hours)}に{_minutes(minutes)}"
            return f"{_hours(hours)}の{'毎時' if len(hours) > 1 else ''}{_minutes(minutes)}"


def _hours(hours: Sequence[int]) -> str:
    return "・".join(f"{a}時台" if a == b else f"{a}〜{b}時台" for a, b in runs(hours))


def _minutes(minutes: Sequence[int]) -> str:
    step = even_step(minutes)
    if not step or (len(minutes) < _MIN_STEPPED_MINUTES and not fills_the_hour(minutes)):
        return "・".join(f"{minute}分" for minute in minutes)
    every = "毎分" if step == 1 else f"{step}分ごと"
    return every if fills_the_hour(minutes) else f"{minutes[0]}分から{minutes[-1]}分まで{every}"


def _days(cron: CronExpression) -> str:
    if cron.names_every_day:
        return "毎日" if cron.all_months else f"毎年{months_ja(cron.months)}は毎日"
    if not cron.limits_dates:
        return _weekdays(cron)
    if cron.limits_weekdays and not cron.either_day_matches:
        return f"{_dates(cron)}（{_weekday_set(cron)}に当たる日のみ）"
    if not cron.limits_weekdays:
        return _dates(cron)
    if cron.all_months:
        return f"{_dates(cron)}または{_weekdays(cron)}"
    # One の for both: the weekdays, too, are those of these months only.
    return f"毎年{months_ja(cron.months)}の{'・'.join(_date_items(cron))}または{_weekday_set(cron)}"


def _dates(cron: CronExpression) -> str:
    if cron.all_months:
        return f"毎月{'・'.join(_date_items(cron))}"
    return f"毎年{months_ja(cron.months)}{'の' if len(cron.months) > 1 else ''}{'・'.join(_date_items(cron))}"


def _date_items(cron: CronExpression) -> list[str]:
    parts = numbered_days_ja(cron.days) if cron.days else []
    parts += [f"{day}日に最も近い平日（月〜金）" for day in cron.nearest]
    if cron.last_working_day:
        parts.append("最後の平日（月〜金）")
    if cron.last_day:
        parts.append("末日")
    return parts


def _weekdays(cron: CronExpression) -> str:
    if not cron.all_months:
        return f"毎年{months_ja(cron.months)}の{_weekday_set(cron)}"
    parts = [every_week_ja(cron.weekdays)] if cron.weekdays else []
    if special := "・".join(_special_weekdays(cron)):
        parts.append(f"毎月{special}")
    return "と".join(parts)


def _weekday_set(cron: CronExpression) -> str:
    plain = [f"{weekday_names_ja(cron.weekdays)}曜日"] if cron.weekdays else []
    return "・".join(plain + _special_weekdays(cron))


def _special_weekdays(cron: CronExpression) -> list[str]:
    parts = [f"第{number}{WEEKDAYS[weekday]}曜日" for weekday, number in cron.nth]
    return parts + [f"最終{WEEKDAYS[weekday]}曜日" for weekday in cron.last_weekdays]
