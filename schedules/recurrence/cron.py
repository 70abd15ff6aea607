"""Read a cron expression as crontab(5) means it, with ``L``, ``W`` and ``#`` added.

The day fields: when neither begins with ``*`` either may match; otherwise both must (``*/2`` begins with
``*``). A step after a single number runs to the end of the field (``5/15`` is ``5-59/15``), as other cron
readers have it. What crontab(5) leaves to accident is refused with a sentence: backward ranges, six fields,
dates that no year has.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Cron counts weekdays from Sunday.
_WEEKDAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True)
class Field:
    """Bounds and names of one of the five fields; ``label`` is a msgid."""

    label: str
    first: int
    last: int
    names: tuple[str, ...] = ()
    names_from: int = 0


MINUTE = Field(gettext_noop("minute"), 0, 59)
HOUR = Field(gettext_noop("hour"), 0, 23)
DAY_OF_MONTH = Field(gettext_noop("day of the month"), 1, 31)
MONTH = Field(gettext_noop("month"), 1, 12, _MONTH_NAMES, 1)
DAY_OF_WEEK = Field(gettext_noop("weekday"), 0, 7, _WEEKDAY_NAMES)


@dataclass(frozen=True)
class CronExpression:
    """A cron expression as sets. Weekdays count from Monday = 0, as Python does.

    ``text`` is the expression on single spaces, as typed. ``days`` are plain numbers of the day-of-month
    field, ``nearest`` those with ``W``; ``weekdays`` are plain, ``nth`` are pairs (weekday, n),
    ``last_weekdays`` those with ``L``. The ``*_starred`` flags tell which fields begin with ``*``.
    """

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: tuple[int, ...]
    days: tuple[int, ...]
    last_day: bool
    nearest: tuple[int, ...]
    last_working_day: bool
    weekdays: tuple[int, ...]
    nth: tuple[tuple[int, int], ...]
    last_weekdays: tuple[int, ...]
    minute_starred: bool
    hour_starred: bool
    day_starred: bool
    weekday_starred: bool

    @property
    def follows_real_time(self) -> bool:
        """Whether it repeats within the day, so that it runs in both repeated hours and never in a skipped
        one.
        """
        return self.minute_starred or self.hour_starred

    @property
    def either_day_matches(self) -> bool:
        """Whether the two day fields are ORed."""
        return not (self.day_starred or self.weekday_starred)

    @property
    def all_days(self) -> bool:
        return len(self.days) == 31

    @property
    def all_weekdays(self) -> bool:
        return len(self.weekdays) == 7

    def days_in(self, first_weekday: int, length: int) -> tuple[int, ...]:
        """Return the matching days of a month of ``length`` days whose first day is ``first_weekday`` (Monday
        = 0).

        The month field is not looked at: that is the caller's part.
        """
        return _matching_days(self, first_weekday, length)


@lru_cache(maxsize=4096)
def _matching_days(cron: CronExpression, first_weekday: int, length: int) -> tuple[int, ...]:
    by_date = set(cron.days)
    if cron.last_day:
        by_date.add(length)
    if cron.last_working_day:
        by_date.add(_nearest_working_day(length, first_weekday, length))
    by_date |= {_nearest_working_day(day, first_weekday, length) for day in cron.nearest if day <= length}

    by_weekday = set()
    for day in range(1, length + 1):
        weekday = (first_weekday + day - 1) % 7
        if (
            weekday in cron.weekdays
            or (weekday, (day + 6) // 7) in cron.nth
            or (weekday in cron.last_weekdays and day + 7 > length)
        ):
            by_weekday.add(day)
    matching = by_date | by_weekday if cron.either_day_matches else by_date & by_weekday
    return tuple(sorted(day for day in matching if day <= length))


def _nearest_working_day(day: int, first_weekday: int, length: int) -> int:
    """Return the Monday to Friday nearest to ``day`` without leaving its month, as Quartz documents ``W``."""
    weekday = (first_weekday + day - 1) % 7
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < length else day - 2
    return day


class CronError(ValueError):
    """A cron expression that cannot be read; carries one Problem for each thing wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(" ".join(map(str, problems)))


class _FieldError(Exception):
    def __init__(self, code: str, message: str, /, **params: object) -> None:
        self.code, self.message, self.params = code, message, params
        super().__init__(message)


