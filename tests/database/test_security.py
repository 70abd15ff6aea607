"""What keeps strangers and secrets apart: the login, the cookies, the deployment's settings, masked logs and runs."""

import importlib
import io
import logging
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from schedules import masking
from schedules.masked_logs import MaskedFormatter
from schedules.masking import mask_all
from schedules.models import APIEndpoint
from schedules.services.calendar_feeds import make_feed
from stockura import wsgi
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_key, a_run, a_schedule
from tests.support.processes import ROOT
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
KEY = "key-0123456789"


@pytest.fixture
def secret(settings: Any) -> Iterator[str]:
    settings.JQUANTS_API_KEY = KEY
    masking._secrets.cache_clear()
    yield KEY
    masking._secrets.cache_clear()


# --- The login ------------------------------------------------------------------------------------------------


@pytest.fixture
def chief(client: Client, settings: Any) -> User:
    settings.AXES_FAILURE_LIMIT = 3
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return User.objects.create_superuser("chief", password="correct horse battery")


def attempt(client: Client, password: str, name: str = "chief", **extra: Any) -> Any:
    return client.post(LOGIN, {"username": name, "password": password}, **extra)


def test_after_some_failures_even_the_right_password_has_to_wait(client: Client, chief: User) -> None:
    answers = [attempt(client, f"guess {number}") for number in range(3)]
    answers.append(attempt(client, "correct horse battery"))

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert "Wait 15 minutes, then try again." in answers[-1].content.decode()
    assert answers[-1].headers["Retry-After"] == "900"
    assert "sessionid" not in client.cookies
    assert "correct horse" not in answers[-1].content.decode()


def test_a_name_that_does_not_exist_is_treated_alike(client: Client, chief: User) -> None:
    statuses = [attempt(client, "guess", name="nobody").status_code for _ in range(4)]

    assert statuses == [200, 200, 429, 429]


