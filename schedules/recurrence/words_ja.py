"""Japanese sentences for definitions."""

from schedules.recurrence.calendars import BY_CODE
from schedules.recurrence.clock import local_time
from schedules.recurrence.cron_words_ja import cron_sentence_ja
from schedules.recurrence.definition import DEFAULT_EXCHANGE, DEFAULT_TIMEZONE, Definition
from schedules.recurrence.month_days import MonthDay
from schedules.recurrence.phrases_ja import (
    WEEKDAYS,
    date_ja,
    duration_ja,
    every_week_ja,
    moment_ja,
    numbered_days_ja,
    times_ja,
)
from schedules.recurrence.zone_words import zone_ja
from schedules.recurrence.zones import find_zone

_MAX_LISTED_DATES = 3


def sentence(rule: Definition) -> str:
    """Return ``rule`` in Japanese, without a full stop."""
    notes = [note for note in _notes(rule) if note]
    return _main(rule) + (f"（{'、'.join(notes)}）" if notes else "")


def _main(rule: Definition) -> str:
    match rule.kind:
        case "daily":
            return f"毎日 {times_ja(rule.times)}"
        case "weekly":
            return f"{every_week_ja(rule.weekdays)} {times_ja(rule.times)}"
        case "monthly":
            return f"{_every_month(rule)} {times_ja(rule.times)}"
        case "cron":
            assert rule.cron is not None
            return cron_sentence_ja(rule.cron)
        case "interval":
            return f"{duration_ja(rule.every_seconds)}ごと"
        case _:
            zone = find_zone(rule.timezone)
            assert zone is not None
            local = local_time(rule.at, zone)
            date, time = moment_ja(local).split(" ")
            return f"{date}（{WEEKDAYS[local.weekday()]}）{time}に1回だけ"


def _notes(rule: Definition) -> list[str]:
    return [
        _short_months(rule),
        "" if rule.timezone == DEFAULT_TIMEZONE else zone_ja(rule.timezone),
        _trading_days(rule),
        _anchor(rule),
        f"{_moment(rule, rule.starts_at)}から" if rule.starts_at is not None else "",
        f"{_moment(rule, rule.ends_at)}まで" if rule.ends_at is not None else "",
        _excluded(rule),
    ]


def _every_month(rule: Definition) -> str:
    numbers = [day.number for day in rule.month_days if day.kind == "day"]
    if len(numbers) == 31:
        return "毎日"
    days = numbered_days_ja(numbers) + [_month_day(day) for day in rule.month_days if day.kind != "day"]
    return f"毎月{'・'.join(days)}"


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
    return f"最終営業日の{'前' if number == -2 else -number - 1}営業日{'' if number == -2 else '前'}"


def _short_months(rule: Definition) -> str:
    numbers = rule.days_that_months_lack
    if not numbers:
        return ""
    if rule.cron and rule.cron.months == (2,) and numbers == (29,):
        return "うるう年のみ"
    missing = f"{numbers[0]}日がない月は" if len(numbers) == 1 else "月にない日は"
    if rule.short_months == "last_day":
        return f"{missing}末日"
    return f"{missing}実行しない"


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
    return moment_ja(local_time(instant, zone))
