"""English phrases for times, dates, weekdays and lengths of time, of which sentences are made."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from schedules.recurrence.grouping import even_step, is_every_other_day, runs
from schedules.recurrence.times import text_of

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
#: Fewer days than this are listed one by one, even if they are evenly spaced.
_MIN_STEPPED_DAYS = 5


def and_en(parts: Sequence[str], word: str = "and") -> str:
    """Return "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def times_en(times: Sequence[int]) -> str:
    """Return times of day in seconds, "8:10 and 17:40"."""
    return and_en([time_en(time) for time in times])


def time_en(seconds: int) -> str:
    """Return a time of day, on the 30-hour clock with the time of the next day beside it."""
    text = text_of(seconds).removeprefix("0")
    if seconds < 86_400:
        return text
    return f"{text} ({text_of(seconds - 86_400).removeprefix('0')} the next day)"


def date_en(day: date) -> str:
    """Return a date, 31 December 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_en(local: datetime) -> str:
    """Return a local date and time, "31 December 2026 at 8:10"."""
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return f"{date_en(local)} at {text_of(seconds).removeprefix('0')}"


def duration_en(seconds: int) -> str:
    """Return a length of time as it follows "every": "5 minutes", "hour", "1 hour 30 minutes"."""
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
    return " ".join(f"{number} {unit}{'s' if number > 1 else ''}" for number, unit in parts)


def ordinal_en(number: int) -> str:
    """Return 1st, 2nd, 3rd, 11th."""
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def weekday_names_en(weekdays: Sequence[int], word: str = "and") -> str:
    """Return weekdays, "Monday to Wednesday and Friday"; Monday is 0."""
    return and_en(_spans(weekdays, lambda day: WEEKDAYS[day]), word)


def every_week_en(weekdays: Sequence[int]) -> str:
    """Return "every day" or "every Monday"."""
    return "every day" if len(weekdays) == 7 else f"every {weekday_names_en(weekdays)}"


def in_months_en(months: Sequence[int]) -> str:
    """Return "in January and July", "from April to June"."""
    spans = _spans(months, lambda month: MONTHS[month - 1])
    return f"{'from' if len(spans) == 1 and len(months) > 1 else 'in'} {and_en(spans)}"


def numbered_days_en(numbers: Sequence[int]) -> list[str]:
    """Return days of the month as items of a list: the 1st, the 1st to the 7th, every odd-numbered day."""
    if is_every_other_day(numbers):
        return [f"every {'odd' if numbers[0] == 1 else 'even'}-numbered day"]
    step = even_step(numbers)
    if step and step > 1 and len(numbers) >= _MIN_STEPPED_DAYS:
        return [f"every {ordinal_en(step)} day from the {ordinal_en(numbers[0])} to the {ordinal_en(numbers[-1])}"]
    return _spans(numbers, lambda day: f"the {ordinal_en(day)}")


def _spans(numbers: Sequence[int], name: Callable[[int], str]) -> list[str]:
    """Return names, three and more in a row as a span."""
    parts = []
    for first, last in runs(numbers):
        if last - first >= 2:
            parts.append(f"{name(first)} to {name(last)}")
        else:
            parts.extend(name(number) for number in range(first, last + 1))
    return parts
