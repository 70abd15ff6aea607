"""Answers that are put together without DRF's questions are the answers that DRF gives."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient

from schedules.api.serializers.endpoints import EndpointSerializer
from schedules.api.serializers.runs import RunDetailSerializer, RunSerializer
from schedules.api.serializers.schedules import ScheduleSerializer
from schedules.masking import mask_all
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.standing import places_of
from tests.api.schedules import OF_KIND
from tests.support.builders import a_run, a_schedule

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)


def by_drf(serializer: Any, rows: Any) -> list[dict[str, Any]]:
    return [ModelSerializer.to_representation(serializer, row) for row in rows]


@pytest.fixture(params=[("Asia/Tokyo", "ja"), ("UTC", "en"), ("America/New_York", "en")])
def _somewhere(request: pytest.FixtureRequest) -> Any:
    zone, language = request.param
    with timezone.override(ZoneInfo(zone)), translation.override(language):
        yield


@pytest.mark.usefixtures("_somewhere")
def test_schedules_and_endpoints_of_every_kind_and_state_are_shown_as_drf_shows_them(endpoint: APIEndpoint) -> None:
    for kind, fields in OF_KIND.items():
        a_schedule(name=kind, endpoint=endpoint, schedule_type=kind, **{"execution_times": None, **fields})
    a_schedule(name="off", endpoint=endpoint, enabled=False, args=[1], kwargs={"limit": 2}, starts_at=NOW, ends_at=NOW)
    a_schedule(name="paused", endpoint=endpoint, paused_at=NOW, paused_until=NOW + timedelta(days=9), pause_reason="x")
    broken = a_schedule(name="broken", endpoint=endpoint)
    APIEndpointSchedule.objects.filter(pk=broken.pk).update(execution_times={"times": ["99:99"]})

    rows = list(APIEndpointSchedule.objects.select_related("endpoint").order_by("pk"))
    places = places_of(rows, now=NOW)
    for row in rows:
        row.place = places[row.pk]
    for warning in (None, "Saved, but not yet in force."):
        context = {"now": NOW, "warning": warning}
        shown = [dict(each) for each in ScheduleSerializer(rows, many=True, context=context).data]
        assert shown == by_drf(ScheduleSerializer(context=context), rows)
        assert len(shown) == len(OF_KIND) + 3
    endpoints = APIEndpoint.objects.all()
    assert [dict(each) for each in EndpointSerializer(endpoints, many=True).data] == by_drf(
        EndpointSerializer(), endpoints
    )


@pytest.mark.usefixtures("_somewhere")
def test_runs_are_shown_as_drf_shows_them(endpoint: APIEndpoint) -> None:
    schedule, person = a_schedule(endpoint=endpoint), User.objects.create_user("tanaka")
    a_run(schedule, scheduled_for=NOW, dispatched_at=NOW, started_at=NOW, finished_at=NOW + timedelta(seconds=1.25))
    a_run(schedule, state="failed", error="HTTP 503", traceback="…", result={"a": None}, kwargs={"api_key": "x"})
    a_run(schedule, trigger="manual", triggered_by=person, trigger_reason="again", progress_done=0, result=0)
    a_run(None, state="skipped", state_reason="overlap", args=["<b>", None])
    rows = list(ScheduleRun.objects.order_by("pk"))
    for serializer in (RunSerializer, RunDetailSerializer):
        expected = by_drf(serializer(), rows)
        for each in expected:
            each |= {name: mask_all(each[name]) for name in ("args", "kwargs")}
        assert [dict(each) for each in serializer(rows, many=True).data] == expected


def queries(client: APIClient, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", ["/api/v1/schedules", "/api/v1/runs", "/api/v1/runs?state=succeeded"])
def test_a_list_takes_as_many_queries_for_fifty_rows_as_for_two(
    client: APIClient, endpoint: APIEndpoint, address: str
) -> None:
    def add(number: int) -> None:
        for _each in range(number):
            a_run(a_schedule(endpoint=endpoint, trading_day_rule="skip"), triggered_by=User.objects.first())

    add(2)
    client.get(address)
    few = queries(client, address)
    add(48)
    assert queries(client, address) == few
    assert few <= 6
