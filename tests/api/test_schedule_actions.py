"""What one does with a schedule besides editing it: run it now, pause, resume, read its history."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import redis
from rest_framework.test import APIClient

from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from tests.api.answers import codes_by_field
from tests.api.hostile import HOSTILE
from tests.api.queries import queries_of
from tests.api.schedules import ADDRESS
from tests.support.builders import a_schedule
from tests.support.redis_server import RedisServer


@pytest.fixture
def schedule(db: None) -> APIEndpointSchedule:
    return a_schedule()


@pytest.fixture
def address(schedule: APIEndpointSchedule) -> str:
    return f"{ADDRESS}/{schedule.pk}"


@pytest.mark.django_db(transaction=True)
def test_run_hands_one_run_to_the_workers_and_says_which(client: APIClient, redis_client: redis.Redis) -> None:
    schedule = a_schedule(args=["by hand"])

    answer = client.post(f"{ADDRESS}/{schedule.pk}/run", {"reason": "trying it out"})

    assert answer.status_code == 202
    run = answer.json()
    assert (run["trigger"], run["trigger_reason"], run["triggered_by"]) == ("manual", "trying it out", "operations")
    assert (run["state"], run["scheduled_for"], run["args"]) == ("dispatched", None, ["by hand"])
    assert client.get(f"/api/v1/runs/{run['id']}").json()["task_id"] == run["task_id"]
    message = json.loads(redis_client.lindex("default", 0))
    assert message["headers"]["id"] == run["task_id"]


def test_run_with_other_arguments_is_called_with_these_once(client: APIClient, endpoint: APIEndpoint) -> None:
    schedule = a_schedule(endpoint=endpoint, kwargs={"limit": 5})
    address = f"{ADDRESS}/{schedule.pk}"

    laid_over = client.post(f"{address}/run", {"args": ["manual"], "kwargs": {"limit": 9}}).json()
    usual = client.post(f"{address}/run", {"args": None}).json()
    replaced = client.post(f"{address}/run", {"kwargs": {}, "replace_kwargs": True}).json()

    assert (laid_over["args"], laid_over["kwargs"]) == (["manual"], {"limit": 9})
    assert (usual["args"], usual["kwargs"]) == (["scheduled"], {"limit": 5})
    assert replaced["kwargs"] == {}


@pytest.mark.parametrize(("field", "value"), [("kwargs", {"limt": 1}), ("kwargs", [1]), ("args", 7), ("args", "x")])
def test_arguments_that_the_task_does_not_take_are_refused_at_their_field(
    client: APIClient, endpoint: APIEndpoint, field: str, value: object
) -> None:
    answer = client.post(f"{ADDRESS}/{a_schedule(endpoint=endpoint).pk}/run", {field: value})

    assert answer.status_code == 400
    assert codes_by_field(answer) == {field: ["arguments"]}
    assert not ScheduleRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_run_says_so_when_the_task_queue_does_not_take_it(client: APIClient, redis_server: RedisServer) -> None:
    schedule = a_schedule()
    redis_server.kill()

    answer = client.post(f"{ADDRESS}/{schedule.pk}/run")

    assert answer.status_code == 503
    assert answer.json()["code"] == "dispatch_failed"
    assert schedule.name in answer.json()["detail"]
    assert ScheduleRun.objects.get().state == ScheduleRun.State.FAILED


@pytest.mark.django_db(transaction=True)
def test_what_is_off_or_paused_can_be_run(client: APIClient) -> None:
    schedule = a_schedule(enabled=False)
    client.post(f"{ADDRESS}/{schedule.pk}/pause")

    assert client.post(f"{ADDRESS}/{schedule.pk}/run").status_code == 202


def test_pause_with_a_reason_and_an_end(client: APIClient, address: str) -> None:
    until = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)

    answer = client.post(f"{address}/pause", {"reason": "maintenance", "until": until.isoformat()})

    assert answer.status_code == 200
    paused = answer.json()
    assert (paused["is_paused"], paused["pause_reason"]) == (True, "maintenance")
    assert datetime.fromisoformat(paused["paused_until"]) == until
    assert datetime.fromisoformat(paused["next_run_at"]) > until


def test_pause_until_resumed(client: APIClient, address: str) -> None:
    paused = client.post(f"{address}/pause").json()
    again = client.post(f"{address}/pause").json()
    resumed = client.post(f"{address}/resume").json()

    assert (paused["is_paused"], paused["paused_until"], paused["next_run_at"]) == (True, None, None)
    assert again == paused
    assert (resumed["is_paused"], resumed["pause_reason"]) == (False, "")
    assert resumed["next_run_at"]
    assert client.post(f"{address}/resume").json() == resumed


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"until": "2020-01-01T00:00:00+09:00"}, "until", "in_the_past"),
        ({"until": "2099-01-01T00:00:00"}, "until", "naive"),
        ({"until": "2099-01-01"}, "until", "naive"),
        ({"untill": None}, "untill", "unknown_field"),
        ({"reason": "x" * 501}, "reason", "max_length"),
        ([], "", "invalid"),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused(
    client: APIClient, address: str, body: object, field: str, code: str
) -> None:
    answer = client.post(f"{address}/pause", body)

    assert answer.status_code == 400, answer.content
    assert codes_by_field(answer) == {field: [code]}
    assert client.get(address).json()["is_paused"] is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("field", ["reason", "until"])
def test_no_value_of_a_pause_is_a_fault_of_the_program(client: APIClient, field: str) -> None:
    address = f"{ADDRESS}/{a_schedule().pk}"
    for value in [*HOSTILE, "9999-12-31T23:59:59+00:00", "9899-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"]:
        answer = client.post(f"{address}/pause", {field: value})

        assert answer.status_code in (200, 400), (value, answer.content[:300])
        assert client.get(address).status_code == 200
        assert client.post(f"{address}/resume").status_code == 200


@pytest.mark.parametrize("field", ["reason", "args", "kwargs", "replace_kwargs"])
def test_no_value_of_a_run_is_a_fault_of_the_program(client: APIClient, address: str, field: str) -> None:
    for value in HOSTILE:
        answer = client.post(f"{address}/run", {field: value})

        assert answer.status_code in (202, 400), (value, answer.content[:300])


def test_the_history_of_a_schedule_is_its_own_newest_first_by_cursor(
    client: APIClient, schedule: APIEndpointSchedule, address: str
) -> None:
    for number in range(5):
        a_run(schedule, str(number))
    a_run(a_schedule(), "of another")

    first = client.get(f"{address}/runs?page_size=3").json()
    second = client.get(first["next"]).json()

    assert [run["task_id"] for run in first["results"]] == ["4", "3", "2"]
    assert [run["task_id"] for run in second["results"]] == ["1", "0"]
    assert second["next"] is None


def test_the_history_costs_the_same_number_of_queries_however_long_it_is(
    client: APIClient, schedule: APIEndpointSchedule, address: str
) -> None:
    a_run(schedule, "first")
    one = queries_of(client, f"{address}/runs")
    for number in range(20):
        a_run(schedule, str(number))

    assert queries_of(client, f"{address}/runs") == one


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("name", ["run", "pause", "resume"])
def test_what_changes_something_is_a_post(client: APIClient, address: str, name: str, method: str) -> None:
    answer = client.generic(method, f"{address}/{name}")

    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("name", ["run", "pause", "resume"])
def test_what_is_not_there_cannot_be_acted_on(client: APIClient, name: str) -> None:
    assert client.post(f"{ADDRESS}/999/{name}").status_code == 404


@pytest.mark.parametrize("name", ["runs", "preview"])
def test_a_parameter_that_means_nothing_is_refused(client: APIClient, address: str, name: str) -> None:
    assert codes_by_field(client.get(f"{address}/{name}?limit=3")) == {"limit": ["unknown_parameter"]}


def a_run(schedule: APIEndpointSchedule, task_id: str) -> ScheduleRun:
    return ScheduleRun.objects.create(
        schedule=schedule, schedule_name=schedule.name, task="tests.nothing", task_id=task_id
    )


def test_a_pause_until_the_next_trading_day_says_when_it_ends(client: APIClient, address: str) -> None:
    answer = client.post(f"{address}/pause", {"until_next_trading_day": True})
    until = datetime.fromisoformat(answer.json()["paused_until"])
    assert until > datetime.now(UTC)
    assert f"{until.astimezone(timezone(timedelta(hours=9))):%H:%M:%S}" == "00:00:00"

    both = client.post(f"{address}/pause", {"until_next_trading_day": True, "until": "2190-01-01T00:00:00Z"})
    assert (both.status_code, codes_by_field(both)) == (400, {"until": ["two_ends"]})
