"""Tokens: what they let a script do, for how long, and what is kept of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from schedules.models import AccessToken
from schedules.services.access_tokens import make_access_token, revoke_access_token
from tests.api.queries import queries_of
from tests.api.schedules import ADDRESS, a_definition
from tests.support.builders import a_key, a_schedule, an_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_superuser("script")


def with_key(key: str, word: str = "Bearer") -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"{word} {key}", HTTP_ACCEPT_LANGUAGE="en")


@pytest.mark.parametrize("word", ["Token", "Bearer", "token", "BEARER"])
def test_either_word_stands_before_the_key(user: User, word: str) -> None:
    assert with_key(a_key(user), word).get(ADDRESS).status_code == 200


def test_nothing_that_is_stored_lets_anybody_in(user: User) -> None:
    key = a_key(user)

    row = AccessToken.objects.values().get()

    assert key not in str(row)
    assert row["prefix"] == key[:12]
    assert with_key(row["digest"]).get(ADDRESS).status_code == 401
    assert with_key(row["prefix"]).get(ADDRESS).status_code == 401


def test_a_user_has_as_many_tokens_as_there_are_scripts_and_one_is_revoked_without_the_others(user: User) -> None:
    nightly, manual = a_key(user, name="nightly"), a_key(user, name="manual")

    revoke_access_token(AccessToken.objects.get(name="nightly"), now=datetime.now(UTC))

    refused = with_key(nightly).get(ADDRESS)
    assert (refused.status_code, refused.json()["code"]) == (401, "revoked_token")
    assert "was revoked" in refused.json()["detail"]
    assert with_key(manual).get(ADDRESS).status_code == 200
    # The name is free again.
    assert with_key(a_key(user, name="nightly")).get(ADDRESS).status_code == 200


def test_a_token_ends_when_its_time_is_over(user: User) -> None:
    now = datetime.now(UTC)
    key = a_key(user, expires_at=now + timedelta(days=1))

    assert with_key(key).get(ADDRESS).status_code == 200
    with time_machine.travel(now + timedelta(days=1, seconds=1), tick=False):
        refused = with_key(key).get(ADDRESS)
    assert (refused.status_code, refused.json()["code"]) == (401, "expired_token")


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ([], set()),
        (["read"], {"list", "read", "preview", "runs", "health"}),
        (["run"], {"run"}),
        (["write"], {"create", "patch", "pause", "resume", "delete"}),
        (["read", "run"], {"list", "read", "preview", "runs", "health", "run"}),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_a_token_does_only_what_its_scopes_say(user: User, scopes: list[str], allowed: set[str]) -> None:
    endpoint = an_endpoint(task="tests.fetch")
    client, address = with_key(a_key(user, scopes=scopes)), f"{ADDRESS}/{a_schedule(endpoint=endpoint).pk}"

    answers: dict[str, Any] = {
        "list": client.get(ADDRESS),
        "read": client.get(address),
        "preview": client.post(f"{ADDRESS}/preview", a_definition(endpoint)),
        "runs": client.get("/api/v1/runs"),
        "health": client.get("/api/v1/health"),
        "create": client.post(ADDRESS, a_definition(endpoint)),
        "patch": client.patch(address, {"description": "x"}),
        "pause": client.post(f"{address}/pause"),
        "resume": client.post(f"{address}/resume"),
        "run": client.post(f"{address}/run"),
        "delete": client.delete(address),
    }

    assert {name for name, answer in answers.items() if answer.status_code < 300} == allowed
    refused = [answer.json() for name, answer in answers.items() if name not in allowed]
    assert {document["code"] for document in refused} <= {"scope_missing"}


def test_scopes_give_nothing_that_the_user_may_not_do() -> None:
    key = a_key(User.objects.create_user("nobody"))

    assert with_key(key).get(ADDRESS).status_code == 403


def test_last_use_is_noted_at_most_once_a_minute(user: User) -> None:
    client, first = with_key(a_key(user)), datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    with time_machine.travel(first, tick=False):
        noting = queries_of(client, ADDRESS)
    with time_machine.travel(first + timedelta(seconds=59), tick=False):
        not_noting = queries_of(client, ADDRESS)
    assert AccessToken.objects.get().last_used_at == first
    assert not_noting < noting
    with time_machine.travel(first + timedelta(seconds=60), tick=False):
        client.get(ADDRESS)
    assert AccessToken.objects.get().last_used_at == first + timedelta(seconds=60)


def test_a_request_names_the_token_that_it_came_with(user: User) -> None:
    token, _key = make_access_token(user, name="nightly", scopes=["read"], expires_at=None, now=datetime.now(UTC))

    assert str(token) == "nightly"
