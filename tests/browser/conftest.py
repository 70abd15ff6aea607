"""A browser before the pages of a running copy.

The web server is a real process on the test's database, one for the whole folder: starting one takes longer than most
of the tests. The rows are emptied between tests as everywhere. Whatever a page asks of another machine is recorded and
refused, and so is what it writes to the console: a page that is not quiet fails its test.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.tabs import PATIENCE, Tabs
from tests.support.browser import NoBrowser, open_chromium
from tests.support.stack import STACK_OF_TEST, Stack, Web

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.redis_server import RedisServer

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
        from playwright.sync_api import expect

        expect.set_options(timeout=PATIENCE)
        yield chromium


@pytest.fixture(scope="package")
def folder_stack(
    browser: "Browser",
    django_db_setup: None,
    redis_of_this_run: "RedisServer",
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    from tests.support.databases import test_database_url

    directory = tmp_path_factory.mktemp("browser")
    stack = Stack(directory=directory, database_url=test_database_url(), redis=redis_of_this_run)
    yield stack
    stack.close()


@pytest.fixture(scope="package")
def folder_web(folder_stack: Stack) -> Web:
    return folder_stack.web(app="tests.support.browsed_web")


@pytest.fixture
def site(request: pytest.FixtureRequest, folder_stack: Stack, folder_web: Web, transactional_db: None) -> str:
    """The address of a web server on the test's database."""
    request.node.stash.setdefault(STACK_OF_TEST, folder_stack)
    return folder_web.url


@pytest.fixture(scope="package")
def tabs(browser: "Browser") -> Iterator[Tabs]:
    tabs = Tabs(browser)
    yield tabs
    tabs.close()


@pytest.fixture
def open_as(tabs: Tabs, site: str) -> Iterator[OpenAs]:
    """Return a maker of pages: ``open_as(user, "/admin/…", language="ja", scripts=False)``.

    ``own_clock`` is for a test that sets the page's clock: it gets a tab that nobody had before or gets afterwards.
    """
    from django.test import Client

    trouble: list[str] = []

    def make(
        user: Any,
        address: str,
        *,
        language: str = "en",
        scripts: bool = True,
        width: int = 1440,
        own_clock: bool = False,
    ) -> "Page":
        client = Client()
        client.force_login(user)
        page = tabs.take(language=language, scripts=scripts, own=own_clock, trouble=trouble, site=site)
        page.set_viewport_size({"width": width, "height": 900})
        cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
        page.context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        page.goto(site + address)
        return page

    yield make
    tabs.give_back()
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
