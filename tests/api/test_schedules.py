"""/api/v1/schedules: create, read, replace, change, delete, find."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.services.switching import pause_schedule
from tests.api.answers import codes_by_field
from tests.api.conftest import ClientWith
from tests.api.queries import queries_of
from tests.api.schedules import ADDRESS, OF_KIND, a_definition
from tests.support.builders import a_schedule, an_endpoint


@pytest.mark.parametrize("kind", OF_KIND)
def test_a_schedule_of_each_kind_is_created_read_and_deleted(
    client: APIClient, endpoint: APIEndpoint, kind: str
) -> None:
    given = a_definition(endpoint, kind)

    created = client.post(ADDRESS, given)

    assert created.status_code == 201, created.content
    address = f"{ADDRESS}/{created.json()['id']}"
    read = client.get(address).json()
    assert {name: read[name] for name in given} == given
    assert (read["timezone"], read["exchange"], read["enabled"], read["revision"]) == ("Asia/Tokyo", "XTKS", True, 1)
    assert read["sentence"]
    assert read["next_run_at"] > read["created_at"]
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_the_sentence_is_in_the_language_of_the_request(client: APIClient) -> None:
    address = f"{ADDRESS}/{a_schedule().pk}"

    assert client.get(address).json()["sentence"] == "Every day at 8:10"
    assert client.get(f"{address}?lang=ja").json()["sentence"] == "毎日 8:10"


def test_the_next_run_is_written_in_the_zone_of_the_schedule(client: APIClient) -> None:
    schedule = a_schedule(timezone="America/New_York", execution_times={"times": ["12:30"]})

    assert client.get(f"{ADDRESS}/{schedule.pk}").json()["next_run_at"][10:] in ("T12:30:00-05:00", "T12:30:00-04:00")


def test_patch_changes_what_it_names_and_raises_the_revision(client: APIClient) -> None:
    schedule = a_schedule(description="kept", queue="slow")

    answer = client.patch(f"{ADDRESS}/{schedule.pk}", {"execution_times": {"times": ["17:40"]}})

    assert answer.status_code == 200
    assert answer.json()["execution_times"] == {"times": ["17:40"]}
    assert (answer.json()["description"], answer.json()["queue"]) == ("kept", "slow")
    assert answer.json()["revision"] == 2


def test_patch_to_another_kind_forgets_what_belonged_to_the_old_one(client: APIClient) -> None:
    schedule = a_schedule(schedule_type="weekly", execution_times={"times": ["08:10"]}, weekdays=["mon"])

    answer = client.patch(f"{ADDRESS}/{schedule.pk}", {"schedule_type": "cron", "cron_expression": "0 8 * * *"})

    assert answer.status_code == 200
    assert (answer.json()["execution_times"], answer.json()["weekdays"]) == (None, None)
    assert answer.json()["cron_expression"] == "0 8 * * *"


def test_what_belongs_to_another_kind_is_refused_instead_of_forgotten(client: APIClient) -> None:
    schedule = a_schedule()

    answer = client.patch(f"{ADDRESS}/{schedule.pk}", {"cron_expression": "0 8 * * *"})

    assert answer.status_code == 400
    assert codes_by_field(answer) == {"cron_expression": ["wrong_kind"]}
    assert answer.json()["detail"] == '"cron_expression" has no meaning for the kind "daily". Leave it empty.'


def test_put_replaces_so_a_field_left_out_takes_its_default(client: APIClient, endpoint: APIEndpoint) -> None:
    schedule = a_schedule(
        endpoint=endpoint, description="old", queue="slow", args=["x"], catch_up_policy="all", enabled=False
    )

    answer = client.put(f"{ADDRESS}/{schedule.pk}", a_definition(endpoint, "cron"), HTTP_IF_MATCH="*")

    assert answer.status_code == 200
    put = answer.json()
    assert (put["name"], put["cron_expression"], put["execution_times"]) == ("A cron one", "0 8 * * *", None)
    assert (put["description"], put["queue"], put["args"]) == ("", "", None)
    assert (put["catch_up_policy"], put["enabled"]) == ("latest", True)


@pytest.mark.parametrize("kind", OF_KIND)
def test_an_answer_may_be_sent_back_as_it_came(client: APIClient, endpoint: APIEndpoint, kind: str) -> None:
    read = client.post(ADDRESS, a_definition(endpoint, kind)).json()

    written = client.put(f"{ADDRESS}/{read['id']}", read, HTTP_IF_MATCH="*")

    assert written.status_code == 200
    moving = {"updated_at": None, "revision": None}
    assert written.json() | moving == read | moving


def test_what_is_only_read_cannot_be_set(client: APIClient, endpoint: APIEndpoint) -> None:
    stranger = {"revision": 99, "paused_at": "2026-01-01T00:00:00Z", "next_run_at": None, "warning": "x", "id": 77}

    created = client.post(ADDRESS, a_definition(endpoint) | stranger).json()

    assert created["revision"] == 1
    assert created["paused_at"] is None
    assert created["next_run_at"] is not None
    assert created["warning"] is None
    assert created["id"] == APIEndpointSchedule.objects.get().pk


def test_the_recurrence_says_at_the_field_what_is_wrong(client: APIClient, endpoint: APIEndpoint) -> None:
    answer = client.post(
        ADDRESS, a_definition(endpoint, execution_times={"times": ["8", "30:00"]}, timezone="Asia/Tokio")
    )

    assert answer.status_code == 400
    assert codes_by_field(answer) == {"execution_times": ["time", "time"], "timezone": ["timezone"]}
    assert 'Did you mean "Asia/Tokyo"?' in answer.json()["detail"]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"endpoint": 999}, "endpoint", "does_not_exist"),
        ({"endpoint": None}, "endpoint", "null"),
        ({"args": ["a", "b"]}, "args", "arguments"),
        ({"kwargs": {"limt": 1}}, "kwargs", "arguments"),
        ({"cron": "0 8 * * *"}, "cron", "unknown_field"),
        ({"starts_at": "2026-12-31T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"}, "ends_at", "end_before_start"),
        ({"starts_at": "2026-12-31T00:00:00"}, "starts_at", "naive"),
        ({"execution_times": None}, "execution_times", "required"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_at_its_field(
    client: APIClient, endpoint: APIEndpoint, change: dict[str, Any], field: str, code: str
) -> None:
    answer = client.post(ADDRESS, a_definition(endpoint, **change))

    assert answer.status_code == 400
    assert codes_by_field(answer) == {field: [code]}
    assert not APIEndpointSchedule.objects.exists()


def test_two_schedules_of_one_name_are_refused_at_the_name(client: APIClient, endpoint: APIEndpoint) -> None:
    answer = client.post(ADDRESS, a_definition(endpoint, name=a_schedule().name))

    assert answer.status_code == 400
    assert codes_by_field(answer) == {"name": ["unique"]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["cron", "daily", "paused", "was paused"]),
        ("?ordering=-name", ["was paused", "paused", "daily", "cron"]),
        ("?schedule_type=cron", ["cron"]),
        ("?name=daily", ["daily"]),
        ("?enabled=false", ["daily"]),
        ("?trading_day_rule=next", ["cron"]),
        ("?paused=true", ["paused"]),
        ("?paused=false", ["cron", "daily", "was paused"]),
        ("?search=30+9", ["cron"]),
        ("?search=Other", ["cron"]),
        ("?endpoint={other}", ["cron"]),
        ("?endpoint={other}&enabled=false", []),
        ("?page_size=3&page=2", ["was paused"]),
    ],
)
def test_the_list_is_filtered_ordered_searched_and_paged(client: APIClient, query: str, names: list[str]) -> None:
    now = datetime.now(UTC)
    first = an_endpoint(name="First")
    a_schedule(name="daily", enabled=False, endpoint=first)
    other = an_endpoint(name="Other")
    a_schedule(
        name="cron",
        schedule_type="cron",
        cron_expression="30 9 * * *",
        trading_day_rule="next",
        endpoint=other,
    )
    a_schedule(name="paused", endpoint=first, paused_at=now, paused_until=now + timedelta(days=1))
    yesterday, lately = now - timedelta(days=1), now - timedelta(hours=1)
    a_schedule(name="was paused", endpoint=first, paused_at=yesterday, paused_until=lately)

    answer = client.get(ADDRESS + query.format(other=other.pk))

    assert answer.status_code == 200, answer.content
    assert [row["name"] for row in answer.json()["results"]] == names
    assert {row["is_paused"] for row in answer.json()["results"] if row["name"] != "paused"} <= {False}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("pauses=true", "pauses"),
        ("paused=perhaps", "paused"),
        ("schedule_type=yearly", "schedule_type"),
        ("endpoint=x", "endpoint"),
        ("endpoint=99999999999999999999", "endpoint"),
        ("ordering=endpoint__name", "ordering"),
    ],
)
def test_a_parameter_that_means_nothing_is_refused(client: APIClient, query: str, field: str) -> None:
    answer = client.get(f"{ADDRESS}?{query}")

    assert answer.status_code == 400
    assert list(codes_by_field(answer)) == [field]


#: What who may view schedules sees, and nobody else does.
SEEN = {"list", "read", "preview", "preview one", "preview this", "active", "health"}


def test_the_list_costs_the_same_number_of_queries_however_long_it_is(client: APIClient) -> None:
    a_schedule(trading_day_rule="skip")
    one = queries_of(client, ADDRESS)
    for number in range(12):
        a_schedule(trading_day_rule="skip", endpoint=an_endpoint(name=f"endpoint {number}"))

    assert queries_of(client, ADDRESS) == one


def test_a_row_that_makes_no_rule_is_listed_with_its_problem(client: APIClient) -> None:
    schedule = a_schedule()
    APIEndpointSchedule.objects.update(timezone="Asia/Tokio")

    row = client.get(ADDRESS).json()["results"][0]

    assert row["id"] == schedule.pk
    assert (row["sentence"], row["next_run_at"], row["is_in_force"]) == (None, None, False)
    assert "Asia/Tokio" in row["problem"]
    assert client.get(f"{ADDRESS}/{schedule.pk}/preview").status_code == 409


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ((), set()),
        (("view_apiendpointschedule",), SEEN),
        (("add_apiendpointschedule",), {"create"}),
        (("change_apiendpointschedule",), {"patch", "put"}),
        (("delete_apiendpointschedule",), {"delete"}),
        (("run_apiendpointschedule",), set()),
        (("pause_apiendpointschedule",), set()),
        (("view_apiendpointschedule", "run_apiendpointschedule"), {*SEEN, "run"}),
        (("view_apiendpointschedule", "pause_apiendpointschedule"), {*SEEN, "pause", "resume"}),
        (("view_schedulerun",), set()),
        (
            ("view_schedulerun", "view_apiendpointschedule"),
            {*SEEN, "runs"},
        ),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
def test_each_action_needs_its_own_permission(
    client_with: ClientWith, endpoint: APIEndpoint, permissions: tuple[str, ...], allowed: set[str]
) -> None:
    client = client_with(*permissions)
    address = f"{ADDRESS}/{a_schedule(endpoint=endpoint).pk}"
    body = a_definition(endpoint)

    statuses = {
        "list": client.get(ADDRESS).status_code,
        "read": client.get(address).status_code,
        "create": client.post(ADDRESS, body).status_code,
        "patch": client.patch(address, {"description": "x"}).status_code,
        "put": client.put(address, body | {"name": "Another"}, HTTP_IF_MATCH="*").status_code,
        "preview": client.post(f"{ADDRESS}/preview", body).status_code,
        "preview one": client.get(f"{ADDRESS}/preview", {"cron_expression": "0 8 * * *"}).status_code,
        "preview this": client.get(f"{address}/preview").status_code,
        "active": client.get(f"{ADDRESS}/active").status_code,
        "health": client.get("/api/v1/health").status_code,
        "runs": client.get(f"{address}/runs").status_code,
        "run": client.post(f"{address}/run").status_code,
        "pause": client.post(f"{address}/pause").status_code,
        "resume": client.post(f"{address}/resume").status_code,
        "delete": client.delete(address).status_code,
    }

    assert {name for name, status in statuses.items() if status != 403} == allowed
    assert all(200 <= statuses[name] < 300 for name in allowed), statuses


def test_a_schedule_with_a_history_can_be_deleted_and_the_history_stays(client: APIClient) -> None:
    schedule = a_schedule()
    run = ScheduleRun.objects.create(schedule=schedule, schedule_name=schedule.name, task="t", task_id="1")

    assert client.delete(f"{ADDRESS}/{schedule.pk}").status_code == 204

    assert client.get(f"/api/v1/runs/{run.pk}").json()["schedule_name"] == schedule.name


@pytest.mark.django_db(transaction=True)
def test_a_change_does_not_undo_a_pause_that_comes_while_it_is_checked(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = a_schedule()
    original = APIEndpointSchedule.full_clean
    pausing = threading.Thread(target=pause_in_another_connection, args=[schedule.pk])

    def check_while_somebody_pauses(self: APIEndpointSchedule, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        pausing.start()
        pausing.join(timeout=1)  # It has to wait for this request, so this is waited for in vain.

    monkeypatch.setattr(APIEndpointSchedule, "full_clean", check_while_somebody_pauses)
    answer = client.patch(f"{ADDRESS}/{schedule.pk}", {"description": "changed"})
    pausing.join()

    assert answer.status_code == 200
    schedule.refresh_from_db()
    assert (schedule.description, schedule.pause_reason) == ("changed", "holiday")


def pause_in_another_connection(schedule_id: int) -> None:
    pause_schedule(schedule_id, now=datetime.now(UTC), reason="holiday")
    connection.close()
