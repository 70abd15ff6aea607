"""`make run` on this very checkout, with data, settings and ports of the test's own."""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
import redis
from django.db import connection

from tests.support.ports import free_port
from tests.support.processes import ROOT, RunningProcess
from tests.support.waiting import patient, wait_until

#: A copy brings its own database.
pytestmark = pytest.mark.one_database

#: Seconds until the pages answer on a slow machine.
STARTING = 60
PARTS = {
    "web": "gunicorn",
    "worker": "celery worker",
    "beat": "celery beat",
    "alerts": "send_alerts",
    "redis": "redis-server",
}


class Copy:
    """One person's copy: what `make run` writes and where it listens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var_dir = folder / "var"
        self.env_file = folder / ".env"
        self.port = free_port()
        self.env = {
            # What a login shell has, and nothing else: `make run` may need no more.
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LANG": "C.UTF-8",
            "STOCKURA_VAR_DIR": str(self.var_dir),
            "STOCKURA_ENV_FILE": str(self.env_file),
            "WEB_PORT": str(self.port),
            "REDIS_PORT": str(free_port()),
            "JQUANTS_STANDIN_PORT": str(free_port()),
        }
        self._started: list[RunningProcess] = []

    def make_run(self, **env: str) -> RunningProcess:
        """Start `make run` in a process group of its own, as an interactive shell does."""
        log = self.folder / f"make-run-{len(self._started)}.log"
        command = ["make", "--no-print-directory", "run", f"PYTHON={sys.executable}"]
        process = RunningProcess("make run", command, env={**self.env, **env}, log_path=log)
        self._started.append(process)
        return process

    def refusal(self, **env: str) -> str:
        """Run `make run` that should refuse, and return what it wrote, without make's own last line."""
        process = self.make_run(**env)
        wait_until(lambda: not process.is_running, within=30, saying="make run to refuse")
        assert process.returncode == 2, process.output()  # make's status for a failed command
        said = [line for line in process.output().splitlines() if not line.startswith("make: ")]
        assert "Traceback" not in process.output()
        return "\n".join(said)

    def password(self, process: RunningProcess) -> str:
        """Return the password that it shows; wait for it to be shown."""
        wait_until(lambda: self._has_announced(process), within=STARTING, saying="make run to show the login")
        match = re.search(r"Password: +(\S+)", process.output())
        assert match
        return match[1]

    def processes(self) -> dict[int, str]:
        """Every living process of this copy: process id → command.

        They are told by their environment; Redis by its title, which it writes over its environment.
        """
        marker = f"STOCKURA_VAR_DIR={self.var_dir}\0".encode()
        redis_title = f"redis-server 127.0.0.1:{self.env['REDIS_PORT']}"
        found = {}
        for entry in Path("/proc").iterdir():
            # A process may end while it is looked at.
            with contextlib.suppress(OSError):
                if not entry.name.isdigit():
                    continue
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if redis_title in command or marker in (entry / "environ").read_bytes() + b"\0":
                    found[int(entry.name)] = command
        return found

    def redis(self) -> redis.Redis:
        """Return a client of the embedded Redis; the caller closes it."""
        return redis.Redis(port=int(self.env["REDIS_PORT"]), decode_responses=True)

    def part(self, *words: str) -> int:
        """Return the process id of the eldest process whose command holds all ``words``."""
        return min(pid for pid, command in self.processes().items() if all(word in command for word in words))

    def end(self) -> None:
        for process in self._started:
            process.kill()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _has_announced(self, process: RunningProcess) -> bool:
        assert process.is_running, f"make run ended:\n{process.output()}"
        return "Stop it:" in process.output()


