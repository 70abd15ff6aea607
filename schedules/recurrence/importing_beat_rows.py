"""Take over the schedules of django-celery-beat's rows: crontab, interval and clocked; solar is refused.

The rows come as plain values, so that nothing here knows Django. What such a row does that a definition says in
another way is told by a notice: intervals that drift, ends that are moments before, single runs.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from schedules.recurrence.importing_celery import import_celery_crontab
from schedules.recurrence.parsing import parse_definition
from schedules.recurrence.problems import DefinitionError, Problem, gettext_noop, quote
from schedules.recurrence.values import Notice

_CRONTAB_FIELDS = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")
_PERIODS = {
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
    "microseconds": timedelta(microseconds=1),
}

Imported = tuple[dict[str, Any], list[Notice]]


def import_beat_row(row: Mapping[str, Any], *, now: datetime, timezone: str) -> Imported:
    """Return the definition of a django-celery-beat row, and notices on what it means otherwise here.

    ``row`` holds ``crontab``, ``interval``, ``clocked`` or ``solar`` with that model's fields as a mapping, and of the
    periodic task ``start_time``, ``expires``, ``one_off``, ``last_run_at`` (aware or absent). ``timezone`` is used
    where the row has none of its own. Raises DefinitionError for what cannot be taken over, with the reason.
    """
    if row.get("interval") is not None:
        definition, notices = _interval(row["interval"], row, now, timezone)
    elif row.get("crontab") is not None:
        crontab = row["crontab"]
        values = {name: crontab[name] for name in _CRONTAB_FIELDS if name in crontab}
        definition, notices = import_celery_crontab(**values, timezone=str(crontab.get("timezone") or timezone))
    elif row.get("solar") is not None:
        raise _refusal("solar", "solar", _SOLAR, event=quote(row["solar"].get("event", "")))
    elif row.get("clocked") is not None:
        return _clocked(row["clocked"], timezone)
    else:
        raise _refusal("schedule", "no_schedule", _NO_SCHEDULE)
    definition = parse_definition({**definition, **_limits(row)}).definition
    return _once(definition, now, notices) if row.get("one_off") else (definition, notices)


_SOLAR = gettext_noop(
    'The solar schedule "%(event)s" cannot be taken over: its times follow the sun and are never the same twice. '
    "Choose times of day."
)
_NO_SCHEDULE = gettext_noop("The row has no schedule. Choose a crontab, an interval or a clocked time for it.")
_SHORT = gettext_noop(
    'The interval "%(every)s %(period)s" is not a number of whole seconds. Choose a length of whole seconds, '
    "at least one."
)
_NEVER_AGAIN = gettext_noop(
    "The row is to run only once, but its schedule does not run any more. Choose a date and time."
)


def _refusal(field: str, code: str, message: str, **params: Any) -> DefinitionError:
    return DefinitionError([Problem(field, code, message, params)])


def _limits(row: Mapping[str, Any]) -> dict[str, str]:
    limits = {}
    if (start := row.get("start_time")) is not None:
        limits["starts_at"] = _rounded_up(start).isoformat()
    if (expires := row.get("expires")) is not None:
        # There the row is switched off once the moment has come; an end here is the last moment that still counts.
        limits["ends_at"] = (_rounded_up(expires) - timedelta(seconds=1)).isoformat()
    return limits


def _rounded_up(instant: datetime) -> datetime:
    whole = instant.replace(microsecond=0)
    return whole if whole == instant else whole + timedelta(seconds=1)


def _interval(interval: Mapping[str, Any], row: Mapping[str, Any], now: datetime, timezone: str) -> Imported:
    every, period = interval.get("every"), interval.get("period")
    try:
        length = _PERIODS[period] * every if period in _PERIODS and type(every) is int else timedelta(0)
    except OverflowError:  # longer than the calendar
        length = timedelta(0)
    if length < timedelta(seconds=1) or length % timedelta(seconds=1):
        raise _refusal("interval", "interval_length", _SHORT, every=quote(every), period=quote(period))
    anchor = (row.get("last_run_at") or row.get("start_time") or now).replace(microsecond=0)
    definition = {
        "kind": "interval",
        "every_seconds": length // timedelta(seconds=1),
        "anchor": anchor.isoformat(),
        "timezone": timezone,
    }
    drift = Notice(
        "interval_anchored",
        "Celeryの間隔は前回の実行から数えるため、実行のたびに少しずつ遅れます。ここでは起点から数えるため、時刻はずれません。",
        "Celery counts an interval from the run before, so that it drifts. Here it is counted from a fixed moment.",
    )
    return parse_definition(definition).definition, [drift]


def _clocked(clocked: Mapping[str, Any], timezone: str) -> Imported:
    at = clocked.get("clocked_time")
    value = at.isoformat() if isinstance(at, datetime) else at
    return parse_definition({"kind": "once", "at": value, "timezone": timezone}).definition, []


def _once(definition: dict[str, Any], now: datetime, notices: list[Notice]) -> Imported:
    first = parse_definition(definition).next_after(now)
    if first is None:
        raise _refusal("one_off", "never_again", _NEVER_AGAIN)
    single = {"kind": "once", "at": first.isoformat(), "timezone": definition["timezone"]}
    told = Notice(
        "one_off",
        "この行は1回だけ実行されるため、次の1回の日時として取り込みます。",
        "This row is to run only once, so it is taken over as its next date and time.",
    )
    kept = [notice for notice in notices if notice.code != "interval_anchored"]
    return parse_definition(single).definition, [told, *kept]
