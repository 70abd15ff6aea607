"""Form fields of a schedule: text, ticks and units in, the models' values out."""

import json
import math
import unicodedata
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

from schedules.forms.typed_times import normal_time, split_typed
from schedules.forms.widgets import (
    OFFERED_TRADING_DAYS,
    WEEKDAY_LABELS,
    WEEKDAY_RANKS,
    AmountAndUnit,
    ChipsInput,
    LocalDateTimeInput,
    MonthDaysGrid,
    Toggles,
)
from schedules.json_walk import TooDeep, values_in

SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86_400
UNITS = ((SECOND, _("seconds")), (MINUTE, _("minutes")), (HOUR, _("hours")), (DAY, _("days")))
#: The largest value of a PositiveIntegerField on every database.
MAX_SECONDS = 2_147_483_647

WORKING_WEEK = ("mon", "tue", "wed", "thu", "fri")


class TimesField(forms.CharField):
    """Times of day as typed; cleans to ``{"times": ["08:10", …]}``, or ``None`` when empty."""

    def __init__(self, **options: Any) -> None:
        widget = ChipsInput("time", {"placeholder": "0810 / 8:10 / 25:00", "inputmode": "text"})
        super().__init__(widget=widget, max_length=1000, **options)

    def prepare_value(self, value: Any) -> Any:
        times = value.get("times") if isinstance(value, dict) else value
        return ", ".join(map(str, times)) if isinstance(times, list) else times

    def to_python(self, value: Any) -> dict[str, list[str]] | None:
        times = [normal_time(part) for part in split_typed(super().to_python(value))]
        return {"times": sorted(set(times))} if times else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(initial or None) != bool(data) or initial != self.to_python(data)


class CronField(forms.CharField):
    """A cron expression; full-width digits and asterisks, as a Japanese keyboard writes them, are taken as meant."""

    def to_python(self, value: Any) -> str:
        return " ".join(unicodedata.normalize("NFKC", super().to_python(value)).split())


class DatesField(forms.CharField):
    """Dates as typed (2026-12-31, 2026/12/31); cleans to a list of ISO dates."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=ChipsInput("date", {"placeholder": "2026-12-31"}), max_length=20_000, **options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(_iso_date(part) for part in split_typed(super().to_python(value))))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class WeekdaysField(forms.MultipleChoiceField):
    """Weekdays as toggles; cleans to a list of their codes, or ``None`` when none is ticked."""

    def __init__(self, **options: Any) -> None:
        every = [code for code, _short, _long in WEEKDAY_LABELS]
        shortcuts = ((_("Mon–Fri"), WORKING_WEEK), (_("Every day"), every))
        choices = [(code, short) for code, short, _long in WEEKDAY_LABELS]
        super().__init__(choices=choices, widget=Toggles(shortcuts), **options)

    def clean(self, value: Any) -> list[str] | None:
        return super().clean(value) or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(initial or ()) != set(data or ())


class MonthDaysField(forms.MultipleChoiceField):
    """Days of the month as a grid of ticks; cleans to numbers and codes, or ``None`` when none is ticked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_month_day_choices(), widget=MonthDaysGrid(), **options)

    def prepare_value(self, value: Any) -> Any:
        return [str(item) for item in value] if isinstance(value, list) else value

    def valid_value(self, value: Any) -> bool:
        # The recurrence judges what is a day; the grid shows the usual ones and keeps the others.
        return True

    def clean(self, value: Any) -> list[Any] | None:
        days = [int(day) if day.isascii() and day.isdigit() and len(day) < 4 else day for day in super().clean(value)]
        return days or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return {str(item) for item in initial or ()} != {str(item) for item in data or ()}


class SecondsField(forms.MultiValueField):
    """A length of time as a number and a unit; cleans to whole seconds, or ``None`` when empty."""

    def __init__(self, *, smallest: int = SECOND, **options: Any) -> None:
        units = [(seconds, label) for seconds, label in UNITS if seconds >= smallest]
        fields = (
            forms.IntegerField(min_value=0, max_value=MAX_SECONDS, required=False),
            forms.TypedChoiceField(choices=units, coerce=int, required=False, empty_value=smallest),
        )
        super().__init__(fields, widget=AmountAndUnit(units, usual=MINUTE), require_all_fields=False, **options)

    def compress(self, data_list: list[Any]) -> int | None:
        if not data_list or data_list[0] is None:
            if self.required:  # The unit is always there, so an empty number does not count as an empty field.
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        amount, unit = data_list
        seconds = amount * (unit or SECOND)
        if seconds > MAX_SECONDS:
            raise ValidationError(_("%(amount)s is too long. The longest is 24,855 days."), params={"amount": amount})
        return seconds

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.clean(data)
        except ValidationError:
            return True


