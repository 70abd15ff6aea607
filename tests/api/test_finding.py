"""Finding runs and schedules: ordering, filters, and pages that stay in place while rows arrive."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from tests.api.answers import codes_by_field
from tests.api.schedules import ADDRESS
from tests.support.builders import a_run, a_schedule, an_endpoint

RUNS = "/api/v1/runs"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.django_db
def test_runs_are_read_oldest_first_page_by_page_and_new_ones_move_nothing(client: APIClient) -> None:
    schedule = a_schedule()
    runs = [a_run(schedule, created_at=NOW + timedelta(minutes=number // 2)).pk for number in range(7)]

    for ordering, expected in (("created_at", runs), ("-created_at", None)):
        page = client.get(f"{RUNS}?page_size=3&ordering={ordering}").json()
        found = [row["id"] for row in page["results"]]
        newest = a_run(schedule, created_at=NOW + timedelta(days=1)).pk
        while page["next"]:
            page = client.get(page["next"]).json()
            found += [row["id"] for row in page["results"]]
        if expected is not None:
            assert set(found) >= set(expected)
            assert len(found) == len(set(found))
        else:
            assert newest not in found
            assert set(found) >= set(runs)


@pytest.mark.django_db
def test_runs_cannot_be_ordered_by_what_has_no_index(client: APIClient) -> None:
    assert codes_by_field(client.get(f"{RUNS}?ordering=scheduled_for")) == {"ordering": ["unknown_ordering"]}


@pytest.mark.django_db
def test_a_run_that_is_known_is_not_sent_again(client: APIClient) -> None:
    address = f"{RUNS}/{a_run(a_schedule()).pk}"
    etag = client.get(address).headers["ETag"]

    assert client.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("endpoint_name=prices", ["b"]),
        ("queue=slow", ["a"]),
        ("changed_before=2000-01-01T00:00:00Z", []),
        ("changed_from=2000-01-01T00:00:00Z&queue=slow", ["a"]),
    ],
)
def test_schedules_are_found_by_more_than_their_rule(client: APIClient, query: str, names: list[str]) -> None:
    a_schedule(name="a", queue="slow", endpoint=an_endpoint(name="companies"))
    a_schedule(name="b", endpoint=an_endpoint(name="prices"))

    assert [row["name"] for row in client.get(f"{ADDRESS}?{query}").json()["results"]] == names
