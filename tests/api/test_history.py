"""The history of changes through the API: read it, and undo one change."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.builders import a_schedule

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from schedules.models import APIEndpoint, APIEndpointSchedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(endpoint: "APIEndpoint") -> "APIEndpointSchedule":
    return a_schedule(endpoint=endpoint, name="morning")


def address(schedule: Any, rest: str = "") -> str:
    return f"/api/v1/schedules/{schedule.pk}{rest}"


def entries_of(client: "APIClient", schedule: Any) -> list[dict[str, Any]]:
    return client.get(address(schedule, "/history")).json()["results"]  # type: ignore[no-any-return]


def undo(client: "APIClient", schedule: Any, entry: dict[str, Any], **body: Any) -> Any:
    return client.post(address(schedule, f"/history/{entry['id']}/revert"), body)


def test_the_history_says_who_what_why_and_the_rule_in_words(client: "APIClient", schedule: Any) -> None:
    body = {"execution_times": {"times": ["09:00"]}}
    client.patch(address(schedule), body, headers={"X-Change-Reason": "later"})
    changed, created = entries_of(client, schedule)

    assert [changed["action"], created["action"]] == ["changed", "created"]
    assert (changed["who"], changed["door"], changed["reason"]) == ("operations", "api", "later")
    assert changed["changes"] == [
        {"field": "execution_times", "before": {"times": ["08:10"]}, "after": {"times": ["09:00"]}}
    ]
    assert changed["rule_before"] != changed["rule_after"]
    assert "8:10" in changed["rule_before"]
    assert created["rule_before"] is None


def test_a_revert_undoes_its_change_only_and_can_be_undone(client: "APIClient", schedule: Any) -> None:
    client.patch(address(schedule), {"execution_times": {"times": ["09:00"]}})
    client.patch(address(schedule), {"max_retries": 2})
    times = entries_of(client, schedule)[1]
    answer = undo(client, schedule, times, reason="wrong file").json()

    assert (answer["execution_times"], answer["max_retries"]) == ({"times": ["08:10"]}, 2)
    undone = entries_of(client, schedule)[0]
    assert (undone["reverts"], undone["reason"]) == (times["id"], "wrong file")
    assert undo(client, schedule, undone).json()["execution_times"] == {"times": ["09:00"]}


def test_undoing_twice_says_that_there_is_nothing_to_undo(client: "APIClient", schedule: Any) -> None:
    client.patch(address(schedule), {"max_retries": 2})
    entry = entries_of(client, schedule)[0]
    undo(client, schedule, entry)
    answer = undo(client, schedule, entry)

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_revert")


def test_instants_in_the_history_are_written_as_everywhere_else(client: "APIClient", schedule: Any) -> None:
    until = "2031-01-06T08:00:00+09:00"
    client.post(address(schedule, "/pause"), {"until": until, "reason": "holiday"})
    entry = entries_of(client, schedule)[0]
    shown = {change["field"]: change["after"] for change in entry["changes"]}

    assert (shown["paused_until"], shown["paused_at"][-6:], entry["at"][-6:]) == (until, "+09:00", "+09:00")


def test_a_creation_is_not_undone(client: "APIClient", schedule: Any) -> None:
    answer = undo(client, schedule, entries_of(client, schedule)[-1])
    assert (answer.status_code, answer.json()["code"]) == (409, "not_revertible")


def test_what_would_be_no_valid_schedule_any_more_is_refused_at_its_field(
    client: "APIClient", schedule: Any, endpoint: Any
) -> None:
    client.patch(address(schedule), {"name": "evening"})
    a_schedule(endpoint=endpoint, name="morning")
    answer = undo(client, schedule, entries_of(client, schedule)[0])

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "name")


def test_a_deleted_schedule_comes_back_under_its_number_and_is_in_force(
    client: "APIClient", schedule: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client.delete(address(schedule))
    assert client.get(address(schedule)).status_code == 404
    deleted = entries_of(client, schedule)[0]
    with django_capture_on_commit_callbacks(execute=True):
        answer = undo(client, schedule, deleted)

    assert (answer.status_code, answer.json()["id"]) == (200, schedule.pk)
    back = client.get(address(schedule)).json()
    assert (back["name"], back["standing"], back["created_at"]) == (
        "morning", "in_force", answer.json()["created_at"]
    )  # fmt: skip


def test_without_its_endpoint_a_schedule_is_not_restored(client: "APIClient", schedule: Any, endpoint: Any) -> None:
    endpoint.delete()
    answer = undo(client, schedule, entries_of(client, schedule)[0])
    assert (answer.status_code, "endpoint" in answer.json()["detail"]) == (409, True)

    entry = client.get(f"/api/v1/endpoints/{schedule.endpoint_id}/history").json()["results"][0]
    client.post(f"/api/v1/endpoints/{schedule.endpoint_id}/history/{entry['id']}/revert", {})
    assert undo(client, schedule, entries_of(client, schedule)[0]).status_code == 200


def test_a_revert_needs_the_permission_of_what_it_undoes(client_with: Any, schedule: Any) -> None:
    from django.utils import timezone

    from schedules.services.switching import pause_schedule, set_enabled

    set_enabled(schedule.pk, False)
    pause_schedule(schedule.pk, now=timezone.now(), reason="holiday")
    pauser = client_with("view_apiendpointschedule", "pause_apiendpointschedule")
    paused, switched = entries_of(pauser, schedule)[:2]

    assert undo(pauser, schedule, switched).status_code == 403
    assert undo(pauser, schedule, paused).json()["is_paused"] is False


def test_a_token_that_only_reads_undoes_nothing(client: "APIClient", schedule: Any) -> None:
    from schedules.models import AccessToken

    client.patch(address(schedule), {"max_retries": 2})
    entry = entries_of(client, schedule)[0]
    AccessToken.objects.update(scopes=["read"])

    assert undo(client, schedule, entry).json()["code"] == "scope_missing"


def test_a_row_that_never_was_has_no_history(client: "APIClient") -> None:
    assert client.get("/api/v1/schedules/999/history").status_code == 404
    assert client.get("/api/v1/schedules/999999999999999999/history").status_code == 404
