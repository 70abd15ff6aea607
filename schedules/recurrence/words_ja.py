"""Japanese sentences for definitions."""

from collections.abc import Sequence
from datetime import date, datetime

from schedules.recurrence.calendars import BY_CODE
from schedules.recurrence.clock import local_time
from schedules.recurrence.cron_expression import CronExpression
from schedules.recurrence.definition import DEFAULT_EXCHANGE, DEFAULT_TIMEZONE, Definition
from schedules.recurrence.grouping import Hourly, Listed, Stepped, even_step, runs, time_shape
from schedules.recurrence.month_days import MonthDay
from schedules.recurrence.times import text_of
from schedules.recurrence.zone_words import zone_ja
from schedules.recurrence.zones import find_zone

WEEKDAYS = "月火水木金土日"
_MAX_LISTED_DATES = 3


def sentence(rule: Definition) -> str:
    """Return ``rule`` in Japanese, without a full stop."""
    notes = [note for note in _notes(rule) if note]
    return _main(rule) + (f"（{'、'.join(notes)}）" if notes else "")


def _main(rule: Definition) -> str:
    match rule.kind:
        case "daily":
            return f"毎日 {_times(rule.times)}"
        case "weekly":
            return f"{_every_week(rule.weekdays)} {_times(rule.times)}"
        case "monthly":
            return f"毎月{'・'.join(_month_days(rule.month_days))} {_times(rule.times)}"
        case "cron":
            assert rule.cron is not None
            return _cron(rule.cron)
        case "interval":
            return f"{_duration(rule.every_seconds)}ごと"
        case _:
            return f"{_moment(rule, rule.at)}に1回だけ"


def _notes(rule: Definition) -> list[str]:
    return [
        _short_months(rule),
        _zone(rule),
        _trading_days(rule),
        _anchor(rule),
        f"{_moment(rule, rule.starts_at)}から" if rule.starts_at is not None else "",
        f"{_moment(rule, rule.ends_at)}まで" if rule.ends_at is not None else "",
        _excluded(rule),
    ]


def _times(times: Sequence[int]) -> str:
    return "、".join(map(_time, times))


def _time(seconds: int) -> str:
    text = text_of(seconds).removeprefix("0")
    if seconds < 86_400:
        return text
    return f"{text}（翌日{text_of(seconds - 86_400).removeprefix('0')}）"


def _weekday_names(weekdays: Sequence[int]) -> str:
    parts = []
    for first, last in runs(weekdays):
        if last - first >= 2:
            parts.append(f"{WEEKDAYS[first]}〜{WEEKDAYS[last]}")
        else:
            parts.extend(WEEKDAYS[day] for day in range(first, last + 1))
    return "・".join(parts)


def _every_week(weekdays: Sequence[int]) -> str:
    if len(weekdays) == 7:
        return "毎日"
    return f"毎週{_weekday_names(weekdays)}" + ("曜日" if len(weekdays) == 1 else "")


def _month_days(days: Sequence[MonthDay]) -> list[str]:
    numbers = [day.number for day in days if day.kind == "day"]
    return _numbered_days(numbers) + [_month_day(day) for day in days if day.kind != "day"]


def _numbered_days(numbers: Sequence[int]) -> list[str]:
    if len(numbers) == 31:
        return ["1日〜31日"]
    step = even_step(numbers)
    if step and step > 1 and len(numbers) > 4:
        return [f"{numbers[0]}日から{numbers[-1]}日まで{step}日ごと"]
    parts = []
    for first, last in runs(numbers):
        if last - first >= 2:
            parts.append(f"{first}日〜{last}日")
        else:
            parts.extend(f"{day}日" for day in range(first, last + 1))
    return parts


def _month_day(day: MonthDay) -> str:
    match day.kind:
        case "last":
            return "末日"
        case "nth_weekday":
            return f"第{day.number}{WEEKDAYS[day.weekday]}曜日"
        case "last_weekday":
            return f"最終{WEEKDAYS[day.weekday]}曜日"
        case _:
            return _trading_day(day.number)


def _trading_day(number: int) -> str:
    if number > 0:
        return f"第{number}営業日"
    if number == -1:
        return "最終営業日"
    if number == -2:
        return "最終営業日の前営業日"
    return f"月末から{-number}番目の営業日"


def _short_months(rule: Definition) -> str:
    numbers = [day.number for day in rule.month_days if day.kind == "day" and day.number > 28]
    if not numbers or any(day.kind == "last" for day in rule.month_days):
        return ""
    missing = "・".join(f"{number}日" for number in numbers)
    return f"{missing}がない月は" + ("末日" if rule.short_months == "last_day" else "実行しない")


def _zone(rule: Definition) -> str:
    return "" if rule.timezone == DEFAULT_TIMEZONE else zone_ja(rule.timezone)


def _trading_days(rule: Definition) -> str:
    if rule.exchange is None:
        return ""
    exchange = BY_CODE[rule.exchange].short_ja
    match rule.trading_day_rule:
        case "skip":
            return f"{exchange}の営業日のみ"
        case "next":
            return f"{exchange}の休業日に当たるときは翌営業日"
        case "previous":
            return f"{exchange}の休業日に当たるときは前営業日"
        case _:
            return "" if rule.exchange == DEFAULT_EXCHANGE else f"営業日は{exchange}の暦による"


def _anchor(rule: Definition) -> str:
    if rule.kind != "interval" or rule.anchor == rule.starts_at:
        return ""
    return f"{_moment(rule, rule.anchor)}を起点"


