"""Arguments that hold secrets: whoever may change them has to send them back as they are, others are not shown them."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from schedules.models import AccessToken
from tests.support.builders import a_schedule, an_endpoint

SECRET = "s3cret-of-the-source"
ARGUMENTS = {"api_key": SECRET, "market": "TSE"}
SHOWN_TO_READERS = {"api_key": "***", "market": "TSE"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses() -> list[str]:
    endpoint = an_endpoint(name="prices", default_kwargs=ARGUMENTS)
    schedule = a_schedule(name="morning", endpoint=endpoint, kwargs=ARGUMENTS)
    return [
        *(f"/api/v1/endpoints/{rest}" for rest in (endpoint.pk, "by-name/prices", "")),
        *(f"/api/v1/schedules/{rest}" for rest in (schedule.pk, "by-name/morning", "")),
    ]


def arguments_in(client: APIClient, address: str) -> Any:
    document = client.get(address).json()
    row = document["results"][0] if "results" in document else document
    return row["default_kwargs"] if "default_kwargs" in row else row["kwargs"]


def test_who_may_change_arguments_reads_them_as_they_are(client: APIClient, addresses: list[str]) -> None:
    assert [arguments_in(client, address) for address in addresses] == [ARGUMENTS] * len(addresses)


def test_who_may_only_read_is_not_shown_the_secrets_among_them(
    client_with: Callable[..., APIClient], addresses: list[str]
) -> None:
    reader = client_with("view_apiendpoint", "view_apiendpointschedule")

    assert [arguments_in(reader, address) for address in addresses] == [SHOWN_TO_READERS] * len(addresses)


def test_a_token_that_may_not_write_is_not_shown_them_either(client: APIClient, addresses: list[str]) -> None:
    AccessToken.objects.update(scopes=["read", "run"])

    assert [arguments_in(client, address) for address in addresses] == [SHOWN_TO_READERS] * len(addresses)


def test_what_a_pause_answers_hides_them_too(client_with: Callable[..., APIClient], addresses: list[str]) -> None:
    pauser = client_with("view_apiendpointschedule", "pause_apiendpointschedule")

    answer = pauser.post(f"{addresses[3]}/pause", {"reason": "holiday"})

    assert answer.status_code == 200
    assert SECRET not in answer.content.decode()
