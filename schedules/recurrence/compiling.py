"""From a definition to the plan that computes it."""

from schedules.recurrence.calendars import TradingCalendar
from schedules.recurrence.changed import ChangedPlan
from schedules.recurrence.clock import MAX_INSTANT, MIN_INSTANT
from schedules.recurrence.days import CronDays, DaysOfMonth, DaysOfWeek, EveryDay, PlainDays
from schedules.recurrence.definition import Definition
from schedules.recurrence.effective_days import EffectiveDays
from schedules.recurrence.grid import GridPlan
from schedules.recurrence.plans import Plan, Span
from schedules.recurrence.single import SinglePlan
from schedules.recurrence.wall_clock import WallClockPlan
from schedules.recurrence.zones import find_zone


def compile_plan(rule: Definition) -> Plan:
    """Return the plan of a checked definition, without its one-time changes."""
    zone = find_zone(rule.timezone)
    assert zone is not None
    if rule.kind == "once":
        return SinglePlan(zone=zone, at=rule.at)
    span = _span(rule)
    if rule.kind == "interval":
        # Without rules about dates the grid is plain arithmetic.
        days = _days(rule) if rule.excluded_dates or rule.trading_day_rule != "any" else None
        return GridPlan(zone=zone, anchor=rule.anchor, every=rule.every_seconds, days=days, span=span)
    return WallClockPlan(
        zone=zone,
        days=_days(rule),
        times=_times(rule),
        real_time=rule.cron is not None and rule.cron.follows_real_time,
        span=span,
    )


def compile_changes(rule: Definition, plain: Plan) -> ChangedPlan:
    """Return the plan of a definition with one-time changes; ``plain`` is that of the same without them."""
    zone = find_zone(rule.timezone)
    assert zone is not None
    return ChangedPlan(plain, rule.changes, zone=zone, span=_span(rule))


def _span(rule: Definition) -> Span:
    return Span(
        MIN_INSTANT if rule.starts_at is None else rule.starts_at,
        MAX_INSTANT if rule.ends_at is None else rule.ends_at,
    )


def _days(rule: Definition) -> EffectiveDays:
    calendar = TradingCalendar(rule.exchange, rule.exceptional_days) if rule.exchange else None
    return EffectiveDays(
        _plain_days(rule, calendar),
        rule=rule.trading_day_rule,
        calendar=calendar,
        excluded=frozenset(day.toordinal() for day in rule.excluded_dates),
    )


def _plain_days(rule: Definition, calendar: TradingCalendar | None) -> PlainDays:
    if rule.kind == "weekly":
        return DaysOfWeek(rule.weekdays)
    if rule.kind == "monthly":
        return DaysOfMonth(rule.month_days, rule.short_months, calendar)
    if rule.cron:
        return CronDays(rule.cron)
    return EveryDay()


def _times(rule: Definition) -> list[int]:
    if rule.cron:
        return [hour * 3600 + minute * 60 for hour in rule.cron.hours for minute in rule.cron.minutes]
    return list(rule.times)