def _excluded(rule: Definition) -> str:
    dates = rule.excluded_dates
    if not dates:
        return ""
    shown = "・".join(map(date_ja, dates[:_MAX_LISTED_DATES]))
    rest = len(dates) - _MAX_LISTED_DATES
    return f"{shown}ほか{rest}日を除く" if rest > 0 else f"{shown}を除く"


def _moment(rule: Definition, instant: int) -> str:
    zone = find_zone(rule.timezone)
    assert zone is not None
    local = local_time(instant, zone)
    return f"{date_ja(local)}（{WEEKDAYS[local.weekday()]}） {_clock(local)}"


def date_ja(day: date) -> str:
    """Return a date, 2026年12月31日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _clock(local: datetime) -> str:
    return text_of(local.hour * 3600 + local.minute * 60 + local.second).removeprefix("0")


def _duration(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days and not (hours or minutes or seconds):
        # A day of 24 hours, also when the clocks change; a daily rule would keep the time of day.
        return f"{days * 24}時間" if days == 1 else f"{days}日（{days * 24}時間）"
    parts = ((days, "日"), (hours, "時間"), (minutes, "分"), (seconds, "秒"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def _cron(cron: CronExpression) -> str:
    days, times = _cron_days(cron), _cron_times(cron)
    shape = time_shape(cron)
    # "Every day every five minutes" says no more than "every five minutes".
    if days == "毎日" and (
        (isinstance(shape, Stepped) and shape.whole_day) or (isinstance(shape, Hourly) and len(shape.hours) == 24)
    ):
        return times
    return f"{days} {times}"


def _cron_times(cron: CronExpression) -> str:
    match time_shape(cron):
        case Listed(times):
            return _times([time * 60 for time in times])
        case Stepped(step, first, last, whole_day):
            every = "毎分" if step == 1 else f"{_duration(step * 60)}ごと"
            return every if whole_day else f"{_time(first * 60)}から{_time(last * 60)}まで{every}"
        case Hourly(minutes, hours):
            if len(hours) == 24:
                return f"毎時{_minutes(minutes)}"
            return f"{_hours(hours)}の{_minutes(minutes)}"


def _hours(hours: Sequence[int]) -> str:
    return "・".join(f"{a}時台" if a == b else f"{a}〜{b}時台" for a, b in runs(hours))


def _minutes(minutes: Sequence[int]) -> str:
    step = even_step(minutes)
    if len(minutes) == 60:
        return "毎分"
    if step and (step > 1 or len(minutes) > 3) and len(minutes) > 3:
        every = "毎分" if step == 1 else f"{step}分ごと"
        return f"{minutes[0]}分から{minutes[-1]}分まで{every}"
    return "・".join(f"{minute}分" for minute in minutes)


def _cron_days(cron: CronExpression) -> str:
    by_date, by_weekday = not cron.all_days, not cron.all_weekdays
    every_year = len(cron.months) < 12
    months = "・".join(_month_runs(cron.months)) if every_year else ""
    if cron.either_day_matches:
        # Either field matching all dates makes the other one idle.
        by_date = by_weekday = by_date and by_weekday
    if not by_date and not by_weekday:
        return f"毎年{months}の毎日" if every_year else "毎日"
    if not by_weekday:
        days = "・".join(_cron_dates(cron))
        return f"毎年{months}{'の' if len(cron.months) > 1 else ''}{days}" if every_year else f"毎月{days}"
    if not by_date:
        return _cron_weekdays(cron, f"毎年{months}の" if every_year else "")
    dates = "・".join(_cron_dates(cron))
    if cron.either_day_matches:
        weekdays = _cron_weekdays(cron, "")
        return f"{f'毎年{months}の' if every_year else '毎月'}{dates}または{weekdays}"
    prefix = f"毎年{months}の" if every_year else "毎月"
    return f"{prefix}{dates}のうち、{_weekday_set(cron)}に当たる日"


def _month_runs(months: Sequence[int]) -> list[str]:
    parts = []
    for first, last in runs(months):
        if last - first >= 2:
            parts.append(f"{first}月〜{last}月")
        else:
            parts.extend(f"{month}月" for month in range(first, last + 1))
    return parts


def _cron_dates(cron: CronExpression) -> list[str]:
    parts = _numbered_days(cron.days) if cron.days else []
    parts += [f"{day}日に最も近い平日（月〜金）" for day in cron.nearest]
    if cron.last_working_day:
        parts.append("最後の平日（月〜金）")
    if cron.last_day:
        parts.append("末日")
    return parts


def _special_weekdays(cron: CronExpression) -> list[str]:
    parts = [f"第{number}{WEEKDAYS[weekday]}曜日" for weekday, number in cron.nth]
    return parts + [f"最終{WEEKDAYS[weekday]}曜日" for weekday in cron.last_weekdays]


def _weekday_set(cron: CronExpression) -> str:
    plain = [f"{_weekday_names(cron.weekdays)}曜日"] if cron.weekdays else []
    return "・".join(plain + _special_weekdays(cron))


def _cron_weekdays(cron: CronExpression, prefix: str) -> str:
    if prefix:
        return prefix + _weekday_set(cron)
    special = "・".join(_special_weekdays(cron))
    parts = [_every_week(cron.weekdays)] if cron.weekdays else []
    if special:
        parts.append(f"毎月{special}")
    return "と".join(parts)