@lru_cache(maxsize=1024)
def parse_cron(text: str, field: str = "cron") -> CronExpression:
    """Return ``text`` as sets; raises CronError with all problems, on ``field``. Pure, so answers are kept."""
    problems: list[Problem] = []

    def attempt(step: Callable[..., Any], *args: Any) -> Any:
        try:
            return step(*args)
        except _FieldError as error:
            problems.append(Problem(field, error.code, error.message, error.params))
            return None

    parts = attempt(_split, text)
    if parts is None:
        raise CronError(problems)
    minutes = attempt(_read_numbers, parts[0], MINUTE)
    hours = attempt(_read_numbers, parts[1], HOUR)
    days = attempt(_read_days, parts[2])
    months = attempt(_read_numbers, parts[3], MONTH)
    weekdays = attempt(_read_weekdays, parts[4])
    if problems:
        raise CronError(problems)
    expression = CronExpression(
        text=_normalised(text),
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


def _normalised(text: str) -> str:
    return " ".join(text.split(" ")) if "  " not in text else re.sub(" +", " ", text)


def _split(text: str) -> list[str]:
    """Return the five fields of ``text``, with ``@daily`` and its kin written out."""
    if len(text) > MAX_LENGTH:
        raise _FieldError(
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
        raise _FieldError(
            "cron_empty",
            gettext_noop('The cron expression is empty. Write five fields, for example "0 8 * * 1-5".'),
        )
    # One look for all that is not ASCII print: line breaks, full-width digits, zero-width signs.
    if strange := next((char for char in text if not " " <= char <= "~"), None):
        raise _FieldError(
            "cron_character",
            gettext_noop(
                'The cron expression contains the character "%(character)s" (%(code)s). Only plain (half-width) '
                "letters, digits, spaces and the signs * , - / # @ can be used, on one line."
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
        raise _FieldError(
            "cron_reboot",
            gettext_noop(
                '"@reboot" names no time: nothing here is started by a restart. Write when it is to run, for '
                'example "0 8 * * *".'
            ),
        )
    if text.lower() not in MACROS:
        raise _FieldError(
            "cron_macro",
            gettext_noop('"%(value)s" is not a known abbreviation. Use one of %(known)s, or five fields.'),
            value=quote(text),
            known=", ".join(MACROS),
        )
    return MACROS[text.lower()]


def _refuse_field_count(parts: list[str]) -> None:
    if len(parts) == 6:
        raise _FieldError(
            "cron_six_fields",
            gettext_noop(
                'The cron expression has 6 fields: "%(value)s". Write five: minute, hour, day of the month, month, '
                "weekday. Seconds and years cannot be given; for seconds use the kind “interval”."
            ),
            value=quote(" ".join(parts)),
        )
    raise _FieldError(
        "cron_field_count",
        gettext_noop(
            'The cron expression has %(count)s fields: "%(value)s". Write five: minute, hour, day of the month, '
            'month, weekday, for example "0 8 * * 1-5".'
        ),
        count=len(parts),
        value=quote(" ".join(parts)),
    )


def _read_numbers(part: str, field: Field) -> tuple[int, ...]:
    found: set[int] = set()
    for item in _items(part, field):
        found |= _read_item(item, field)
    return tuple(sorted(found))


def has_wide_step(text: str) -> bool:
    """Return whether a step of a readable expression is wider than what it steps through, as in ``*/90``."""
    fields = (MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK)
    return any(
        "/" in item and len(_read_item(item, field)) == 1
        for part, field in zip(_split(text), fields, strict=True)
        for item in part.split(",")
    )


def _read_days(part: str) -> dict[str, Any]:
    days: set[int] = set()
    nearest: set[int] = set()
    last_day = last_working_day = False
    for item in _items(part, DAY_OF_MONTH):
        upper = item.upper()
        if upper == "L":
            last_day = True
        elif upper in ("LW", "WL"):
            last_working_day = True
        elif match := re.fullmatch(r"([0-9]{1,2})W", upper):
            nearest.add(_number(match[1], DAY_OF_MONTH))
        elif "W" in upper or "L" in upper:
            raise _FieldError(
                "cron_day_letter",
                gettext_noop(
                    'Day of the month "%(value)s" cannot be read. Write L for the last day, LW for the last working '
                    "day (Monday to Friday), or 15W for the working day nearest to the 15th."
                ),
                value=quote(item),
            )
        else:
            days |= _read_item(item, DAY_OF_MONTH)
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
    for item in _items(part, DAY_OF_WEEK):
        if "#" in item:
            match = re.fullmatch(name + r"#([1-5])", item)
            if not match:
                raise _FieldError(
                    "cron_nth",
                    gettext_noop(
                        'Weekday "%(value)s" cannot be read. Write a weekday, # and a number from 1 to 5: 5#2 or '
                        "fri#2 is the second Friday of the month."
                    ),
                    value=quote(item),
                )
            nth.add((_from_monday(_number(match[1], DAY_OF_WEEK)), int(match[2])))
        elif match := re.fullmatch(name + "[Ll]", item) or re.fullmatch("[Ll]" + name, item):
            last.add(_from_monday(_number(match[1], DAY_OF_WEEK)))
        elif item.upper() == "L":
            raise _FieldError(
                "cron_last_weekday",
                gettext_noop(
                    'Weekday "L" does not say which weekday. Write 5L for the last Friday of the month, or 6 for '
                    "every Saturday."
                ),
            )
        else:
            plain |= {_from_monday(number) for number in _read_item(item, DAY_OF_WEEK)}
    return {
        "weekdays": tuple(sorted(plain)),
        "nth": tuple(sorted(nth)),
        "last_weekdays": tuple(sorted(last)),
    }


def _from_monday(weekday: int) -> int:
    return (weekday - 1) % 7


def _items(part: str, field: Field) -> list[str]:
    items = part.split(",")
    if "" in items:
        raise _FieldError(
            "cron_empty_item",
            gettext_noop(
                'The %(field)s field "%(value)s" has a comma with nothing beside it. Write values on both sides '
                "of each comma."
            ),
            field=field.label,
            value=quote(part),
        )
    return items


def _read_item(item: str, field: Field) -> set[int]:
    """Return the numbers of one ``*``, ``a``, ``a-b``, each with or without ``/step``."""
    span, slash, step_text = item.partition("/")
    step = _step(step_text, item, field) if slash else 1
    low_text, dash, high_text = span.partition("-")
    # Sunday is 0 here; 7 is folded onto it at the end, so that 5-7 is a range.
    top = 6 if field is DAY_OF_WEEK else field.last
    if span == "*":
        low, high = field.first, top
    elif dash:
        low, high = _number(low_text, field), _number(high_text, field)
        if field is DAY_OF_WEEK and high == 0 and low > 0 and not high_text.isdigit():
            high = 7  # fri-sun: a name may end the week
        if low > high:
            _refuse_backward(item, low_text, high_text, field)
    else:
        low = _number(low_text, field)
        high = max(low, top) if slash else low
    numbers = set(range(low, high + 1, step))
    return {number % 7 for number in numbers} if field is DAY_OF_WEEK else numbers


def _step(text: str, item: str, field: Field) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) < 1:
        raise _FieldError(
            "cron_step",
            gettext_noop(
                'The step in %(field)s "%(value)s" is not a whole number of 1 or more. Write for example */5.'
            ),
            field=field.label,
            value=quote(item),
        )
    return int(text)


def _refuse_backward(item: str, low: str, high: str, field: Field) -> None:
    named = not low.isdigit()
    first = field.names[0] if named else str(field.first)
    last = field.names[-1] if named else str(6 if field is DAY_OF_WEEK else field.last)
    raise _FieldError(
        "cron_backward_range",
        gettext_noop(
            'The %(field)s range "%(value)s" runs backward. Write it in two parts: %(first_part)s,%(second_part)s.'
        ),
        field=field.label,
        value=quote(item),
        first_part=low if low == last else f"{low}-{last}",
        second_part=high if high == first else f"{first}-{high}",
    )


def _number(text: str, field: Field) -> int:
    if re.fullmatch("[0-9]{1,4}", text):
        number = int(text)
        if field.first <= number <= field.last:
            return number
        raise _out_of_bounds(text, field)
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.names_from
    raise _unreadable(text, field)


def _out_of_bounds(text: str, field: Field) -> _FieldError:
    if field is HOUR and int(text) == 24:
        message = gettext_noop('Hour "%(value)s" is outside %(first)s–%(last)s. Use 0 for midnight.')
    elif field is MINUTE and int(text) == 60:
        message = gettext_noop('Minute "%(value)s" is outside %(first)s–%(last)s. Use 0 for the full hour.')
    else:
        message = gettext_noop(
            'The %(field)s "%(value)s" is outside %(first)s–%(last)s. Write a number from %(first)s to %(last)s.'
        )
    return _FieldError(
        "cron_out_of_bounds", message, field=field.label, value=quote(text), first=field.first, last=field.last
    )


def _unreadable(text: str, field: Field) -> _FieldError:
    if text.upper() in ("H", "R") or re.match(r"[HhRr]\(", text):
        return _FieldError(
            "cron_random",
            gettext_noop(
                'The %(field)s "%(value)s" asks for a time drawn by chance, which a preview could not show. Write a '
                "number from %(first)s to %(last)s."
            ),
            field=field.label,
            value=quote(text),
            first=field.first,
            last=field.last,
        )
    if text == "?":
        return _FieldError(
            "cron_question_mark",
            gettext_noop('The %(field)s "?" is not used here. Write * for "every".'),
            field=field.label,
        )
    if field.names:
        message = gettext_noop(
            'The %(field)s "%(value)s" cannot be read. Write a number from %(first)s to %(last)s or one of %(names)s.'
        )
    else:
        message = gettext_noop(
            'The %(field)s "%(value)s" cannot be read. Write a number from %(first)s to %(last)s, a range such as '
            "%(first)s-%(last)s, a list such as 1,5 or a step such as */5."
        )
    return _FieldError(
        "cron_unreadable",
        message,
        field=field.label,
        value=quote(text),
        first=field.first,
        last=field.last,
        names=", ".join(field.names),
    )


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
    raise _FieldError("cron_never", message, days=quote(parts[2]), months=quote(parts[3]), weekdays=quote(parts[4]))
