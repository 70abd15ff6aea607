"""Real beats, workers and web servers beside a test.

The processes use the very database that pytest-django made for the test: a SQLite file (never an in-memory
one, see ``tests/conftest.py``) or a PostgreSQL database, reached through DATABASE_URL. So the test looks at
their work, and gives them work, with the plain ORM; nothing is copied and no second settings module exists.
This needs committed rows, which is why ``stack`` brings ``transactional_db``: the tables are emptied after
each such test, when its processes have ended.

Redis is shared in the same way: what the test saves is mirrored to the Redis that these processes watch.
"""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.ports import free_port
from tests.support.processes import ROOT, RunningProcess
from tests.support.redis_server import RedisServer
from tests.support.tasks import EFFECTS_VARIABLE, effects
from tests.support.waiting import patient, wait_until
from tests.support.warm import WarmPython

#: Stockura's own app, with the tests' tasks added.
APP = "tests.support.app"
#: Where a test keeps its stack, so that the report of a failure shows what the processes have printed.
STACK_OF_TEST = pytest.StashKey["Stack"]()


class Web(RunningProcess):
    """A web server; ``url`` is its address without a slash at the end."""

    url: str


class Stack:
    """Starts Stockura's processes and ends them when ``close`` is called: after one test, or after a folder's.

    With ``warm`` they begin there (``tests.support.warm``), unless ``fresh`` is asked for.
    """

    def __init__(
        self, *, directory: Path, database_url: str, redis: RedisServer, warm: WarmPython | None = None
    ) -> None:
        self.directory = directory
        self._warm = warm
        self.effects_file = directory / "effects"
        self.redis = redis
        self.processes: list[RunningProcess] = []
        self.env: dict[str, str] = {
            **os.environ,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "STOCKURA_VAR_DIR": str(directory),
            "PYTHONUNBUFFERED": "1",
            EFFECTS_VARIABLE: str(self.effects_file),
        }

    def start(
        self, name: str, *command: str, env: dict[str, str] | None = None, fresh: bool = False
    ) -> RunningProcess:
        """Start ``command`` in the background; its first word is a module, such as ``celery``.

        ``env`` is added to the stack's own. ``name`` names the log; starting a name again continues its log.
        """
        process = RunningProcess(name, self._python_m(command), **self._how(name, env, fresh))
        return self._keep(process)

    def beat(
        self, *options: str, name: str = "beat", env: dict[str, str] | None = None, fresh: bool = False
    ) -> RunningProcess:
        """Start ``celery beat`` and return when it says that it has started (not: that it
        leads).
        """
        command = ("celery", "-A", APP, "beat", "--loglevel=INFO", "--pidfile=", *options)
        beat = self.start(name, *command, env=env, fresh=fresh)
        beat.wait_for_output("beat: Starting...")
        return beat

    def worker(
        self, *options: str, name: str = "worker", env: dict[str, str] | None = None, fresh: bool = False
    ) -> RunningProcess:
        """Start ``celery worker`` and return when it takes tasks."""
        worker = self.start(
            name,
            *("celery", "-A", APP, "worker", "--loglevel=INFO", f"--hostname={name}@%h"),
            *options,
            env=env,
            fresh=fresh,
        )
        worker.wait_for_output("ready.")
        return worker

    def web(
        self,
        *,
        name: str = "web",
        app: str = "stockura.wsgi",
        env: dict[str, str] | None = None,
        fresh: bool = False,
    ) -> Web:
        """Start gunicorn on a free port and return when it answers."""
        port = free_port()
        command = self._python_m(
            ["gunicorn", app, f"--bind=127.0.0.1:{port}", "--workers=1", "--threads=4"]
        )
        web = Web(name, command, **self._how(name, env, fresh))
        web.url = f"http://127.0.0.1:{port}"
        self._keep(web)
        wait_until(lambda: _answers(web), within=30, saying=f"the web server to answer at {web.url}")
        return web

    def manage(
        self, *arguments: str, check: bool = True, within: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py`` and return its result; with ``check``, a bad status fails the test."""
        return self.run(["manage.py", *arguments], check=check, within=within)

    def python(self, code: str, *, within: float = 60) -> Any:
        """Run ``code`` in a Python of its own with Django set up; return what it assigned to ``answer``, through
        JSON.
        """
        program = (
            f"import django, json\ndjango.setup()\nanswer = None\n{code}\nprint('\\n' + json.dumps(answer))"
        )
        result = self.run(["-c", program], within=within)
        return json.loads(result.stdout.splitlines()[-1])

    def run(
        self, command: Sequence[str], *, check: bool = True, within: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run ``python command`` and return its result; with ``check``, a bad status fails the test."""
        printed = [self.directory / f"{name} of a command" for name in ("output", "errors")]
        for path in printed:
            path.write_bytes(b"")
        status = self._status_of(command, *printed, within=patient(within))
        result = subprocess.CompletedProcess(command, status, *(path.read_text() for path in printed))
        if check and status:
            raise AssertionError(
                f"{' '.join(command[:2])} … ended with status {status}.\n{result.stdout}{result.stderr}"
            )
        return result

    def effects(self, word: str = "done") -> list[tuple[int, str, str]]:
        """(schedule, scheduled_for, task id) of what the tests' tasks have done so far."""
        return effects(self.effects_file, word)

    def logs(self) -> list[tuple[str, str]]:
        """(title, text) of each process's output, in the order in which they were started."""
        by_name = {process.name: process for process in self.processes}
        return [(f"log of {name}", process.output()) for name, process in by_name.items()]

    def close(self) -> None:
        """End everything that still runs. Nothing is waited for politely: the test is over."""
        self.redis.thaw()
        for process in self.processes:
            process.kill()

    def _keep(self, process: RunningProcess) -> RunningProcess:
        self.processes.append(process)
        return process

    def _status_of(self, command: Sequence[str], output: Path, errors: Path, *, within: float) -> int:
        if self._warm:
            process = self._warm.start(command, env=self.env, stdout=output, stderr=errors)
            try:
                return process.wait(timeout=within)
            finally:
                process.send_signal(signal.SIGKILL)
        with output.open("ab") as out, errors.open("ab") as err:
            return subprocess.run(
                [sys.executable, *command], cwd=ROOT, env=self.env, stdout=out, stderr=err, timeout=within
            ).returncode

    def _how(self, name: str, env: dict[str, str] | None, fresh: bool) -> dict[str, Any]:
        return {
            "env": {**self.env, **(env or {})},
            "log_path": self.directory / f"{name}.log",
            "warm": None if fresh else self._warm,
        }

    def _python_m(self, command: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", *command]


def _answers(web: Web) -> bool:
    assert web.is_running, f"{web.name} ended with status {web.returncode}."
    try:
        urllib.request.urlopen(f"{web.url}/healthz", timeout=patient(5)).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True
