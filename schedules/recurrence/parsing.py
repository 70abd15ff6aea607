"""From a definition as JSON to one that can be computed with; everything that is wrong is found in one
reading.

Decisions: equal times or days are merged, as they would run once anyway. ``once`` names its date itself, so
it takes no start, end, excluded dates or trading-day rule. ``interval`` has no time of day to keep, so it can
be skipped on closed days but not moved. A field of another kind is refused when filled: it would be believed
to have an effect.
"""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from schedules.recurrence.calendars import BY_CODE, ExceptionalDay
from schedules.recurrence.cron import CronError, parse_cron
from schedules.recurrence.cron_expression import CronExpression
from schedules.recurrence.definition import DEFAULT_EXCHANGE, DEFAULT_TIMEZONE, Definition
from schedules.recurrence.month_days import MAX_TRADING_DAY, MonthDay, month_day
from schedules.recurrence.problems import DefinitionError, Problem, gettext_noop, quote
from schedules.recurrence.reading import Reader
from schedules.recurrence.reading_changes import read_changes
from schedules.recurrence.recurrence import Recurrence, recurrence_by
from schedules.recurrence.times import seconds_of
from schedules.recurrence.values import KINDS, SHORT_MONTHS, TRADING_DAY_RULES, WEEKDAYS
from schedules.recurrence.zones import find_zone, nearest_zone

MAX_TIMES = 48
MAX_MONTH_DAYS = 80
MAX_DATES = 1000
MAX_EVERY_SECONDS = 10 * 366 * 86_400

_COMMON = (
    "kind",
    "timezone",
    "starts_at",
    "ends_at",
    "excluded_dates",
    "trading_day_rule",
    "exchange",
    "exceptional_days",
    "changes",
)
_OF_KIND = {
    "daily": ("times",),
    "weekly": ("times", "weekdays"),
    "monthly": ("times", "month_days", "short_months"),
    "cron": ("cron",),
    "interval": ("every_seconds", "anchor"),
    "once": ("at",),
}
_KNOWN_FIELDS = frozenset(_COMMON).union(*_OF_KIND.values())


