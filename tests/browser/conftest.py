"""A browser before the pages of a running copy.

The web server is a real process on the test's database. Whatever a page asks of another machine is recorded and
refused, and so is what it writes to the console: a page that is not quiet fails its test.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.support.browser import NoBrowser, open_chromium
from tests.support.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OpenAs = Callable[..., "Page"]


@pytest.fixture(scope="package")
def browser() -> Iterator["Browser"]:
    """One Chromium for these tests, ended before the tests of other folders go on.

    Playwright's synchronous interface keeps an event loop running meanwhile, in which Django refuses to use the
    database unless told that this is meant.
    """
    with pytest.MonkeyPatch.context() as patch, ExitStack() as opened:
        try:
            chromium = opened.enter_context(open_chromium())
        except NoBrowser as error:
            pytest.skip(str(error))
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield chromium


@pytest.fixture
def site(browser: "Browser", stack: Stack) -> str:
    """The address of a web server on the test's database."""
    return stack.web().url


@pytest.fixture
def open_as(browser: "Browser", site: str) -> Iterator[OpenAs]:
    """Return a maker of pages: ``open_as(user, "/admin/…", language="ja", scripts=False)``."""
    from django.test import Client

    contexts: list[Any] = []
    trouble: list[str] = []

    def make(user: Any, address: str, *, language: str = "en", scripts: bool = True, width: int = 1440) -> "Page":
        client = Client()
        client.force_login(user)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, locale=language
        )
        contexts.append(context)
        cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(10_000)

        def stay_at_home(route: Any) -> None:
            if urlsplit(route.request.url).netloc == urlsplit(site).netloc:
                route.continue_()
            else:
                trouble.append(f"asked for {route.request.url}")
                route.abort()

        context.route("**/*", stay_at_home)
        page.on("console", lambda message: message.type in ("error", "warning") and trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(site + address)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not trouble


@pytest.fixture
def chief(transactional_db: None) -> Any:
    from django.contrib.auth.models import User

    return User.objects.create_superuser("chief")


@pytest.fixture
def endpoint(transactional_db: None) -> Any:
    from schedules.models import APIEndpoint

    return APIEndpoint.objects.create(
        name="Listed companies",
        task="stockura.companies.tasks.sync_listed_companies",
        default_args=["scheduled"],
    )
