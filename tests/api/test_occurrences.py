"""One occurrence skipped or moved by a script: the schedule's rule is left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from schedules.models import APIEndpointSchedule, OccurrenceChange
from tests.api.answers import codes_by_field
from tests.api.conftest import ClientWith
from tests.api.hostile import HOSTILE
from tests.api.schedules import ADDRESS
from tests.support.builders import a_schedule


@pytest.fixture
def schedule(db: None) -> APIEndpointSchedule:
    return a_schedule()


@pytest.fixture
def address(schedule: APIEndpointSchedule) -> str:
    return f"{ADDRESS}/{schedule.pk}"


def next_runs(client: APIClient, address: str) -> list[str]:
    return client.get(f"{address}/preview", {"count": 3}).json()["next_runs"]


def later(instant: str, **span: float) -> str:
    return (datetime.fromisoformat(instant) + timedelta(**span)).isoformat()


def test_a_skipped_run_is_gone_from_every_answer_and_comes_back_when_that_is_undone(
    client: APIClient, address: str
) -> None:
    first, second, third = next_runs(client, address)

    answer = client.post(f"{address}/occurrences/skip", {"scheduled_for": first, "reason": "Stocktaking"})

    assert answer.status_code == 200
    [change] = answer.json()["changes"]
    assert (change["scheduled_for"], change["kind"], change["moved_to"]) == (first, "skip", None)
    assert (change["reason"], change["changed_by"], change["has_effect"]) == ("Stocktaking", "operations", True)
    assert [run["at"] for run in answer.json()["runs"]][:2] == [second, third]
    assert answer.json()["warning"] is None
    assert client.get(address).json()["next_run_at"] == second
    preview = client.get(f"{address}/preview").json()
    assert preview["skipped"][0]["reason"]["code"] == "skipped_once"
    assert client.get(f"{address}/occurrences/changes").json()["changes"] == [change]

    assert client.post(f"{address}/occurrences/skip", {"scheduled_for": first}).status_code == 200
    assert client.post(f"{address}/occurrences/undo", {"scheduled_for": first}).json()["changes"] == []
    assert next_runs(client, address) == [first, second, third]


def test_a_moved_run_says_where_the_rule_has_it(client: APIClient, address: str) -> None:
    first, second, _third = next_runs(client, address)
    to = later(first, hours=2)

    answer = client.post(f"{address}/occurrences/move", {"scheduled_for": first, "moved_to": to, "reason": "Late"})

    assert answer.status_code == 200
    moved, following = answer.json()["runs"][:2]
    assert (moved["at"], moved["instead_of"], moved["reason"]["code"]) == (to, first, "moved_once")
    assert (following["at"], following["instead_of"]) == (second, None)
    again = client.post(f"{address}/occurrences/move", {"scheduled_for": to, "moved_to": first})
    assert (again.status_code, again.json()["changes"]) == (200, [])


def test_after_a_swap_the_change_is_named_by_its_number_and_an_instant_that_names_two_is_refused(
    client: APIClient, address: str
) -> None:
    first, second, _third = next_runs(client, address)
    aside = later(first, hours=2)
    client.post(f"{address}/occurrences/move", {"scheduled_for": first, "moved_to": aside})
    changes = client.post(f"{address}/occurrences/move", {"scheduled_for": second, "moved_to": first}).json()["changes"]
    number = {change["scheduled_for"]: change["id"] for change in changes}

    refused = client.post(f"{address}/occurrences/undo", {"scheduled_for": first})

    assert (refused.status_code, refused.json()["code"]) == (409, "ambiguous")
    assert client.get(f"{address}/occurrences/changes").json()["changes"] == changes
    left = client.post(f"{address}/occurrences/undo", {"change": number[first]}).json()["changes"]
    assert [(change["scheduled_for"], change["moved_to"]) for change in left] == [(second, first)]
    gone = client.post(f"{address}/occurrences/undo", {"change": number[first]})
    assert (gone.status_code, gone.json()["code"]) == (409, "change_gone")
    assert client.post(f"{address}/occurrences/undo", {"scheduled_for": first}).json()["changes"] == []


def test_the_number_of_another_schedules_change_undoes_nothing(client: APIClient, address: str, db: None) -> None:
    first = next_runs(client, address)[0]
    changes = client.post(f"{address}/occurrences/skip", {"scheduled_for": first}).json()["changes"]

    answer = client.post(f"{ADDRESS}/{a_schedule().pk}/occurrences/undo", {"change": changes[0]["id"]})

    assert (answer.status_code, OccurrenceChange.objects.count()) == (409, 1)


def test_a_change_raises_the_revision_and_leaves_the_definition(client: APIClient, address: str) -> None:
    before = client.get(address).json()
    client.post(f"{address}/occurrences/skip", {"scheduled_for": next_runs(client, address)[0]})
    after = client.get(address).json()

    assert after["revision"] == before["revision"] + 1
    assert (after["sentence"], after["effective_from"]) == (before["sentence"], before["effective_from"])


@pytest.mark.parametrize(
    ("verb", "body", "status", "codes"),
    [
        ("skip", {"scheduled_for": "2030-01-01T00:00:00+09:00"}, 400, {"scheduled_for": ["no_occurrence"]}),
        ("skip", {}, 400, {"scheduled_for": ["required"]}),
        ("skip", {"scheduled_for": "2030-01-01T08:10:00"}, 400, {"scheduled_for": ["naive"]}),
        ("skip", {"scheduled_for": "FIRST", "reson": "x"}, 400, {"reson": ["unknown_field"]}),
        ("move", {"scheduled_for": "FIRST"}, 400, {"moved_to": ["required"]}),
        ("move", {"scheduled_for": "FIRST", "moved_to": "FIRST"}, 400, {"moved_to": ["target_same"]}),
        (
            "move",
            {"scheduled_for": "FIRST", "moved_to": "2020-01-01T00:00:00+09:00"},
            400,
            {"moved_to": ["target_passed"]},
        ),
        (
            "move",
            {"scheduled_for": "FIRST", "moved_to": "2199-12-31T23:59:59+00:00"},
            400,
            {"moved_to": ["target_too_far"]},
        ),
        ("skip", {"scheduled_for": "9999-12-31T23:59:59-12:00"}, 400, None),
        ("skip", {"scheduled_for": "0001-01-01T00:00:00+12:00"}, 400, None),
        ("move", {"scheduled_for": "FIRST", "moved_to": "0001-01-01T00:00:00+12:00"}, 400, None),
        ("undo", {"scheduled_for": "0001-01-01T00:00:00+00:00"}, 409, {}),
        ("undo", {"change": 999}, 409, {}),
        ("undo", {}, 400, {"change": ["required"]}),
        ("undo", {"scheduled_for": "FIRST", "change": 1}, 400, {"change": ["two_names"]}),
        ("undo", {"change": 10**30}, 400, {"change": ["max_value"]}),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    client: APIClient, address: str, verb: str, body: dict[str, str], status: int, codes: dict[str, list[str]] | None
) -> None:
    first = next_runs(client, address)[0]
    sent = {name: first if value == "FIRST" else value for name, value in body.items()}

    answer = client.post(f"{address}/occurrences/{verb}", sent)

    assert answer.status_code == status
    assert codes is None or codes_by_field(answer) == codes
    assert not OccurrenceChange.objects.exists()


def test_what_has_passed_is_a_conflict(client: APIClient, db: None) -> None:
    schedule = a_schedule(schedule_type="once", execution_times=None, run_at=datetime(2025, 1, 6, 0, 0, tzinfo=UTC))

    answer = client.post(f"{ADDRESS}/{schedule.pk}/occurrences/skip", {"scheduled_for": "2025-01-06T09:00:00+09:00"})

    assert (answer.status_code, answer.json()["code"]) == (409, "passed")
    assert "2025-01-06 09:00" in answer.json()["detail"]


@pytest.mark.parametrize("verb", ["skip", "move", "undo"])
@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_that_can_be_sent_is_a_fault_of_the_program(
    client: APIClient, address: str, verb: str, value: Any
) -> None:
    answer = client.post(f"{address}/occurrences/{verb}", {"scheduled_for": value, "moved_to": value, "reason": value})

    assert answer.status_code == 400


def test_reading_is_for_viewers_and_changing_for_those_who_may_change(client_with: ClientWith, address: str) -> None:
    viewer = client_with("view_apiendpointschedule", "run_apiendpointschedule", "pause_apiendpointschedule")

    assert viewer.get(f"{address}/occurrences/changes").status_code == 200
    for verb in ("skip", "move", "undo"):
        assert viewer.post(f"{address}/occurrences/{verb}", {}).status_code == 403
    assert client_with("change_apiendpointschedule").get(f"{address}/occurrences/changes").status_code == 403
    assert viewer.get(f"{ADDRESS}/999/occurrences/changes").status_code == 404


def test_a_schedule_says_what_was_decided_about_its_next_run(client: APIClient, address: str) -> None:
    first, second, _third = next_runs(client, address)
    assert client.get(address).json()["next_run_change"] is None

    client.post(f"{address}/occurrences/skip", {"scheduled_for": first, "reason": "Stocktaking"})
    skipped = client.get(address).json()
    assert skipped["next_run_at"] == second
    assert skipped["next_run_change"] == {"scheduled_for": first, "moved_to": None, "reason": "Stocktaking"}

    new_time = later(first, hours=1)
    client.post(f"{address}/occurrences/move", {"scheduled_for": first, "moved_to": new_time, "reason": "Late"})
    moved = client.get(ADDRESS).json()["results"][0]
    assert moved["next_run_at"] == new_time
    assert moved["next_run_change"] == {"scheduled_for": first, "moved_to": new_time, "reason": "Late"}


def test_the_history_of_a_schedule_holds_the_one_time_changes_and_none_is_reverted_there(
    client: APIClient, address: str
) -> None:
    first = next_runs(client, address)[0]
    client.post(f"{address}/occurrences/skip", {"scheduled_for": first, "reason": "Stocktaking"})
    client.post(f"{address}/occurrences/undo", {"scheduled_for": first})

    undone, skipped, created = client.get(f"{address}/history").json()["results"]
    told = [(entry["action"], entry["who"], entry["reason"]) for entry in (undone, skipped, created)]
    assert told[:2] == [("deleted", "operations", ""), ("created", "operations", "Stocktaking")]
    assert [entry["occurrence"] and datetime.fromisoformat(entry["occurrence"]) for entry in (undone, created)] == [
        datetime.fromisoformat(first),
        None,
    ]
    assert {"field": "kind", "before": None, "after": "skip"} in skipped["changes"]
    answer = client.post(f"{address}/history/{skipped['id']}/revert", {})
    assert answer.status_code == 409
