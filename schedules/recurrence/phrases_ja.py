"""Japanese phrases for times, dates, weekdays and lengths of time, of which sentences are made."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from schedules.recurrence.grouping import even_step, is_every_other_day, runs
from schedules.recurrence.times import text_of

WEEKDAYS = "月火水木金土日"
#: Fewer days than this are listed one by one, even if they are evenly spaced.
_MIN_STEPPED_DAYS = 5


def times_ja(times: Sequence[int]) -> str:
    """Return times of day in seconds, 8:10、17:40."""
    return "、".join(map(time_ja, times))


def time_ja(seconds: int) -> str:
    """Return a time of day, on the 30-hour clock with the time of the next day beside it."""
    text = text_of(seconds).removeprefix("0")
    if seconds < 86_400:
        return text
    return f"{text}（翌日{text_of(seconds - 86_400).removeprefix('0')}）"


def date_ja(day: date) -> str:
    """Return a date, 2026年12月31日."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_ja(local: datetime) -> str:
    """Return a local date and time, 2026年12月31日 8:10."""
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return f"{date_ja(local)} {text_of(seconds).removeprefix('0')}"


def duration_ja(seconds: int) -> str:
    """Return a length of time, 1時間30分."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days and not (hours or minutes or seconds):
        # A day of 24 hours, also when the clocks change; a daily rule would keep the time of day.
        return f"{days * 24}時間" if days == 1 else f"{days}日（{days * 24}時間）"
    parts = ((days, "日"), (hours, "時間"), (minutes, "分"), (seconds, "秒"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def weekday_names_ja(weekdays: Sequence[int]) -> str:
    """Return weekdays without 曜日, 月〜水・金; Monday is 0."""
    return "・".join(_spans(weekdays, lambda day: WEEKDAYS[day]))


def every_week_ja(weekdays: Sequence[int]) -> str:
    """Return 毎日, 毎週月曜日 or 毎週月・水・金."""
    if len(weekdays) == 7:
        return "毎日"
    return f"毎週{weekday_names_ja(weekdays)}" + ("曜日" if len(weekdays) == 1 else "")


def months_ja(months: Sequence[int]) -> str:
    """Return months, 1月・4月〜6月."""
    return "・".join(_spans(months, lambda month: f"{month}月"))


def numbered_days_ja(numbers: Sequence[int]) -> list[str]:
    """Return days of the month as items of a list: 1日・15日, 1日〜7日, 奇数日."""
    if is_every_other_day(numbers):
        return ["奇数日" if numbers[0] == 1 else "偶数日"]
    step = even_step(numbers)
    if step and step > 1 and len(numbers) >= _MIN_STEPPED_DAYS:
        return [f"{numbers[0]}日から{numbers[-1]}日まで{step}日ごと"]
    return _spans(numbers, lambda day: f"{day}日")


def _spans(numbers: Sequence[int], name: Callable[[int], str]) -> list[str]:
    """Return names, three and more in a row as a span."""
    parts = []
    for first, last in runs(numbers):
        if last - first >= 2:
            parts.append(f"{name(first)}〜{name(last)}")
        else:
            parts.extend(name(number) for number in range(first, last + 1))
    return parts
