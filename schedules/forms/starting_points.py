"""Schedules that many begin with: each fills the form in part, and everything in it can be changed before saving."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class StartingPoint:
    """``values`` are those of the model's fields."""

    code: str
    label: Any
    values: dict[str, Any]


STARTING_POINTS = {
    point.code: point
    for point in (
        StartingPoint(
            "morning",
            _("Trading days, in the morning"),
            {"schedule_type": "daily", "execution_times": {"times": ["08:10"]}, "trading_day_rule": "skip"},
        ),
        StartingPoint(
            "published",
            _("After publication 17:40 and the next morning 8:10"),
            {"schedule_type": "daily", "execution_times": {"times": ["08:10", "17:40"]}, "trading_day_rule": "skip"},
        ),
        StartingPoint(
            "month-end",
            _("Last trading day of the month"),
            {"schedule_type": "monthly", "month_days": ["trading:-1"], "execution_times": {"times": ["18:00"]}},
        ),
        StartingPoint(
            "week",
            _("Once a week, Monday or the next trading day"),
            {
                "schedule_type": "weekly",
                "weekdays": ["mon"],
                "execution_times": {"times": ["08:10"]},
                "trading_day_rule": "next",
            },
        ),
        StartingPoint(
            "session",
            _("Every 15 minutes while Tokyo trades"),
            {"schedule_type": "cron", "cron_expression": "*/15 9-15 * * 1-5", "trading_day_rule": "skip"},
        ),
        StartingPoint(
            "new-york",
            _("After the New York close"),
            {
                "schedule_type": "daily",
                "execution_times": {"times": ["16:30"]},
                "timezone": "America/New_York",
                "trading_day_rule": "skip",
                "exchange": "XNYS",
            },
        ),
    )
}
