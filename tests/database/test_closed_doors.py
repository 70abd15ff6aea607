"""Every address of the site, asked by those who may not: strangers, people without permissions, other sites' pages."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from tests.browser.scene import build
from tests.support.builders import a_schedule

pytestmark = pytest.mark.django_db

#: What strangers may ask, and what anybody on the staff may.
OPEN = {"/", "/admin/login/", "/i18n/setlang/", "/healthz", "/readyz"}
FOR_STAFF = OPEN | {
    "/admin/",
    "/admin/search/",
    "/admin/jsi18n/",
    "/admin/password_change/",
    "/admin/password_change/done/",
    "/api/v1/",
    "/api/v1/schema",
    "/api/v1/docs",
    "/api/v1/redoc",
}
CLOSED = {401, 403, 404, 405}
SIGN_IN = {"username": "chief", "password": "correct horse battery"}
PARAMETERS = {"code": "run", "name": "morning", "app_label": "schedules"}


def addresses(resolver: Any = None, before: str = "/") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        # A part in brackets is one of a pattern's parameters, however it is written.
        part = re.sub(r"\(\?P<(\w+)>(?:\[[^]]*\]|[^()])*\)|<(?:\w+:)?(\w+)>", _parameter, str(pattern.pattern))
        address = before + part.replace("/?$", "").replace("$", "").replace("^", "")
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, address)
        elif "logout" not in address:
            yield address


def _parameter(found: re.Match[str]) -> str:
    return PARAMETERS.get(found[1] or found[2], "1")


@pytest.fixture
def rows(endpoint: Any) -> User:
    chief = User.objects.create_superuser("chief")
    build(chief, endpoint)
    return chief


def ask(client: Client, method: str, address: str, **extra: Any) -> Any:
    if method == "get" or not address.startswith("/api"):
        return getattr(client, method)(address, **extra)
    return getattr(client, method)(address, "{}", content_type="application/json", **extra)


def test_nothing_is_forgotten() -> None:
    found = set(addresses())

    assert len(found) > 100
    assert not any(re.search(r"[()<>?\[\]]", address) for address in found)
    assert found >= FOR_STAFF
    assert {"/api/v1/schedules/1/run", "/api/v1/schedules/by-name/morning", "/calendar/1.ics"} <= found
    assert "/admin/schedules/apiendpointschedule/1/history/1/revert/" in found


@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_without_permissions_nothing_is_read_and_nothing_done(rows: User, who: str) -> None:
    client = Client()
    if who != "stranger":
        client.force_login(User.objects.create_user("somebody", is_staff=True))
    opened = []
    for address in addresses():
        for method in ("get", "post"):
            answer = ask(client, method, address)
            assert "J-Quants answered 503" not in answer.content.decode(), address
            if answer.status_code in CLOSED or _leads_elsewhere(answer, address):
                continue
            opened.append(address)

    assert set(opened) <= (FOR_STAFF if who == "staff" else OPEN)


def _leads_elsewhere(answer: Any, address: str) -> bool:
    """Say whether it leads to the login, to the first page, or from an old address of a row to its present one."""
    target = answer.headers.get("Location", "").partition("?")[0]
    return answer.status_code in (301, 302) and target in ("/admin/login/", "/admin/", f"{address}change/")


def test_no_other_sites_page_can_make_a_browser_change_anything(rows: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(rows)
    done = [
        (method, address)
        for address in addresses()
        for method in (("post", "put", "patch", "delete") if address.startswith("/api") else ("post",))
        if ask(browser, method, address, HTTP_ORIGIN="https://evil.example").status_code not in CLOSED
    ]

    assert done == []


def test_no_other_site_may_read_or_frame_a_page_or_learn_its_address(rows: User) -> None:
    browser = Client()
    browser.force_login(rows)
    for address in [*FOR_STAFF, "/api/v1/schedules", "/metrics", "/calendar/1.ics", "/nowhere", "/admin/nowhere/"]:
        headers = browser.get(address, HTTP_ORIGIN="https://evil.example").headers
        assert "Access-Control-Allow-Origin" not in headers, address
        assert headers["X-Frame-Options"] == "DENY", address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), address


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "\x08//evil",
    ],
)
def test_nobody_is_led_to_another_site(client: Client, elsewhere: str) -> None:
    User.objects.create_superuser("chief", password="correct horse battery")
    schedule = a_schedule()
    signed_in = client.post(f"/admin/login/?{urlencode({'next': elsewhere})}", {**SIGN_IN, "next": elsewhere})
    told_language = client.post("/i18n/setlang/", {"language": "en", "next": elsewhere})
    do = "/admin/schedules/apiendpointschedule/do"
    switched = client.post(f"{do}/disable/", {"schedule": schedule.pk, "back": elsewhere})
    asked = client.get(f"{do}/pause/", {"schedule": schedule.pk, "back": elsewhere})

    assert [answer.status_code for answer in (signed_in, told_language, switched)] == [302] * 3
    assert re.fullmatch(r"/(admin/[\w/]*)?", signed_in.headers["Location"])
    assert re.fullmatch(r"/(admin/[\w/]*)?", told_language.headers["Location"])
    assert re.fullmatch(r"/admin/[\w/]*", switched.headers["Location"])
    assert "evil" not in asked.content.decode()
    assert "javascript:" not in asked.content.decode()


def test_signing_in_and_out_gives_a_new_session(client: Client) -> None:
    User.objects.create_superuser("chief", password="correct horse battery")
    client.cookies["sessionid"] = "known-to-somebody-else-000000000"
    client.post("/admin/login/", SIGN_IN)
    first = client.cookies["sessionid"].value
    assert first != "known-to-somebody-else-000000000"
    client.post("/admin/logout/")
    client.post("/admin/login/", SIGN_IN)

    assert client.cookies["sessionid"].value != first
    client.cookies["sessionid"] = first
    assert client.get("/admin/").status_code == 302
