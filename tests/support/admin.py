"""What a browser sends to the pages of schedules, and what the engine then holds."""

from typing import Any

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint

LIST = "/admin/schedules/apiendpointschedule/"
ADD = f"{LIST}add/"


def typed(endpoint: APIEndpoint, **fields: Any) -> dict[str, Any]:
    """What a browser sends for a new schedule, before a kind's own fields are filled in."""
    return {
        "name": "a new schedule",
        "endpoint": endpoint.pk,
        "enabled": "on",
        "schedule_type": "daily",
        "execution_times": "",
        "short_months": "skip",
        "cron_expression": "",
        "interval_seconds_amount": "",
        "interval_seconds_unit": "1",
        "run_at": "",
        "timezone": "Asia/Tokyo",
        "trading_day_rule": "any",
        "exchange": "XTKS",
        "catch_up_policy": "latest",
        "catch_up_window_seconds_amount": "6",
        "catch_up_window_seconds_unit": "3600",
        "overlap_policy": "skip",
        "max_retries": "0",
        "jitter_seconds_amount": "0",
        "jitter_seconds_unit": "1",
        "retry_delay_seconds_amount": "1",
        "retry_delay_seconds_unit": "60",
        "args": "",
        "kwargs": "",
        **fields,
    }


def as_sent(form: Any) -> dict[str, Any]:
    """What a browser sends of a form that nobody touches."""
    data: dict[str, Any] = {}
    for name in form.fields:
        bound = form[name]
        value = bound.value()
        if name.endswith("_seconds") and hasattr(bound.field.widget, "decompress"):
            amount, unit = bound.field.widget.decompress(value)
            data[f"{name}_amount"], data[f"{name}_unit"] = "" if amount is None else amount, unit
        elif value is True:
            data[name] = "on"
        elif value is not None and value is not False and (text := bound.field.widget.format_value(value)) is not None:
            data[name] = text
    return data


def in_force() -> set[int]:
    return Mirror().schedule_ids()
