"""Requests made up from the API's description: none is a fault of the program, each answer is as described.

A few hundred in each run of the tests; STOCKURA_GENERATED_CASES=2000 makes as many as that.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from tests.api.test_schema_snapshot import SNAPSHOT
from tests.support.builders import a_key, a_run

pytestmark = pytest.mark.django_db(transaction=True)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CASES = int(os.environ.get("STOCKURA_GENERATED_CASES", "300"))
SEED = int(os.environ.get("STOCKURA_GENERATED_SEED", "20261124"))

DESCRIBED = schemathesis.openapi.from_path(SNAPSHOT)
OPERATIONS = {found.ok().label: found.ok() for found in DESCRIBED.get_all_operations()}
#: Broken requests are fewer: most are refused at the first look.
BROKEN_IN = 4

POSITIVE, NEGATIVE = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


@pytest.fixture
def key(settings: Any) -> Iterator[str]:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {
        "DEFAULT_THROTTLE_RATES": dict.fromkeys(("read", "write", "run"))
    }
    DESCRIBED.app = get_wsgi_application()
    # As Django's own test client has it: the connection stays open from one request to the next.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield a_key(User.objects.create_superuser("script"))
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def rows() -> dict[str, Any]:
    """What there is to be addressed, made anew where an earlier request has deleted it."""
    endpoint, _new = APIEndpoint.objects.get_or_create(pk=1, defaults={"name": "銘柄/一覧", "task": "tests.fetch"})
    fields = {"name": endpoint.name, "endpoint": endpoint, "execution_times": {"times": ["08:10", "25:00"]}}
    schedule, _new = APIEndpointSchedule.objects.get_or_create(pk=1, defaults=fields)
    if not ScheduleRun.objects.filter(pk=1).exists():
        a_run(schedule, pk=1, traceback="Traceback …", result={"created": 1})
    return {"id": 1, "name": endpoint.name}


def of_what_is_there(operation: Any, mode: Any) -> Any:
    """Requests of rows that exist where the address names one; of a row of any other name or number now and then."""
    known = {name: value for name, value in rows().items() if f"{{{name}}}" in operation.path}
    if not known:
        return operation.as_strategy(generation_mode=mode)
    return st.one_of(
        *[operation.as_strategy(generation_mode=mode, path_parameters=known)] * 3,
        operation.as_strategy(generation_mode=mode),
    )


def broken(operation: Any) -> Any:
    """Requests that break the description, if there is anything in them to break."""
    parts = (operation.body, operation.query, operation.headers, operation.path_parameters)
    return of_what_is_there(operation, NEGATIVE) if any(len(part) for part in parts) else None


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_request_is_a_fault_and_each_answer_is_as_described(label: str, key: str) -> None:
    operation, number = OPERATIONS[label], max(4, CASES // len(OPERATIONS))
    for requests, share in ((of_what_is_there(operation, POSITIVE), 1), (broken(operation), BROKEN_IN)):
        if requests is not None:
            answers_hold(requests, -(-number // share), key)


def answers_hold(requests: Any, number: int, key: str) -> None:
    @seed(SEED)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=requests)
    def hold(case: Any) -> None:
        rows()
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        headers |= {"If-Match": "*"} if case.method == "PUT" and "{id}" in case.path else {}
        case.headers = {**(case.headers or {}), **headers}
        case.validate_response(case.call(app=DESCRIBED.app), checks=CHECKS)

    hold()
