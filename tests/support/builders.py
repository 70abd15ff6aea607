"""Rows for tests, named for what matters in them."""

from typing import Any

from schedules.models import APIEndpoint, APIEndpointSchedule


def an_endpoint(**fields: Any) -> APIEndpoint:
    return APIEndpoint.objects.create(**{"name": "companies", "task": "tests.nothing", **fields})


def a_schedule(**fields: Any) -> APIEndpointSchedule:
    """A schedule daily at 08:10 in Tokyo, unless told otherwise; its endpoint is made when none is given."""
    endpoint = fields.pop("endpoint", None) or APIEndpoint.objects.first() or an_endpoint()
    timed = fields.get("schedule_type", "daily") in APIEndpointSchedule.TIMED_KINDS
    usual: dict[str, Any] = {"name": f"schedule {APIEndpointSchedule.objects.count() + 1}"}
    if timed:
        usual["execution_times"] = {"times": ["08:10"]}
    return APIEndpointSchedule.objects.create(endpoint=endpoint, **{**usual, **fields})
