"""The address at which people begin."""

import pytest
from rest_framework.test import APIClient

from tests.api.conftest import ClientWith

pytestmark = pytest.mark.django_db


def test_the_root_names_the_lists_to_whoever_has_signed_in(client_with: ClientWith) -> None:
    answer = client_with().get("/api/v1/")

    assert answer.status_code == 200
    assert answer.json()["schedules"] == "http://testserver/api/v1/schedules"
    assert set(answer.json()) == {"endpoints", "schedules", "alerts", "runs", "backfills"}
    assert client_with().post("/api/v1/", {}).status_code == 405


def test_the_root_tells_strangers_nothing(db: None) -> None:
    assert APIClient().get("/api/v1/").status_code == 401
