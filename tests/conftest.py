"""What every test gets; the parts are described in ``tests/support``.

``--database=sqlite`` (default) or ``--database=postgresql`` chooses the database; `make test` does both.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest

if TYPE_CHECKING:
    import redis

    from tests.support.redis_server import RedisServer
    from tests.support.stack import Stack
    from tests.support.warm import WarmPython

#: Folder → what its tests need; each test is marked with the name of its folder.
FOLDERS = {
    "pure": "nothing but Python",
    "database": "the database",
    "redis": "the database and a real Redis",
    "processes": "real beat, worker and web processes",
    "browser": "a real browser",
    "api": "the REST API",
    "peers": "real beats of other products; only `make test-peers` runs it",
}

_run = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="the database that tests run on",
    )


def pytest_configure(config: pytest.Config) -> None:
    for folder, needs in FOLDERS.items():
        config.addinivalue_line("markers", f"{folder}: needs {needs}")
    config.addinivalue_line("markers", "one_database: plays no part in it which database it is; run on SQLite only")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell has the tests in its background (`make test &`); what they start must hear Ctrl-C all the same.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    from django.conf import settings

    if settings.configured:
        # pytest-django has read them before this file was: with the developer's Redis, which the tests would empty.
        raise pytest.UsageError("DJANGO_SETTINGS_MODULE is set. Unset it: tests choose settings of their own.")
    # Here, and not at import: pytest-django sets Django up in its own pytest_configure, which comes last.
    from tests.support.environment import TestRun

    worker = getattr(config, "workerinput", {}).get("workerid", "")
    config.stash[_run] = TestRun(database=config.getoption("--database"), worker=worker)
    # pytest-django sets Django up only when the settings have been read; it then guards the database.
    django.setup()
    from django.contrib import admin

    # Tests look at the pages' classes before anybody has asked for an address.
    admin.autodiscover()

    settings.PASSWORD_HASHERS = ["tests.support.hashing.QuickHasher"]
    if getattr(config.option, "numprocesses", None):
        # xdist's workers inherit the environment, and pytest-django would read the settings there, with this
        # process' Redis, before the worker has chosen its own.
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(_run, None):
        run.close()


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('--database')}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and (folder := item.path.relative_to(here).parts[0]) in FOLDERS:
            item.add_marker(folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show what the processes of a failed test have printed."""
    from tests.support.stack import STACK_OF_TEST

    report: Any = yield
    if report.failed and (stack := item.stash.get(STACK_OF_TEST, None)):
        report.sections.extend(stack.logs())
    return report


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Give the test database a place that other processes can reach too: a file or a server, never memory."""
    from django.conf import settings

    run = request.config.stash[_run]
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        name = str(run.var_dir / "test.sqlite3")
    else:
        name = f"test_{database['NAME']}_{run.worker or 'main'}"
    database.setdefault("TEST", {})["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Once the test database is there, tests with committed rows empty it in a quick way."""
    from tests.support.emptying import empty_quickly_from_now_on

    with django_db_blocker.unblock():
        empty_quickly_from_now_on()


@pytest.fixture(scope="session")
def redis_of_this_run(request: pytest.FixtureRequest) -> Iterator["RedisServer"]:
    """The Redis of this pytest process, started when the first test needs it. Tests use ``redis_server``."""
    from django.conf import settings

    from tests.support.redis_server import GivenRedis, OwnRedis

    run = request.config.stash[_run]
    if not run.owns_redis:
        yield GivenRedis(settings.REDIS_URL)
        return
    server = OwnRedis(port=run.redis_port, directory=run.var_dir / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(redis_of_this_run: "RedisServer") -> Iterator["RedisServer"]:
    """A real Redis, running and empty. A test may freeze, stop or kill it; the next finds it running."""
    redis_of_this_run.thaw()
    redis_of_this_run.start()
    redis_of_this_run.empty()
    yield redis_of_this_run
    redis_of_this_run.thaw()


@pytest.fixture(autouse=True)
def _redis_behind_each_test(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("pure") is None:
        request.getfixturevalue("redis_server")


@pytest.fixture
def redis_client(redis_server: "RedisServer") -> Iterator["redis.Redis"]:
    """A client of ``redis_server`` that returns text."""
    client = redis_server.client()
    yield client
    client.close()


@pytest.fixture(scope="session")
def warm_python() -> Iterator["WarmPython"]:
    """Where processes begin that need not show how they load."""
    from tests.support.warm import WarmPython

    warm = WarmPython()
    yield warm
    warm.close()


@pytest.fixture
def stack(
    request: pytest.FixtureRequest,
    transactional_db: None,
    redis_server: "RedisServer",
    warm_python: "WarmPython",
    tmp_path: Path,
) -> Iterator["Stack"]:
    """Real beats, workers and web servers on the test database: ``stack.beat()``, ``stack.worker()``,
    ``stack.web()``.

    They end with the test. Their output stands in the report of a failed test.
    """
    from tests.support.databases import test_database_url
    from tests.support.stack import STACK_OF_TEST, Stack

    stack = Stack(directory=tmp_path, database_url=test_database_url(), redis=redis_server, warm=warm_python)
    request.node.stash[STACK_OF_TEST] = stack
    yield stack
    stack.close()
