"""Rows for tests, named for what matters in them."""

import uuid
from datetime import UTC, datetime
from typing import Any

from schedules.models import AccessToken, APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.services.access_tokens import make_access_token


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


def a_run(schedule: APIEndpointSchedule | None, **fields: Any) -> ScheduleRun:
    """A run that has succeeded, unless told otherwise; ``created_at`` too may be told."""
    created_at = fields.pop("created_at", None)
    usual: dict[str, Any] = {"state": ScheduleRun.State.SUCCEEDED, "task": "tests.nothing", "task_id": uuid.uuid4()}
    usual["schedule_name"] = schedule.name if schedule else "deleted"
    run = ScheduleRun.objects.create(schedule=schedule, **{**usual, **fields})
    if created_at is not None:
        ScheduleRun.objects.filter(pk=run.pk).update(created_at=created_at)
        run.created_at = created_at
    return run


def a_key(user: Any, **fields: Any) -> str:
    """The key of a new token of the user, valid for everything unless told otherwise."""
    usual = {"name": f"token {AccessToken.objects.count() + 1}", "scopes": AccessToken.Scope.values, "expires_at": None}
    _token, key = make_access_token(user, **{**usual, "now": datetime.now(UTC), **fields})
    return key