def test_who_waits_keeps_no_colleague_and_no_other_address_waiting(client: Client, chief: User) -> None:
    User.objects.create_superuser("colleague", password="correct horse battery")
    for number in range(4):
        attempt(client, f"guess {number}")

    assert attempt(client, "correct horse battery", name="colleague").status_code == 302
    assert attempt(client, "correct horse battery", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_a_success_forgives_earlier_failures(client: Client, chief: User) -> None:
    for _ in range(2):
        attempt(client, "guess")
        attempt(client, "guess")
        assert attempt(client, "correct horse battery").status_code == 302


def test_cookies_are_for_this_site_alone_and_for_no_script(client: Client, chief: User) -> None:
    client.get(LOGIN)
    attempt(client, "correct horse battery")

    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["samesite"] == "Strict"
        assert client.cookies[name]["httponly"]


def test_the_settings_of_a_deployment_pass_djangos_own_check(redis_server: OwnRedis) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "STOCKURA_ENV_FILE": os.devnull,
        "STATIC_ROOT": os.environ["STATIC_ROOT"],
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "REDIS_URL": os.environ["REDIS_URL"],
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "schedules.example.jp",
        "HTTPS": "true",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    # Whether Redis keeps its keys on disk is the server's own setting, and not that of a deployment's Django.
    found = set(re.findall(r"\((\w+\.[WE]\d+)\)", ended.stderr)) - {"schedules.W007", "schedules.W008"}

    assert found == set(), ended.stderr


# --- Secrets --------------------------------------------------------------------------------------------------


def test_no_secret_stands_in_a_log_line_wherever_it_comes_from(secret: str) -> None:
    try:
        raise ValueError(f"answered 403 to {secret}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "asked with %s", (secret,), sys.exc_info())

    line = MaskedFormatter("%(message)s").format(record)

    assert "asked with ***" in line
    assert "answered 403 to ***" in line
    assert secret not in line


def test_every_line_of_this_site_goes_through_the_masking_formatter(settings: Any) -> None:
    handlers = settings.LOGGING["handlers"].values()

    assert {settings.LOGGING["formatters"][handler["formatter"]]["()"] for handler in handlers} == {
        "schedules.masked_logs.MaskedFormatter"
    }


def test_no_key_that_was_given_out_stands_in_a_log_line() -> None:
    chief = User.objects.create_superuser("chief")
    key = a_key(chief)
    _feed, secret = make_feed(chief, name="phone", language="en")
    address = reverse("calendar_feed", args=[secret])
    record = logging.LogRecord("x", logging.WARNING, "", 0, "Not Found: %s (%s)", (address, f"Token {key}"), None)

    line = MaskedFormatter("%(message)s").format(record)

    assert line == "Not Found: /calendar/***.ics (Token stk_***)"


@pytest.fixture
def web_log() -> Iterator[io.StringIO]:
    """A server's own log of requests, as gunicorn sets it up before it loads the application."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
    logger = logging.getLogger("gunicorn.access")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def test_the_web_servers_own_log_tells_no_key_either(web_log: io.StringIO) -> None:
    secret = secrets.token_urlsafe(32)

    importlib.reload(wsgi)
    importlib.reload(wsgi)
    logging.getLogger("gunicorn.access").error('"GET /calendar/%s.ics HTTP/1.1" 200', secret)

    assert web_log.getvalue() == '[ERROR] "GET /calendar/***.ics HTTP/1.1" 200\n'


@pytest.mark.parametrize("field", ["default_args", "default_kwargs"])
@pytest.mark.parametrize("value", [KEY, "postgres://me:pw@db/x"])
def test_a_secret_of_the_settings_is_no_argument(secret: str, field: str, value: str) -> None:
    given = [[value]] if field == "default_args" else {"deep": {"in": [f"x {value}"]}}

    with pytest.raises(ValidationError) as caught:
        APIEndpoint(name="x", task="tests.nothing", **{field: given}).full_clean()
    assert set(caught.value.message_dict) == {field}


def test_arguments_of_a_run_are_shown_without_secrets_on_its_page_and_in_the_api(client: Client, secret: str) -> None:
    chief = User.objects.create_superuser("chief")
    run = a_run(a_schedule(), args=[f"use {secret}"], kwargs={"api_key": "typed by hand", "limit": 3})
    client.force_login(chief)
    script = APIClient(HTTP_AUTHORIZATION=f"Token {a_key(chief)}")

    page = client.get(f"/admin/schedules/schedulerun/{run.pk}/change/").content.decode()
    document = script.get(f"/api/v1/runs/{run.pk}")
    listed = script.get("/api/v1/runs")

    for text in (page, document.content.decode(), listed.content.decode()):
        assert secret not in text
        assert "typed by hand" not in text
    assert document.json()["args"] == ["use ***"]
    assert document.json()["kwargs"] == {"api_key": "***", "limit": 3}


def test_readers_of_endpoints_schedules_and_their_histories_see_no_secret_argument(client: Client) -> None:
    schedule = a_schedule()
    endpoint = schedule.endpoint
    for name in ("typed by hand", "changed by hand"):
        endpoint.default_kwargs = {"api_key": name, "limit": 3}
        endpoint.save()
    reader = User.objects.create_user("reader", is_staff=True)
    viewing = ("view_apiendpoint", "view_apiendpointschedule")
    reader.user_permissions.set(Permission.objects.filter(codename__in=viewing))
    client.force_login(reader)
    script = APIClient(HTTP_AUTHORIZATION=f"Token {a_key(reader)}")

    texts = [
        client.get(f"/admin/schedules/apiendpoint/{endpoint.pk}/change/").content.decode(),
        client.get(f"/admin/schedules/apiendpoint/{endpoint.pk}/history/").content.decode(),
        client.get(f"/admin/schedules/apiendpointschedule/{schedule.pk}/change/").content.decode(),
        script.get(f"/api/v1/endpoints/{endpoint.pk}/history").content.decode(),
    ]

    for text in texts:
        assert "by hand" not in text
        assert "***" in text
        assert "limit" in text


@pytest.mark.parametrize("name", ["password", "db_password", "API_KEY", "apikey", "access-token", "client_secret"])
def test_what_is_named_like_a_secret_is_masked(name: str) -> None:
    assert mask_all([{name: "value"}]) == [{name: "***"}]


@pytest.mark.parametrize("name", ["primary_key", "tokenizer", "secretary", "keys", "next_page"])
def test_what_only_sounds_like_one_is_not(name: str) -> None:
    assert mask_all({name: "value"}) == {name: "value"}


def test_numbers_and_nothing_under_such_a_name_are_no_secret() -> None:
    assert mask_all({"token": 3, "password": "", "secret": None}) == {"token": 3, "password": "", "secret": None}
