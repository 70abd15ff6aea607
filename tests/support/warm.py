"""Processes that begin warm: forked from one that has loaded Python's, Celery's, Django's and our own code.

A beat, a worker or a command loads for more than a second before it does anything, and the tests start hundreds. So
one Python loads the libraries once for a test run (``tests.support.warm_server``), and for each set of environment
variables one fork of it reads the settings and loads the project; what a test starts is a fork of that. It is an
operating system's process like any other: with its process group, environment and outputs, to be killed and frozen.

What is different: the settings were read before, and the command line that `ps` shows is the server's. Tests of just
these start a fresh Python, as do the tests of `make run`.
"""

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
#: Not read by the settings, or only when DATABASE_URL is not set: a fork may have its own.
OWN_OF_EACH = ("STOCKURA_TEST_EFFECTS", "STOCKURA_VAR_DIR", "PYTEST_CURRENT_TEST")
#: So many sets of settings are kept loaded, about 60 MB each, most of it shared.
MOST_KEPT = 4


class WarmProcess:
    """What ``subprocess.Popen`` tells of a child, of a process that a warm server has forked."""

    def __init__(self, server: "_Server", pid: int) -> None:
        self._server: _Server | None = server
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        # Taken once: the storms ask from two threads.
        if (server := self._server) is not None:
            self.returncode = server.ask({"poll": self.pid})
            if self.returncode is not None:
                # Nothing is left to ask: a server that is kept no more may go.
                self._server = None
        return self.returncode

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(0.01)
        return status

    def send_signal(self, how: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, how)


class WarmPython:
    """Starts processes. One for a test run; ``close`` ends the servers and leaves what they have started."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="stockura-warm-")
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._root: _Server | None = None
        self._loaded: dict[frozenset[tuple[str, str]], _Server] = {}

    def start(
        self, command: Sequence[str], *, env: Mapping[str, str], stdout: Path, stderr: Path | None = None
    ) -> WarmProcess:
        """Start ``python command`` at the project's root; what it prints is added to the files."""
        for path in (stdout, stderr or stdout):
            path.touch()
        order = {"command": list(command), "env": dict(env), "stdout": str(stdout), "stderr": str(stderr or stdout)}
        with self._lock:
            server = self._server_for(env)
        return WarmProcess(server, server.ask(order))

    def close(self) -> None:
        for server in (*self._loaded.values(), self._root):
            if server:
                server.close()
        self._directory.cleanup()

    def _server_for(self, env: Mapping[str, str]) -> "_Server":
        key = frozenset((name, value) for name, value in env.items() if name not in OWN_OF_EACH)
        if key not in self._loaded:
            path = self._path()
            log = self._directory.name + "/log"
            libraries = self._libraries()
            pid = libraries.ask({"path": path, "env": dict(env), "stdout": log, "stderr": log})
            loading = WarmProcess(libraries, pid)
            while len(self._loaded) >= MOST_KEPT:
                # Closed by whoever lets the last of its processes go: until then it must tell how they end.
                del self._loaded[next(iter(self._loaded))]
            self._loaded[key] = _Server(path, Path(log), process=loading)
        else:
            self._loaded[key] = self._loaded.pop(key)
        return self._loaded[key]

    def _libraries(self) -> "_Server":
        if self._root is None:
            path, log = self._path(), Path(self._directory.name) / "log"
            with log.open("ab") as output:
                loading = subprocess.Popen(
                    [sys.executable, "-m", "tests.support.warm_server", path],
                    cwd=ROOT,
                    # Nothing of these may be read before the fork that they are for.
                    env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
                    | {"PYTHONUNBUFFERED": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            self._root = _Server(path, log, process=loading)
        return self._root

    def _path(self) -> str:
        return f"{self._directory.name}/{next(self._numbers)}"


class _Server:
    """The line to a warm server; asked by one thread at a time."""

    def __init__(self, path: str, log: Path, *, process: "subprocess.Popen[bytes] | WarmProcess") -> None:
        self._log = log
        self._process = process
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX)
        wait_until(lambda: self._is_reached(path), within=30, saying="a warm Python to listen")
        self._answers = self._socket.makefile("r")

    def __del__(self) -> None:
        self.close()

    def ask(self, request: dict[str, Any]) -> Any:
        with self._lock:
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            answer = self._answers.readline()
        assert answer, f"A warm Python has ended:\n{self._log.read_text(errors='replace')}"
        return json.loads(answer)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _is_reached(self, path: str) -> bool:
        assert self._process.poll() is None, f"A warm Python did not start:\n{self._log.read_text(errors='replace')}"
        try:
            self._socket.connect(path)
        except OSError:
            return False
        return True
