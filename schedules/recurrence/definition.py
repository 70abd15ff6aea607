"""A definition that has been read: typed, checked, in one canonical order."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from schedules.recurrence.calendars import ExceptionalDay
from schedules.recurrence.changes import Change
from schedules.recurrence.clock import as_datetime
from schedules.recurrence.cron_expression import CronExpression
from schedules.recurrence.grouping import even_step
from schedules.recurrence.month_days import MonthDay
from schedules.recurrence.times import text_of
from schedules.recurrence.values import WEEKDAYS

DEFAULT_TIMEZONE = "Asia/Tokyo"
DEFAULT_EXCHANGE = "XTKS"


@dataclass(frozen=True)
class Definition:
    """What one rule says. Instants are whole seconds since 1970, times seconds after midnight, Monday is 0.

    Fields of other kinds keep their empty defaults. ``exchange`` and ``exceptional_days`` are filled only
    where trading days play a part, so that a change of the staff's table concerns only the rules that look at
    it.
    """

    kind: str
    timezone: str = DEFAULT_TIMEZONE
    starts_at: int | None = None
    ends_at: int | None = None
    excluded_dates: tuple[date, ...] = ()
    trading_day_rule: str = "any"
    exchange: str | None = None
    exceptional_days: tuple[ExceptionalDay, ...] = ()
    times: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    month_days: tuple[MonthDay, ...] = ()
    short_months: str = "skip"
    cron: CronExpression | None = None
    every_seconds: int = 0
    anchor: int = 0
    at: int = 0
    changes: tuple[Change, ...] = ()

    @property
    def days_that_months_lack(self) -> tuple[int, ...]:
        """Numbered days that some of its months do not have; empty where nobody would ask what happens then."""
        if self.cron is not None:
            return _days_that_months_lack(self.cron)
        numbers = [day.number for day in self.month_days if day.kind == "day"]
        if len(numbers) == 31 or any(day.kind == "last" for day in self.month_days):
            return ()
        return tuple(number for number in numbers if number > 28)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form; reading it again gives an equal definition."""
        return {
            "kind": self.kind,
            "timezone": self.timezone,
            **self._of_kind(),
            **self._limits(),
            **self._trading(),
            **self._changed(),
        }

    @property
    def canonical_json(self) -> str:
        """One line with sorted keys; equal definitions have the same."""
        return json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def _of_kind(self) -> dict[str, Any]:
        times = [text_of(time) for time in self.times]
        match self.kind:
            case "daily":
                return {"times": times}
            case "weekly":
                return {"times": times, "weekdays": [WEEKDAYS[weekday] for weekday in self.weekdays]}
            case "monthly":
                return {
                    "times": times,
                    "month_days": [day.item for day in self.month_days],
                    "short_months": self.short_months,
                }
            case "cron":
                assert self.cron is not None
                return {"cron": self.cron.text}
            case "interval":
                return {"every_seconds": self.every_seconds, "anchor": as_datetime(self.anchor).isoformat()}
            case _:
                return {"at": as_datetime(self.at).isoformat()}

    def _limits(self) -> dict[str, Any]:
        limits: dict[str, Any] = {}
        if self.starts_at is not None:
            limits["starts_at"] = as_datetime(self.starts_at).isoformat()
        if self.ends_at is not None:
            limits["ends_at"] = as_datetime(self.ends_at).isoformat()
        if self.excluded_dates:
            limits["excluded_dates"] = [day.isoformat() for day in self.excluded_dates]
        return limits

    def _trading(self) -> dict[str, Any]:
        if self.exchange is None:
            return {}
        trading: dict[str, Any] = {"trading_day_rule": self.trading_day_rule, "exchange": self.exchange}
        if self.exceptional_days:
            trading["exceptional_days"] = [
                {"on": day.on.isoformat(), "is_open": day.is_open, "ja": day.ja, "en": day.en}
                for day in self.exceptional_days
            ]
        return trading

    def _changed(self) -> dict[str, Any]:
        return {"changes": [change.as_dict() for change in self.changes]} if self.changes else {}


def _days_that_months_lack(cron: CronExpression) -> tuple[int, ...]:
    # "Every odd day" and "every day from the 20th on" stop by themselves where the month does.
    is_pattern = len(cron.days) > 4 and even_step(cron.days) is not None
    if is_pattern or cron.limits_weekdays or not cron.limits_dates or cron.last_day:
        return ()
    shortest = min(28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31 for month in cron.months)
    return tuple(day for day in cron.days if day > shortest)
