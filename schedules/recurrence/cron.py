"""Read a cron expression as crontab(5) means it, with ``L``, ``W`` and ``#`` added.

What crontab(5) leaves to accident is refused with a sentence: six fields, dates that no year has, and what
``cron_fields`` refuses.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from schedules.recurrence.cron_expression import CronExpression
from schedules.recurrence.cron_fields import (
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    HOUR,
    MINUTE,
    MONTH,
    FieldError,
    read_item,
    read_number,
    read_numbers,
    split_items,
)
from schedules.recurrence.problems import Problem, gettext_noop, quote

MAX_LENGTH = 500

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


class CronError(ValueError):
    """A cron expression that cannot be read; carries one Problem for each thing wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(" ".join(map(str, problems)))


@lru_cache(maxsize=1024)
def parse_cron(text: str, field: str = "cron") -> CronExpression:
    """Return ``text`` as sets; raises CronError with all problems, on ``field``. Pure, so answers are kept."""
    problems: list[Problem] = []

    def attempt(step: Callable[..., Any], *args: Any) -> Any:
        try:
            return step(*args)
        except FieldError as error:
            problems.append(Problem(field, error.code, error.message, error.params))
            return None

    parts = attempt(_split, text)
    if parts is None:
        raise CronError(problems)
    minutes = attempt(read_numbers, parts[0], MINUTE)
    hours = attempt(read_numbers, parts[1], HOUR)
    days = attempt(_read_days, parts[2])
    months = attempt(read_numbers, parts[3], MONTH)
    weekdays = attempt(_read_weekdays, parts[4])
    if problems:
        raise CronError(problems)
    expression = CronExpression(
        text=" ".join(text.split()),
        minutes=minutes,
        hours=hours,
        months=months,
        **days,
        **weekdays,
        minute_starred=parts[0].startswith("*"),
        hour_starred=parts[1].startswith("*"),
        day_starred=parts[2].startswith("*"),
        weekday_starred=parts[4].startswith("*"),
    )
    attempt(_refuse_never, expression, parts)
    if problems:
        raise CronError(problems)
    return expression


def _split(text: str) -> list[str]:
    """Return the five fields of ``text``, with ``@daily`` and its kin written out."""
    if len(text) > MAX_LENGTH:
        raise FieldError(
            "cron_too_long",
            gettext_noop(
                "The cron expression has %(length)s characters; at most %(limit)s are accepted. "
                "Use ranges and steps such as 0-59/5 in place of long lists."
            ),
            length=len(text),
            limit=MAX_LENGTH,
        )
    text = text.replace("\t", " ").strip(" ")
    if not text:
        raise FieldError(
            "cron_empty",
            gettext_noop('The cron expression is empty. Write five fields, for example "0 8 * * 1-5".'),
        )
    # One look for all that is not ASCII print: line breaks, full-width digits, zero-width signs.
    if strange := next((char for char in text if not " " <= char <= "~"), None):
        raise FieldError(
            "cron_character",
            gettext_noop(
                'The cron expression contains the character "%(character)s" (%(code)s). Write it on one line with '
                "plain (half-width) letters, digits, spaces and the signs * , - / # @ only."
            ),
            character=quote(strange),
            code=f"U+{ord(strange):04X}",
        )
    if text.startswith("@"):
        return _macro(text).split(" ")
    parts = text.split()
    if len(parts) != 5:
        _refuse_field_count(parts)
    return parts


def _macro(text: str) -> str:
    if text.lower() == "@reboot":
        raise FieldError(
            "cron_reboot",
            gettext_noop(
                '"@reboot" names no time: nothing here is started by a restart. Write when it is to run, for '
                'example "0 8 * * *".'
            ),
        )
    if text.lower() not in MACROS:
        raise FieldError(
            "cron_macro",
            gettext_noop('"%(value)s" is not a known abbreviation. Use one of %(known)s, or five fields.'),
            value=quote(text),
            known=", ".join(MACROS),
        )
    return MACROS[text.lower()]


def _refuse_field_count(parts: list[str]) -> None:
    if len(parts) == 6:
        raise FieldError(
            "cron_six_fields",
            gettext_noop(
                'The cron expression has 6 fields: "%(value)s". Write five: minute, hour, day of the month, month, '
                "weekday. Seconds and years cannot be given; for seconds use the kind “interval”."
            ),
            value=quote(" ".join(parts)),
        )
    raise FieldError(
        "cron_field_count",
        gettext_noop(
            'The cron expression "%(value)s" does not have five fields but %(count)s. Write minute, hour, day of the '
            'month, month and weekday, for example "0 8 * * 1-5".'
        ),
        count=len(parts),
        value=quote(" ".join(parts)),
    )


