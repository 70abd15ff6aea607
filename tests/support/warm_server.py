"""A Python that has loaded everything and forks processes on request: ``python -m tests.support.warm_server PATH``.

See ``tests.support.warm`` for what it is good for. It listens on the Unix socket ``PATH`` for one client, reads one
request in JSON on each line and answers with one line; when the client goes, it ends. No thread runs in it, and no
connection to Redis or a database is open, so that a fork of it is as good as a start.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
from typing import Any

#: Loaded before there are settings: half of what a start costs. All else is loaded when the settings are known.
LIBRARIES = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.worker.consumer",
    "django.contrib.postgres.fields",
    "django.core.management",
    "django.views.generic",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "kombu.transport.redis",
    "psycopg",
    "redis.asyncio",
    "requests",
    "rest_framework.compat",
    "yaml",
)

Request = dict[str, Any]


class Server:
    """Serves one client until that goes away; the process that it forks returns from ``serve`` with its orders."""

    def __init__(self, path: str) -> None:
        self._exits: dict[int, int] = {}
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            self._client, _address = listener.accept()
        self._lines = self._client.makefile("r")

    def serve(self) -> Request | None:
        """Return what the new process shall become: in that process only. None when the client has gone."""
        for line in self._lines:
            request = json.loads(line)
            if "poll" in request:
                self._answer(self._exit_of(request["poll"]))
                continue
            assert threading.active_count() == 1, threading.enumerate()
            pid = os.fork()
            if pid == 0:
                os.setpgid(0, 0)
                self._lines.close()
                self._client.close()
                return request
            # Here too: whichever of both is first, a signal to the group finds it.
            with contextlib.suppress(PermissionError):
                os.setpgid(pid, pid)
            self._answer(pid)
        return None

    def _exit_of(self, pid: int) -> int | None:
        if pid not in self._exits:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                return None
            self._exits[pid] = os.waitstatus_to_exitcode(status)
        return self._exits[pid]

    def _answer(self, answer: int | None) -> None:
        self._client.sendall(json.dumps(answer).encode() + b"\n")


def take_on(request: Request) -> None:
    """Take on the environment and the outputs that are asked for."""
    os.environ.clear()
    os.environ.update(request["env"])
    sys.stdout.flush()
    sys.stderr.flush()
    for path, number in (("/dev/null", 0), (request["stdout"], 1), (request["stderr"], 2)):
        how = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        file = os.open(path, how, 0o644)
        os.dup2(file, number)
        os.close(file)


def load_the_project() -> None:
    """Do what beat, workers, web servers and commands do when they start, short of opening a connection."""
    import django

    django.setup()
    importlib.import_module("tests.support.app")
    importlib.import_module("stockura.wsgi")


def run(command: list[str]) -> None:
    """Become ``python command``: a script, ``-m`` and a module, or ``-c`` and a program."""
    if command[0] == "-c":
        sys.argv = ["-c", *command[2:]]
        exec(compile(command[1], "<string>", "exec"), {"__name__": "__main__"})
    elif command[0] == "-m":
        sys.argv = [command[1], *command[2:]]
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(command)
        runpy.run_path(command[0], run_name="__main__")


def main(path: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for library in LIBRARIES:
        importlib.import_module(library)
    while True:
        # What is there now is shared with the forks as long as nobody, and so not the collector either, writes to it.
        gc.freeze()
        order = Server(path).serve()
        if order is None:
            return
        take_on(order)
        if "command" in order:
            run(order["command"])
            return
        load_the_project()
        path = order["path"]


if __name__ == "__main__":
    main(sys.argv[1])