def parse_definition(definition: Mapping[str, Any]) -> Recurrence:
    """Return the recurrence that ``definition`` describes; raises DefinitionError with every problem found.

    Equal definitions give one and the same recurrence, so what it has computed is shared.
    """
    try:
        text = json.dumps(definition, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        # Dates and datetimes are read as well; what is not, is said field by field.
        return _build(definition)
    if len(text) > 200_000:
        return _build(definition)
    return _from_text(text)


# Most calls come from beat and lists with the same few definitions again and again. Errors are not kept.
@lru_cache(maxsize=8192)
def _from_text(text: str) -> Recurrence:
    return _build(json.loads(text))


def _build(definition: Mapping[str, Any]) -> Recurrence:
    return recurrence_by(read_definition(definition))


def read_definition(source: Mapping[str, Any]) -> Definition:
    """Return ``source`` read and checked; raises DefinitionError."""
    if not isinstance(source, Mapping):
        message = gettext_noop('The definition is "%(value)s". Write an object with the key "kind".')
        raise DefinitionError([Problem("definition", "not_an_object", message, {"value": quote(source)})])
    reader = Reader(source)
    kind = reader.choice("kind", KINDS)
    _refuse_stray_fields(source, kind, reader)
    values = {
        "timezone": _timezone(reader),
        **_limits(reader, kind),
        **_trading(reader, kind),
        "changes": read_changes(reader),
    }
    match kind:
        case "daily":
            values |= {"times": _times(reader)}
        case "weekly":
            values |= {"times": _times(reader), "weekdays": _weekdays(reader)}
        case "monthly":
            values |= {
                "times": _times(reader),
                "month_days": _month_days(reader),
                "short_months": reader.choice("short_months", SHORT_MONTHS, "skip"),
            }
            values |= _exchange_for_days(values, reader)
        case "cron":
            values |= {"cron": _cron(reader)}
        case "interval":
            values |= _interval(reader)
        case "once":
            values |= {"at": reader.instant("at", required=True)}
    if reader.problems:
        raise DefinitionError(reader.problems)
    assert kind is not None
    return Definition(kind=kind, **values)


def _refuse_stray_fields(source: Mapping[str, Any], kind: str | None, reader: Reader) -> None:
    for name in list(source)[:100]:
        if not isinstance(name, str) or name not in _KNOWN_FIELDS:
            message = gettext_noop('"%(field)s" is not a field of a definition. Known are %(known)s.')
            known = ", ".join(sorted(_KNOWN_FIELDS))
            reader.problem(quote(name) or "definition", "unknown_field", message, field=quote(name), known=known)
        elif kind and name not in _COMMON and name not in _OF_KIND[kind] and _is_filled(source[name]):
            message = gettext_noop('"%(field)s" has no meaning for the kind "%(kind)s". Leave it empty.')
            reader.problem(name, "wrong_kind", message, field=name, kind=kind)


def _is_filled(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != ()


def _timezone(reader: Reader) -> str:
    value = reader.raw("timezone")
    if value is None:
        return DEFAULT_TIMEZONE
    if isinstance(value, str) and find_zone(value):
        return value
    nearest = nearest_zone(value) if isinstance(value, str) else None
    if nearest:
        message = gettext_noop('No time zone is called "%(value)s". Did you mean "%(nearest)s"?')
        reader.problem("timezone", "timezone", message, value=quote(value), nearest=nearest)
    else:
        message = gettext_noop('No time zone is called "%(value)s". Write an IANA name such as Asia/Tokyo.')
        reader.problem("timezone", "timezone", message, value=quote(value))
    return DEFAULT_TIMEZONE


def _limits(reader: Reader, kind: str | None) -> dict[str, Any]:
    if kind == "once":
        for name in ("starts_at", "ends_at", "excluded_dates"):
            if _is_filled(reader.raw(name)):
                message = gettext_noop('"%(field)s" has no meaning for the kind "%(kind)s". Leave it empty.')
                reader.problem(name, "wrong_kind", message, field=name, kind=kind)
        return {}
    example = '["2026-12-31"]'
    items = reader.items("excluded_dates", most=MAX_DATES, example=example, required=False)
    dates = {day for item in items if (day := reader.on_date("excluded_dates", item))}
    return {
        "starts_at": reader.instant("starts_at"),
        "ends_at": reader.instant("ends_at"),
        "excluded_dates": tuple(sorted(dates)),
    }


def _trading(reader: Reader, kind: str | None) -> dict[str, Any]:
    rule = reader.choice("trading_day_rule", TRADING_DAY_RULES, "any")
    if kind == "once" and rule != "any":
        message = gettext_noop(
            'A single run names its date itself, so the trading-day rule "%(value)s" cannot be used. Choose "any" '
            "and a date on which the exchange is open."
        )
        reader.problem("trading_day_rule", "rule_of_once", message, value=rule)
    if kind == "interval" and rule in ("next", "previous"):
        message = gettext_noop(
            'An interval has no time of day to move to another date, so the trading-day rule "%(value)s" cannot be '
            'used. Choose "skip" or "any".'
        )
        reader.problem("trading_day_rule", "rule_of_interval", message, value=rule)
    # Read even when they are without effect, so that a wrong value never waits for the rule to be switched
    # on.
    exchange = reader.choice("exchange", tuple(BY_CODE), DEFAULT_EXCHANGE)
    exceptional = _exceptional_days(reader)
    if rule == "any":
        return {}
    return {"trading_day_rule": rule, "exchange": exchange, "exceptional_days": exceptional}


def _exchange_for_days(values: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """Return what trading days of the month need, in case no trading-day rule has brought it along."""
    if "exchange" in values or not any(day.kind == "trading" for day in values["month_days"]):
        return {}
    exchange = reader.raw("exchange") or DEFAULT_EXCHANGE
    again = Reader({"exceptional_days": reader.raw("exceptional_days")})
    return {"exchange": exchange, "exceptional_days": _exceptional_days(again)}


def _exceptional_days(reader: Reader) -> tuple[ExceptionalDay, ...]:
    field = "exceptional_days"
    example = '[{"on": "2020-10-01", "is_open": false, "ja": "システム障害", "en": "system failure"}]'
    days: dict[Any, ExceptionalDay] = {}
    for item in reader.items(field, most=MAX_DATES, example=example, required=False):
        if not isinstance(item, Mapping) or set(item) != {"on", "is_open", "ja", "en"}:
            message = gettext_noop('"%(value)s" is not an exceptional day. Write for example %(example)s.')
            reader.problem(field, "exceptional_day", message, value=quote(item), example=example)
            continue
        on = reader.on_date(field, item["on"])
        ja, en = reader.text(field, item["ja"]), reader.text(field, item["en"])
        if not isinstance(item["is_open"], bool):
            message = gettext_noop('"is_open" is "%(value)s". Write true or false.')
            reader.problem(field, "not_true_or_false", message, value=quote(item["is_open"]))
        elif on and ja is not None and en is not None:
            if on in days:
                message = gettext_noop("%(on)s is listed twice among the exceptional days. Keep one of the two.")
                reader.problem(field, "listed_twice", message, on=on.isoformat())
            days[on] = ExceptionalDay(on, item["is_open"], ja, en)
    return tuple(days[on] for on in sorted(days))


def _times(reader: Reader) -> tuple[int, ...]:
    times: set[int] = set()
    for item in reader.items("times", most=MAX_TIMES, example='["08:10", "25:00"]'):
        seconds = seconds_of(item) if isinstance(item, str) and len(item) < 10 else None
        if seconds is None:
            message = gettext_noop(
                '"%(value)s" is not a time of day. Write hours and minutes from 0:00 to 29:59, for example 8:10; '
                "25:00 is 1:00 on the following morning."
            )
            reader.problem("times", "time", message, value=quote(item))
        else:
            times.add(seconds)
    return tuple(sorted(times))


def _weekdays(reader: Reader) -> tuple[int, ...]:
    weekdays: set[int] = set()
    for item in reader.items("weekdays", most=50, example='["mon", "wed"]'):
        if isinstance(item, str) and item in WEEKDAYS:
            weekdays.add(WEEKDAYS.index(item))
        else:
            message = gettext_noop('"%(value)s" is not a weekday. Write one of %(known)s.')
            reader.problem("weekdays", "weekday", message, value=quote(item), known=", ".join(WEEKDAYS))
    return tuple(sorted(weekdays))


def _month_days(reader: Reader) -> tuple[MonthDay, ...]:
    days: set[MonthDay] = set()
    for item in reader.items("month_days", most=MAX_MONTH_DAYS, example='[1, 15, "last"]'):
        day = month_day(item) if not isinstance(item, str) or len(item) < 20 else None
        if day is None:
            message = gettext_noop(
                '"%(value)s" is not a day of the month. Write a number from 1 to 31, "last", "2-fri" (second Friday), '
                '"last-fri", or "trading:1" to "trading:%(most)s" and "trading:-1" (last) to "trading:-%(most)s".'
            )
            reader.problem("month_days", "month_day", message, value=quote(item), most=MAX_TRADING_DAY)
        else:
            days.add(day)
    return tuple(sorted(days, key=lambda day: day.order))


def _cron(reader: Reader) -> CronExpression | None:
    value = reader.raw("cron")
    if value is None:
        message = gettext_noop('The cron expression is missing. Write five fields, for example "0 8 * * 1-5".')
        reader.problem("cron", "required", message)
        return None
    # Its length is judged where its fields are known: the sentence can then say how to shorten it.
    text = reader.text("cron", value, most=math.inf)
    if text is None:
        return None
    try:
        return parse_cron(text)
    except CronError as error:
        reader.problems.extend(error.problems)
        return None


def _interval(reader: Reader) -> dict[str, Any]:
    every = None
    if reader.has("every_seconds"):
        every = reader.whole_number("every_seconds", reader.raw("every_seconds"), least=1, most=MAX_EVERY_SECONDS)
    else:
        message = gettext_noop("The length of the interval is missing. Write it in seconds, for example 3600.")
        reader.problem("every_seconds", "required", message)
    return {"every_seconds": every, "anchor": reader.instant("anchor", required=True)}
