"""One field of a cron expression: its bounds and names, the numbers that its items mean, and what is refused.

A step after a single number runs to the end of the field (``5/15`` is ``5-59/15``), as other cron readers have it.
Backward ranges are refused with the two ranges to write in their place.
"""

import re
from dataclasses import dataclass

from schedules.recurrence.problems import gettext_noop, quote

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


class FieldError(Exception):
    """One field cannot be read. ``message`` is a msgid for ``params``."""

    def __init__(self, code: str, message: str, /, **params: object) -> None:
        self.code, self.message, self.params = code, message, params
        super().__init__(message)


def read_numbers(part: str, field: Field) -> tuple[int, ...]:
    """Return the numbers of a field without letters of its own, ascending."""
    found: set[int] = set()
    for item in split_items(part, field):
        found |= read_item(item, field)
    return tuple(sorted(found))


def split_items(part: str, field: Field) -> list[str]:
    """Return the parts between the commas of a field."""
    items = part.split(",")
    if "" in items:
        raise FieldError(
            "cron_empty_item",
            gettext_noop(
                'The %(field)s field "%(value)s" has a comma with nothing beside it. Write values on both sides '
                "of each comma."
            ),
            field=field.label,
            value=quote(part),
        )
    return items


def read_item(item: str, field: Field) -> set[int]:
    """Return the numbers of one ``*``, ``a``, ``a-b``, each with or without ``/step``."""
    span, slash, step_text = item.partition("/")
    step = _step(step_text, item, field) if slash else 1
    low_text, dash, high_text = span.partition("-")
    # Sunday is 0 here; 7 is folded onto it at the end, so that 5-7 is a range.
    top = 6 if field is DAY_OF_WEEK else field.last
    if span == "*":
        low, high = field.first, top
    elif not low_text or (dash and (not high_text or "-" in high_text)):
        raise _unreadable(item, field)
    elif dash:
        low, high = read_number(low_text, field), read_number(high_text, field)
        if field is DAY_OF_WEEK and high == 0 and low > 0 and not high_text.isdigit():
            high = 7  # fri-sun: a name may end the week
        if low > high:
            _refuse_backward(item, low_text, high_text, field)
    else:
        low = read_number(low_text, field)
        high = max(low, top) if slash else low
    numbers = set(range(low, high + 1, step))
    return {number % 7 for number in numbers} if field is DAY_OF_WEEK else numbers


def _step(text: str, item: str, field: Field) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) < 1:
        raise FieldError(
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
    raise FieldError(
        "cron_backward_range",
        gettext_noop(
            'The %(field)s range "%(value)s" runs backward. Write it in two parts: %(first_part)s,%(second_part)s.'
        ),
        field=field.label,
        value=quote(item),
        first_part=low if low == last else f"{low}-{last}",
        second_part=high if high == first else f"{first}-{high}",
    )


def read_number(text: str, field: Field) -> int:
    """Return the number or name ``text`` as a number within the field's bounds."""
    if re.fullmatch("[0-9]{1,4}", text):
        number = int(text)
        if field.first <= number <= field.last:
            return number
        raise _out_of_bounds(text, field)
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.names_from
    raise _unreadable(text, field)


def _out_of_bounds(text: str, field: Field) -> FieldError:
    if field is HOUR and int(text) == 24:
        message = gettext_noop('Hour "%(value)s" is outside %(first)s–%(last)s. Use 0 for midnight.')
    elif field is MINUTE and int(text) == 60:
        message = gettext_noop('Minute "%(value)s" is outside %(first)s–%(last)s. Use 0 for the full hour.')
    else:
        message = gettext_noop(
            'The %(field)s "%(value)s" is outside %(first)s–%(last)s. Write a number from %(first)s to %(last)s.'
        )
    return FieldError(
        "cron_out_of_bounds", message, field=field.label, value=quote(text), first=field.first, last=field.last
    )


def _unreadable(text: str, field: Field) -> FieldError:
    if text.upper() in ("H", "R") or re.match(r"[HhRr]\(", text):
        return FieldError(
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
        return FieldError(
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
    return FieldError(
        "cron_unreadable",
        message,
        field=field.label,
        value=quote(text),
        first=field.first,
        last=field.last,
        names=", ".join(field.names),
    )
