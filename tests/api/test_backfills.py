"""A past period is asked for by a script: looked at first, then run, followed, and called off."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from rest_framework.test import APIClient

from schedules.models import APIEndpointSchedule, Backfill, ScheduleRun
from tests.api.answers import codes_by_field
from tests.api.conftest import ClientWith
from tests.api.hostile import HOSTILE
from tests.api.schedules import ADDRESS
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule
from tests.support.queue_worker import work_off

State = ScheduleRun.State
BACKFILLS = "/api/v1/backfills"
#: 08:10 in Tokyo on 2 to 4 March 2026.
DAYS = [datetime(2026, 3, day, 23, 10, tzinfo=UTC) for day in range(1, 4)]
PERIOD = {"from_at": "2026-03-02T00:00:00+09:00", "to_at": "2026-03-04T23:59:59+09:00"}


@pytest.fixture
def schedule(db: None) -> APIEndpointSchedule:
    return a_schedule()


def address_of(schedule: APIEndpointSchedule) -> str:
    return f"{ADDRESS}/{schedule.pk}/backfill"


def instants(rows: list[dict[str, Any]]) -> list[datetime]:
    return [datetime.fromisoformat(row["scheduled_for"]) for row in rows]


def test_a_dry_run_says_what_would_be_run_and_does_nothing(client: APIClient, schedule: APIEndpointSchedule) -> None:
    a_run(schedule, scheduled_for=DAYS[0])
    a_run(schedule, scheduled_for=DAYS[1], state=State.MISSED)

    answer = client.post(address_of(schedule), {**PERIOD, "dry_run": True, "order": "newest"})

    assert answer.status_code == 200, answer.content
    plan = answer.json()
    assert instants(plan["to_run"]) == [DAYS[2], DAYS[1]]
    assert [one["earlier_state"] for one in plan["to_run"]] == ["", "missed"]
    assert (instants(plan["left_out"]), plan["left_out"][0]["reason"]) == ([DAYS[0]], "succeeded")
    assert not Backfill.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_is_run_and_can_be_followed(client: APIClient, redis_client: redis.Redis) -> None:
    schedule = a_schedule()

    answer = client.post(address_of(schedule), {**PERIOD, "dry_run": False, "reason": "outage"})

    assert answer.status_code == 202, answer.content
    started = answer.json()
    assert (started["state"], started["asked_by"], started["reason"]) == ("running", "operations", "outage")
    assert instants(started["occurrences"]) == DAYS
    assert [one["state"] for one in started["occurrences"]] == ["dispatched", None, None]
    work_off(redis_client)
    done = client.get(f"{BACKFILLS}/{started['id']}").json()
    assert (done["state"], done["progress"]["succeeded"], done["progress"]["total"]) == ("done", 3, 3)
    listed = client.get(f"{BACKFILLS}?schedule={schedule.pk}&state=done").json()["results"]
    assert [(row["id"], row["progress"]) for row in listed] == [(done["id"], done["progress"])]
    runs = client.get(f"/api/v1/runs?backfill={started['id']}").json()["results"]
    assert {(run["trigger"], run["backfill"], run["lateness_seconds"]) for run in runs} == {
        ("backfill", started["id"], None)
    }
    assert client.post(f"{BACKFILLS}/{started['id']}/cancel").json()["code"] == "already_ended"


@pytest.mark.django_db(transaction=True)
def test_it_is_called_off_once_however_often_that_is_asked(client: APIClient) -> None:
    started = client.post(address_of(a_schedule()), {**PERIOD, "dry_run": False}).json()

    first = client.post(f"{BACKFILLS}/{started['id']}/cancel")
    again = client.post(f"{BACKFILLS}/{started['id']}/cancel")

    assert first.status_code == again.status_code == 200
    assert (first.json()["state"], first.json()["cancelled_by"]) == ("cancelled", "operations")
    assert again.json() == first.json()


@pytest.mark.django_db(transaction=True)
def test_sent_twice_with_one_key_it_is_started_once(client: APIClient) -> None:
    address, body = address_of(a_schedule()), {**PERIOD, "dry_run": False}

    first, again = (client.post(address, body, headers={"Idempotency-Key": "morning"}) for _ in range(2))

    assert again.json() == first.json()
    assert Backfill.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"dry_run": None}, "dry_run", "null"),
        ({"to_at": "2999-01-01T00:00:00Z"}, "to_at", "in_the_future"),
        ({"to_at": "2026-01-01T00:00:00Z"}, "to_at", "end_before_start"),
        ({"from_at": "2026-03-02T00:00:00"}, "from_at", "naive"),
        ({"from_at": "2026-03-03T00:00:00Z", "to_at": "2026-03-03T01:00:00Z", "dry_run": False}, "from_at",
         "nothing_to_run"),
        ({"limit": 1001}, "limit", "out_of_range"),
        ({"at_once": 21}, "at_once", "max_value"),
        ({"order": "random"}, "order", "invalid_choice"),
        ({"until": "2026-03-03"}, "until", "unknown_field"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_at_its_field(
    client: APIClient, schedule: APIEndpointSchedule, body: dict[str, Any], field: str, code: str
) -> None:
    answer = client.post(address_of(schedule), {**PERIOD, "dry_run": True, **body})

    assert answer.status_code == 400, answer.content
    assert codes_by_field(answer) == {field: [code]}
    assert not Backfill.objects.exists()


def test_whether_it_is_a_dry_run_must_be_said(client: APIClient, schedule: APIEndpointSchedule) -> None:
    assert codes_by_field(client.post(address_of(schedule), PERIOD)) == {"dry_run": ["required"]}


@pytest.mark.parametrize("field", ["from_at", "to_at", "limit", "at_once", "order", "reason", "include_succeeded"])
def test_no_value_is_a_fault_of_the_program(client: APIClient, schedule: APIEndpointSchedule, field: str) -> None:
    for value in [*HOSTILE, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59"]:
        answer = client.post(address_of(schedule), {**PERIOD, "dry_run": True, field: value})

        assert answer.status_code in (200, 400), (value, answer.content[:300])


def test_it_takes_the_permission_to_run(client_with: ClientWith, schedule: APIEndpointSchedule) -> None:
    now = datetime.now(UTC)
    backfill = Backfill.objects.create(schedule=schedule, from_at=now - timedelta(days=1), to_at=now)
    reader = client_with("view_apiendpointschedule", "view_schedulerun")
    runner = client_with("view_apiendpointschedule", "run_apiendpointschedule")

    assert reader.post(address_of(schedule), {**PERIOD, "dry_run": True}).status_code == 403
    assert reader.post(f"{BACKFILLS}/{backfill.pk}/cancel").status_code == 403
    assert reader.get(f"{BACKFILLS}/{backfill.pk}").status_code == 200
    assert client_with("view_apiendpointschedule").get(BACKFILLS).status_code == 403
    assert runner.post(address_of(schedule), {**PERIOD, "dry_run": True}).status_code == 200
    assert runner.post(f"{ADDRESS}/999/backfill", {**PERIOD, "dry_run": True}).status_code == 404
    assert runner.get(address_of(schedule)).status_code in (403, 405)
