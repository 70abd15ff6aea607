"""Take over Celery's crontab values: the definition, and where its meaning differs.

Celery's crontab always needs both day fields to match, lets ranges run backward (22-2) and knows no 7, L, W or #.
Rules are rewritten so that they fire at the same times; where crontab(5) has no way to say it, a notice tells.
"""

import re
from collections.abc import Iterable
from typing import Any

from schedules.recurrence.cron_fields import DAY_OF_MONTH, DAY_OF_WEEK, HOUR, MINUTE, MONTH, Field
from schedules.recurrence.grouping import runs
from schedules.recurrence.parsing import parse_definition
from schedules.recurrence.problems import DefinitionError, Problem, gettext_noop, quote
from schedules.recurrence.values import Notice

#: Days of the month that make up the first, second … fifth of each weekday.
_WEEKS = (range(1, 8), range(8, 15), range(15, 22), range(22, 29), range(29, 32))

Spec = str | int | Iterable[int]


def import_celery_crontab(
    *,
    minute: Spec = "*",
    hour: Spec = "*",
    day_of_week: Spec = "*",
    day_of_month: Spec = "*",
    month_of_year: Spec = "*",
    timezone: str,
) -> tuple[dict[str, Any], list[Notice]]:
    """Return the definition that fires when Celery's ``crontab(...)`` with these values would, in ``timezone``.

    Values are what Celery accepts: a number, a text such as ``*/15`` or ``22-2``, or numbers; rows of
    django-celery-beat hold the same. Raises DefinitionError for values that Celery refuses as well.
    """
    problems: list[Problem] = []

    def read(name: str, spec: Spec, field: Field, names: dict[str, int]) -> set[int]:
        try:
            return _celery_numbers(spec, field, names)
        except ValueError:
            message = gettext_noop('"%(value)s" is not a value that Celery\'s crontab knows for %(field)s.')
            problems.append(Problem(name, "celery_value", message, {"value": quote(spec), "field": field.label}))
            return set()

    months = {name: number for number, name in enumerate(MONTH.names, MONTH.names_from)}
    weekdays = {name: number for number, name in enumerate(DAY_OF_WEEK.names)}
    minutes = read("minute", minute, MINUTE, {})
    hours = read("hour", hour, HOUR, {})
    days = read("day_of_month", day_of_month, DAY_OF_MONTH, {})
    month_numbers = read("month_of_year", month_of_year, MONTH, months)
    week = read("day_of_week", day_of_week, DAY_OF_WEEK, weekdays)
    if problems:
        raise DefinitionError(problems)

    days_text, week_text, exact = _both_days(days, week)
    texts = (
        _times_written(minutes, minute, 59),
        _times_written(hours, hour, 23),
        days_text,
        _written(month_numbers, 1, 12),
        week_text,
    )
    recurrence = parse_definition({"kind": "cron", "cron": " ".join(texts), "timezone": timezone})
    return recurrence.definition, [] if exact else [_either_instead_of_both()]


def _both_days(days: set[int], week: set[int]) -> tuple[str, str, bool]:
    """Return the two day fields, and whether they mean "both must match" as Celery does."""
    days_text, week_text = _written(days, 1, 31), _written(week, 0, 6)
    if days_text.startswith("*") or week_text.startswith("*"):
        return days_text, week_text, True
    numbers = [number for number, span in enumerate(_WEEKS, 1) if days & set(span)]
    if days == {day for number in numbers for day in _WEEKS[number - 1]}:
        # "A Monday from the 1st to the 7th" is the first Monday.
        return "*", ",".join(f"{weekday}#{number}" for weekday in sorted(week) for number in numbers), True
    if 1 in days:
        # Beginning with * makes crontab(5) ask for both: */31 is the 1st alone.
        return f"*/31,{_written(days - {1}, 1, 31)}".rstrip(","), week_text, True
    if 0 in week:
        return days_text, f"*/7,{_written(week - {0}, 0, 6)}".rstrip(","), True
    return days_text, week_text, False


def _either_instead_of_both() -> Notice:
    return Notice(
        "celery_both_days",
        "Celeryでは日と曜日の両方に当たる日にだけ実行されますが、ここではどちらか一方に当たる日に実行されます。",
        "Celery runs this only on dates that match both the day of the month and the weekday; here it runs on dates "
        "that match either.",
    )


def _times_written(numbers: set[int], spec: Spec, last: int) -> str:
    """Return minutes or hours as a cron field; it begins with ``*`` only if ``spec`` does.

    Such a field follows real time when the clocks change, which a list of times must not begin to do.
    """
    if isinstance(spec, str) and spec.startswith("*"):
        return _written(numbers, 0, last)
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs(sorted(numbers)))


def _written(numbers: set[int], first: int, last: int) -> str:
    """Return numbers as a cron field. A field that is a step of the whole begins with ``*``, so that it is ANDed."""
    ordered = sorted(numbers)
    if len(ordered) > 1 and ordered[0] == first:
        step = ordered[1] - ordered[0]
        if ordered == list(range(first, last + 1, step)):
            return "*" if step == 1 else f"*/{step}"
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs(ordered))


def _celery_numbers(spec: Spec, field: Field, names: dict[str, int]) -> set[int]:
    first, last = field.first, 6 if field is DAY_OF_WEEK else field.last
    if isinstance(spec, bool) or not isinstance(spec, str | int | Iterable):
        raise ValueError(spec)
    if isinstance(spec, str):
        found = {number for part in spec.lower().split(",") for number in _celery_part(part, first, last, names)}
    else:
        found = {spec} if isinstance(spec, int) else set(spec)
    if not found or not all(type(number) is int and first <= number <= last for number in found):
        raise ValueError(spec)
    return found


def _celery_part(part: str, first: int, last: int, names: dict[str, int]) -> list[int]:
    match = re.fullmatch(r"(?:(\*)|([a-z0-9]{1,9})(?:-([a-z0-9]{1,9}))?)(?:/([0-9]{1,4}))?", part.strip(), re.ASCII)
    if not match or match[4] == "0" or (match[4] and not (match[1] or match[3])):
        raise ValueError(part)
    step = int(match[4] or 1)
    if match[1]:
        return list(range(first, last + 1))[::step]
    low = _celery_number(match[2], names)
    high = _celery_number(match[3], names) if match[3] else low
    if low > high:
        return [*range(low, last + 1), *range(first, high + 1)][::step]
    return list(range(low, high + 1))[::step]


def _celery_number(text: str, names: dict[str, int]) -> int:
    number = names.get(text[:3]) if text[:1].isalpha() else int(text)
    if number is None:
        raise ValueError(text)
    return number
