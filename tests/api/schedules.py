"""Definitions of schedules as scripts send them."""

from typing import Any

ADDRESS = "/api/v1/schedules"
PREVIEW = f"{ADDRESS}/preview"

#: One good rule of each kind.
OF_KIND: dict[str, dict[str, Any]] = {
    "daily": {"execution_times": {"times": ["08:10", "25:00"]}},
    "weekly": {"execution_times": {"times": ["08:10"]}, "weekdays": ["mon", "thu"]},
    "monthly": {"execution_times": {"times": ["08:10"]}, "month_days": [1, "last", "trading:-1"]},
    "cron": {"cron_expression": "0 8 * * *"},
    "interval": {"interval_seconds": 3600},
    "once": {"run_at": "2027-04-01T09:00:00+09:00"},
}


def a_rule(kind: str = "daily", **fields: Any) -> dict[str, Any]:
    """A rule of a kind as a preview takes it."""
    return {"schedule_type": kind, **OF_KIND[kind], **fields}


def a_definition(endpoint: Any, kind: str = "daily", /, **fields: Any) -> dict[str, Any]:
    """A whole schedule as POST and PUT take it."""
    return {"endpoint": endpoint.pk, "name": f"A {kind} one", **a_rule(kind), **fields}
