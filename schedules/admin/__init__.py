"""The admin's pages: one module for each model. Importing this package registers them."""

from schedules.admin import (
    access_tokens,
    alert_channels,
    alert_rules,
    alerts,
    backfills,
    calendar_feeds,
    endpoints,
    exceptional_days,
    people,
    recorded_changes,
    runs,
    schedules,
)

__all__ = [
    "access_tokens",
    "alert_channels",
    "alert_rules",
    "alerts",
    "backfills",
    "calendar_feeds",
    "endpoints",
    "exceptional_days",
    "people",
    "recorded_changes",
    "runs",
    "schedules",
]