@pytest.fixture
def copy(tmp_path: Path, transactional_db: None) -> Iterator[Copy]:
    """A copy that has never run, but for its database: the tables are there already. To make them takes seconds."""
    copy = Copy(tmp_path)
    copy.var_dir.mkdir()
    with (
        contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
        contextlib.closing(sqlite3.connect(copy.var_dir / "stockura.sqlite3")) as target,
    ):
        source.backup(target)
    yield copy
    copy.end()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Copy, RunningProcess]]:
    """A copy that runs and has made all that is its own, for tests that only look at it; it has shown its login."""
    copy = Copy(tmp_path_factory.mktemp("running"))
    run = copy.make_run()
    copy.password(run)
    yield copy, run
    copy.end()


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def sign_in(address: str, login: str, password: str) -> str:
    """Sign in as a browser does and return the address where that ends."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies := CookieJar()))
    page = f"{address}/admin/login/"
    browser.open(page, timeout=patient(20)).close()
    token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken") or ""
    form = {"username": login, "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"}
    with browser.open(page, data=urllib.parse.urlencode(form).encode(), timeout=patient(20)) as answer:
        return answer.geturl()


def test_it_starts_everything_and_shows_a_login_that_works(running: tuple[Copy, RunningProcess]) -> None:
    copy, run = running

    address = f"http://127.0.0.1:{copy.port}"
    assert sign_in(address, "demo", copy.password(run)) == f"{address}/admin/"
    run.wait_for_output("ready.")  # the worker
    for command in PARTS.values():
        assert copy.part(*command.split())
    assert copy.part("stockura.jquants.standin")


def test_what_is_secret_can_be_read_by_its_owner_only(running: tuple[Copy, RunningProcess]) -> None:
    copy, _run = running

    for secret in (copy.env_file, copy.var_dir / "demo-password"):
        assert secret.stat().st_mode & 0o077 == 0, secret


def test_a_second_run_on_the_same_copy_is_refused(running: tuple[Copy, RunningProcess]) -> None:
    copy, run = running

    refusal = copy.refusal()

    assert f"Another `make run` already runs on this copy (process {copy.part('stockura/running up')}" in refusal
    assert run.is_running


def test_ctrl_c_ends_everything_and_the_next_run_goes_on_with_the_same_data_and_shows_the_same_login(
    copy: Copy,
) -> None:
    first = copy.make_run()
    password = copy.password(first)
    settings = copy.env_file.read_text()
    with copy.redis() as client:
        client.set("kept", "yes")
    first.wait_for_output("ready.")  # the worker

    first.interrupt(within=30)

    assert copy.processes() == {}
    assert first.output().endswith("Everything is stopped.\n")
    assert "make:" not in first.output()
    assert "Traceback" not in first.output()
    second = copy.make_run()

    assert copy.password(second) == password
    assert copy.env_file.read_text() == settings
    assert sign_in(f"http://127.0.0.1:{copy.port}", "demo", password).endswith("/admin/")
    with copy.redis() as client:
        assert client.get("kept") == "yes"


def test_with_debug_off_the_pages_still_find_their_style(copy: Copy) -> None:
    run = copy.make_run(DEBUG="false", STATIC_ROOT=str(copy.folder / "static"))
    copy.password(run)

    address = f"http://127.0.0.1:{copy.port}"
    with urllib.request.urlopen(f"{address}/admin/login/", timeout=patient(20)) as answer:
        style = re.search(r'href="(/static/[^"]+\.css)"', answer.read().decode())
    assert style
    with urllib.request.urlopen(address + style[1], timeout=patient(20)) as answer:
        assert "immutable" in answer.headers["Cache-Control"]  # the name holds a hash of the content


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_service_manager_and_a_closed_terminal_end_everything_too(copy: Copy, how: signal.Signals) -> None:
    run = copy.make_run()
    copy.password(run)

    os.killpg(run.pid, how)

    wait_until(lambda: not run.is_running, within=30)
    assert "Everything is stopped." in run.output()
    assert copy.processes() == {}


def test_when_a_part_dies_the_others_stop_and_the_reason_is_said(copy: Copy) -> None:
    run = copy.make_run()
    copy.password(run)

    os.kill(copy.part("celery", " beat"), signal.SIGKILL)

    wait_until(lambda: not run.is_running, within=30)
    assert "beat was ended by SIGKILL, so everything else was stopped too." in run.output()
    assert run.returncode == 2
    assert copy.processes() == {}


def test_a_killed_launcher_leaves_no_orphans(copy: Copy) -> None:
    run = copy.make_run()
    copy.password(run)

    os.kill(copy.part("stockura/running up"), signal.SIGKILL)

    wait_until(lambda: copy.processes() == {}, within=30, saying="the parts to follow their launcher")


@pytest.mark.parametrize("step", ["2/4", "4/4", "redis "])
def test_ctrl_c_while_it_starts_ends_what_has_been_started(copy: Copy, step: str) -> None:
    run = copy.make_run()
    run.wait_for_output(step)

    run.interrupt(within=30)

    assert copy.processes() == {}
    assert re.search(r"Everything is stopped\.|Stopped before everything was ready", run.output())
    assert "Traceback" not in run.output()


def test_taken_ports_are_named_all_at_once_with_their_use_and_their_variable(copy: Copy) -> None:
    with taken_port() as web, taken_port() as redis_port, taken_port() as jquants:
        refusal = copy.refusal(WEB_PORT=str(web), REDIS_PORT=str(redis_port), JQUANTS_STANDIN_PORT=str(jquants))

    for port, variable, use in (
        (web, "WEB_PORT", "the web pages"),
        (redis_port, "REDIS_PORT", "the embedded Redis"),
        (jquants, "JQUANTS_STANDIN_PORT", "the stand-in J-Quants server"),
    ):
        assert f"Port {port}, which {use} should use, is taken by another program." in refusal
        # Into the file: the commands of manage.py read it as well, and so find this copy's Redis.
        assert f"write another port into {copy.env_file}: {variable}={port + 1}" in refusal


def unwritable(copy: Copy) -> dict[str, str]:
    # A file in the way: also root, whom no permission stops, cannot write below it.
    (copy.folder / "file").touch()
    return {"STOCKURA_VAR_DIR": str(copy.folder / "file" / "var")}


def silent_redis(copy: Copy) -> dict[str, str]:
    return {"REDIS_URL": "redis://:a-secret@127.0.0.1:1/0"}


def absent_database(copy: Copy) -> dict[str, str]:
    return {"DATABASE_URL": "postgres://somebody:a-secret@127.0.0.1:1/nowhere"}


def no_secret_key(copy: Copy) -> dict[str, str]:
    copy.env_file.write_text("DEBUG=false\n")
    return {}


def wrong_number(copy: Copy) -> dict[str, str]:
    return {"SCHEDULES_RECONCILE_EVERY_SECONDS": "-5"}


def same_port(copy: Copy) -> dict[str, str]:
    return {"REDIS_PORT": str(copy.port)}


def no_port(copy: Copy) -> dict[str, str]:
    return {"WEB_PORT": "http"}


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [
        (unwritable, "cannot be written to (Not a directory). Give yourself the right to write there"),
        (silent_redis, "The Redis that REDIS_URL names does not answer at 127.0.0.1:1"),
        (absent_database, "The database could not be prepared: connection failed"),
        (no_secret_key, "The database could not be prepared: SECRET_KEY is not set and DEBUG is off."),
        (wrong_number, "RECONCILE_EVERY_SECONDS of SCHEDULES is -5.0, and it must be a number of seconds above 0."),
        (same_port, "WEB_PORT and REDIS_PORT both say"),
        (no_port, 'WEB_PORT is "http", which is no port. Write a number from 1 to 65535'),
    ],
)
def test_what_is_lacking_is_said_in_a_sentence(
    copy: Copy, lacking: Callable[[Copy], dict[str, str]], sentence: str
) -> None:
    refusal = copy.refusal(**lacking(copy))

    assert sentence in refusal
    assert "a-secret" not in refusal
    assert copy.processes() == {}


def test_without_python_the_sentence_says_how_to_name_one() -> None:
    result = subprocess.run(
        ["make", "--no-print-directory", "run", "PYTHON=/no/such/python3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 2
    assert 'There is no "/no/such/python3" on this machine. Install Python 3.11 or newer' in result.stderr
