"""Refusals: one shape, no fault of the program whatever is sent, nothing told to strangers."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from tests.api.answers import assert_refused_at, codes_by_field
from tests.api.hostile import HOSTILE
from tests.support.builders import a_key

ENDPOINTS = "/api/v1/endpoints"
GOOD = {"name": "Prices", "task": "tests.fetch"}


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"\xff\xfe{}", 400),
        (b'{"name": "\xe6\x97"}', 400),
        (b'{"name": NaN}', 400),
        (b'{"name": 1e999}', 400),
        (b'{"expires_seconds": ' + b"9" * 5_000 + b"}", 400),
        (b'{"name": "a\\u0000b", "task": "tests.fetch"}', 400),
        (b'{"name": "\\ud800", "task": "tests.fetch"}', 400),
        (b'{"name": "a", "task": "tests.fetch", "default_kwargs": {"\\u0000": 1}}', 400),
        (f'{{"default_args": {deep(30)}}}'.encode(), 400),
        (deep(200_000).encode(), 400),
        (b'{"name": "' + b"x" * 1_000_001 + b'"}', 413),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_body_that_cannot_be_used_is_a_problem_document(client: APIClient, body: bytes, status: int) -> None:
    answer = client.generic("POST", ENDPOINTS, body, content_type="application/json")

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["code"]
    assert document["detail"].strip()


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:24])
def test_no_value_of_any_field_of_an_endpoint_is_a_fault_of_the_program(client: APIClient, value: Any) -> None:
    fields = ["name", "description", "task", "default_args", "default_kwargs", "queue", "expires_seconds", "enabled"]

    for field in fields:
        answer = client.post(ENDPOINTS, GOOD | {"name": f"{field} test"} | {field: value})

        assert answer.status_code in (201, 400), (field, value, answer.content[:300])
        assert_refused_at(answer, {field})


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/endpoints/999999999999999999", 404, "not_found"),
        ("GET", "/api/v1/endpoints/" + "9" * 40, 404, "not_found"),
        ("GET", "/api/v1/endpoints/%00", 404, "not_found"),
        ("GET", "/api/v1/endpoints/١", 404, "not_found"),
        ("GET", "/api/v1/endpoints?page=99", 404, "not_found"),
        ("PATCH", "/api/v1/endpoints", 405, "method_not_allowed"),
        ("POST", "/api/v1/runs", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/runs/1", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_is_a_problem_document_too(
    client: APIClient, method: str, address: str, status: int, code: str
) -> None:
    answer = client.generic(method, address)

    assert answer.status_code == status, answer.content[:300]
    codes_by_field(answer)
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("endpoints?page=x", "page"),
        ("endpoints?page=0", "page"),
        ("endpoints?page=-1", "page"),
        ("endpoints?page=" + "9" * 5_000, "page"),
        ("endpoints?page=%D9%A1", "page"),
        ("endpoints/{pk}/history?page=x", "page"),
        ("runs?cursor=%ff", "cursor"),
        ("runs?cursor=cD1hYmM=", "cursor"),  # p=abc
        ("runs?cursor=cD0yMDI2LTAxLTAx", "cursor"),  # p=2026-01-01, without an offset
        # p=0001-01-01T00:00:00+09:00, which is the year 0 in UTC
        ("runs?cursor=cD0wMDAxLTAxLTAxVDAwOjAwOjAwJTJCMDk6MDA=", "cursor"),
    ],
)
def test_a_page_that_no_list_has_given_is_refused_at_its_parameter(
    client: APIClient, endpoint: Any, query: str, field: str
) -> None:
    answer = client.get(f"/api/v1/{query.format(pk=endpoint.pk)}")

    assert answer.status_code == 400
    assert codes_by_field(answer) == {field: [field]}


def test_the_last_page_has_a_name(client: APIClient, endpoint: Any) -> None:
    assert client.get(f"{ENDPOINTS}?page=last").json()["results"][0]["id"] == endpoint.pk


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "TRACE", "PURGE"])
@pytest.mark.parametrize(
    "address",
    [
        *("endpoints", "endpoints/1", "schedules", "schedules/1", "schedules/1/run", "schedules/1/preview"),
        *("schedules/preview", "schedules/active", "runs", "health", "schema", "nothing"),
    ],
)
def test_no_method_is_a_fault_of_the_program(client: APIClient, method: str, address: str) -> None:
    assert client.generic(method, f"/api/v1/{address}").status_code < 500


def test_form_data_is_refused_with_the_type_that_is_expected(client: APIClient) -> None:
    answer = client.post(ENDPOINTS, GOOD, format=None, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/",
        "/api/v1/endpoints",
        "/api/v1/endpoints/1",
        "/api/v1/runs",
        "/api/v1/runs/1",
        "/api/v1/schedules",
        "/api/v1/schedules/1",
        "/api/v1/schedules/1/preview",
        "/api/v1/schedules/1/runs",
        "/api/v1/schedules/1/run",
        "/api/v1/schedules/preview",
        "/api/v1/schedules/active",
        "/api/v1/health",
        "/api/v1/schema",
        "/api/v1/nothing",
    ],
)
def test_strangers_are_told_only_how_to_sign_in(db: None, address: str) -> None:
    answer = APIClient().get(address)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("token", ["", "wrong", "a b", "\x00", "'--", "é", "x" * 10_000])
def test_a_wrong_token_is_a_refusal(db: None, token: str) -> None:
    answer = APIClient(HTTP_AUTHORIZATION=f"Token {token}").get(ENDPOINTS)

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_token_of_somebody_who_left_is_worth_nothing(db: None) -> None:
    user = User.objects.create_superuser("gone", is_active=False)

    answer = APIClient(HTTP_AUTHORIZATION=f"Token {a_key(user)}").get(ENDPOINTS)

    assert answer.status_code == 401


def test_a_browser_session_works_and_needs_the_csrf_token_to_write(db: None) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_superuser("operator"))

    assert browser.get(ENDPOINTS).status_code == 200
    assert browser.post(ENDPOINTS, GOOD).status_code == 403


def test_the_health_probe_is_open_and_says_nothing(db: None) -> None:
    answer = APIClient().get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_refusals_speak_the_language_that_is_asked_for(client: APIClient) -> None:
    by_header = client.get(f"{ENDPOINTS}/999", HTTP_ACCEPT_LANGUAGE="ja").json()["detail"]
    by_parameter = client.get(f"{ENDPOINTS}/999?lang=ja").json()["detail"]
    english = client.get(f"{ENDPOINTS}/999").json()["detail"]

    assert by_header == by_parameter
    assert not by_header.isascii()
    assert english.isascii()


def test_a_slash_at_the_end_does_no_harm(client: APIClient) -> None:
    assert client.get(f"{ENDPOINTS}/").status_code == 200
    assert client.post(f"{ENDPOINTS}/", GOOD).status_code == 201


def test_json_stays_json_for_a_browser(client: APIClient) -> None:
    answer = client.get(ENDPOINTS, HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8")

    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.content)["results"] == []