class LocalInstantField(forms.Field):
    """A date and time in the schedule's own zone; cleans to a naive datetime, which ``in_zone`` completes."""

    widget = LocalDateTimeInput
    #: As browsers send it, and as people without a picker type it.
    FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M")

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values or isinstance(value, datetime):
            return value or None
        for pattern in self.FORMATS:
            try:
                return datetime.strptime(str(value).strip(), pattern)
            except ValueError:
                continue
        raise _not_a_date_and_time(str(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


def in_zone(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which clocks in ``zone`` show the naive ``local``; the first of two.

    Raises ValidationError for a time that the clocks skip: a single date and time is meant exactly.
    """
    instant = local.replace(tzinfo=zone)
    try:
        from_utc = datetime.fromtimestamp(instant.timestamp(), zone)
    except (ValueError, OverflowError) as error:
        # In UTC it lies before the year 1 or after 9999.
        raise _not_a_date_and_time(local.isoformat(" ", "minutes")) from error
    if from_utc.replace(tzinfo=None) != local:
        raise ValidationError(
            _("The clocks of %(zone)s skip %(local)s. Write %(next)s or another time."),
            params={"zone": zone.key, "local": f"{local:%Y-%m-%d %H:%M}", "next": f"{from_utc:%Y-%m-%d %H:%M}"},
        )
    return instant


def _not_a_date_and_time(text: str) -> ValidationError:
    message = _('"%(value)s" is not a date and time. Write for example 2026-04-01 08:10.')
    return ValidationError(message, params={"value": text[:60]})


def _iso_date(typed: str) -> str:
    parts = typed.replace("/", "-").split("-")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts) and len(parts[0]) == 4:
        return f"{parts[0]}-{parts[1]:0>2}-{parts[2]:0>2}"
    if len(typed) == 8 and typed.isascii() and typed.isdigit():
        return f"{typed[:4]}-{typed[4:6]}-{typed[6:]}"
    return typed


def _month_day_choices() -> list[tuple[str, Any]]:
    days: list[tuple[str, Any]] = [(str(day), str(day)) for day in range(1, 32)]
    days.append(("last", _("Last day")))
    for rank, _label in WEEKDAY_RANKS:
        days += [(f"{rank}-{code}", short) for code, short, _long in WEEKDAY_LABELS]
    for sign in ("", "-"):
        days += [(f"trading:{sign}{n}", str(n)) for n in range(1, OFFERED_TRADING_DAYS + 1)]
    return days


class JsonText(forms.JSONField):
    """JSON as text. Nothing is shown as nothing, not as "null", and Japanese as it is."""

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
            for each in values_in(found):
                _refuse_unusable(each)
        except (TooDeep, RecursionError) as error:
            raise ValidationError(_("Lists and objects are nested too deep in it.")) from error
        except ValueError as error:
            # A number of more digits than Python reads.
            raise ValidationError(_("A number in it is too large. Write a smaller one.")) from error
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            self.to_python(data)
        except ValidationError:
            # As it was typed: read and written anew, half of a surrogate pair could not even be shown.
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, InvalidJSONInput):
            return value
        return json.dumps(value, ensure_ascii=False)


def _refuse_unusable(value: Any) -> None:
    """Refuse what JSON or Python's reading of it can spell and no database keeps.

    That is NUL for PostgreSQL, half of a surrogate pair for UTF-8, and what is no number for JSON itself.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise ValidationError(_("A number in it is too large. Write a smaller one."))
    if isinstance(value, str) and ("\x00" in value or any("\ud800" <= char <= "\udfff" for char in value)):
        raise ValidationError(_("A text in it holds a character that cannot be stored. Leave it out."))