def has_wide_step(text: str) -> bool:
    """Return whether a step of a readable expression is wider than what it steps through, as in ``*/90``.

    A day field that begins ``*/31,`` or ``*/7,`` does so to make both day fields count, which is no slip.
    """
    fields = (MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK)
    return any(
        "/" in item and len(read_item(item, field)) == 1
        for part, field in zip(_split(text), fields, strict=True)
        for item in part.removeprefix({DAY_OF_MONTH: "*/31,", DAY_OF_WEEK: "*/7,"}.get(field, "")).split(",")
    )


def _read_days(part: str) -> dict[str, Any]:
    days: set[int] = set()
    nearest: set[int] = set()
    last_day = last_working_day = False
    for item in split_items(part, DAY_OF_MONTH):
        upper = item.upper()
        if upper == "L":
            last_day = True
        elif upper in ("LW", "WL"):
            last_working_day = True
        elif match := re.fullmatch(r"([0-9]{1,2})W", upper):
            nearest.add(read_number(match[1], DAY_OF_MONTH))
        elif "W" in upper or "L" in upper:
            raise FieldError(
                "cron_day_letter",
                gettext_noop(
                    'Day of the month "%(value)s" cannot be read. Write L for the last day, LW for the last working '
                    "day (Monday to Friday), or 15W for the working day nearest to the 15th."
                ),
                value=quote(item),
            )
        else:
            days |= read_item(item, DAY_OF_MONTH)
    return {
        "days": tuple(sorted(days)),
        "last_day": last_day,
        "nearest": tuple(sorted(nearest)),
        "last_working_day": last_working_day,
    }


def _read_weekdays(part: str) -> dict[str, Any]:
    plain: set[int] = set()
    nth: set[tuple[int, int]] = set()
    last: set[int] = set()
    name = r"([0-7]|[A-Za-z]{3})"
    for item in split_items(part, DAY_OF_WEEK):
        if "#" in item:
            match = re.fullmatch(name + r"#([1-5])", item)
            if not match:
                raise FieldError(
                    "cron_nth",
                    gettext_noop(
                        'Weekday "%(value)s" cannot be read. Write a weekday, # and a number from 1 to 5: 5#2 or '
                        "fri#2 is the second Friday of the month."
                    ),
                    value=quote(item),
                )
            nth.add((_from_monday(read_number(match[1], DAY_OF_WEEK)), int(match[2])))
        elif match := re.fullmatch(name + "[Ll]", item) or re.fullmatch("[Ll]" + name, item):
            last.add(_from_monday(read_number(match[1], DAY_OF_WEEK)))
        elif item.upper() == "L":
            raise FieldError(
                "cron_last_weekday",
                gettext_noop(
                    'Weekday "L" does not say which weekday. Write 5L for the last Friday of the month, or 6 for '
                    "every Saturday."
                ),
            )
        else:
            plain |= {_from_monday(number) for number in read_item(item, DAY_OF_WEEK)}
    return {
        "weekdays": tuple(sorted(plain)),
        "nth": tuple(sorted(nth)),
        "last_weekdays": tuple(sorted(last)),
    }


def _from_monday(weekday: int) -> int:
    return (weekday - 1) % 7


#: Lengths that months have over the years, January first.
_LENGTHS = ((31,), (28, 29), (31,), (30,), (31,), (30,), (31,), (31,), (30,), (31,), (30,), (31,))


def _refuse_never(cron: CronExpression, parts: list[str]) -> None:
    """Raise when no month of any year has a matching day; each month begins on each weekday in some year."""
    possible = any(
        cron.days_in(first_weekday, length)
        for month in cron.months
        for length in _LENGTHS[month - 1]
        for first_weekday in range(7)
    )
    if possible:
        return
    if cron.day_starred or not cron.weekday_starred or not cron.all_weekdays:
        message = gettext_noop(
            'No date ever matches day of the month "%(days)s", month "%(months)s" and weekday "%(weekdays)s" '
            "together. Change one of them."
        )
    else:
        message = gettext_noop(
            'Day of the month "%(days)s" never occurs in month "%(months)s", so this would never run. Choose a day '
            "that the month has, or L for its last day."
        )
    raise FieldError("cron_never", message, days=quote(parts[2]), months=quote(parts[3]), weekdays=quote(parts[4]))
