"""The real Redis that tests run against."""

import contextlib
import signal
import subprocess
from pathlib import Path

import pytest
import redis

from stockura.running.embedded_redis import find_redis_server
from tests.support.waiting import patient, wait_until


class OwnRedis:
    """A Redis server that this test process started; it may be frozen, stopped, killed and started again.

    ``url`` stays the same over restarts. Data survives a restart, as in production (append-only file).
    """

    def __init__(self, *, port: int, directory: Path) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"
        self.directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._frozen = False

    def start(self) -> None:
        """Start the server if it is not running, and return when it answers."""
        if self.is_running:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(find_redis_server()),
                    *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.directory)),
                    *("--appendonly", "yes", "--appendfsync", "no", "--save", ""),
                    *("--maxmemory-policy", "noeviction", "--databases", "16"),
                ],
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is for pytest; Redis is stopped by the fixture, after the tests'
                # clean-up.
                start_new_session=True,
            )
        wait_until(self._answers, within=10, saying=f"Redis to answer on port {self.port}")

    def stop(self) -> None:
        """Stop the server as an operator would: it writes its data and closes all connections."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop answering while connections stay open: what a hung host looks like. See ``thaw``."""
        assert self._process is not None, "Redis is not running."
        self._process.send_signal(signal.SIGSTOP)
        self._frozen = True

    def thaw(self) -> None:
        """Answer again after ``freeze``."""
        if self._frozen and self._process is not None:
            self._process.send_signal(signal.SIGCONT)
        self._frozen = False

    def empty(self) -> None:
        """Delete all data of all databases."""
        with contextlib.closing(self.client()) as client:
            client.flushall()

    def client(self) -> redis.Redis:
        """Return a new client; the caller closes it."""
        return redis.Redis.from_url(self.url, decode_responses=True, socket_timeout=patient(5))

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            log = (self.directory / "redis.log").read_text(errors="replace")
            raise AssertionError(f"Redis ended at once with status {self._process.returncode}:\n{log}")
        with contextlib.closing(self.client()) as client, contextlib.suppress(redis.ConnectionError):
            return bool(client.ping())
        return False

    def _end(self, how: signal.Signals) -> None:
        self.thaw()
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=patient(10))
            self._process = None


class GivenRedis:
    """The Redis that ``TEST_REDIS_URL`` names. It is emptied for each test, but it is not ours to stop."""

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self) -> None:
        """Nothing to do: whoever gave the address runs the server."""

    def stop(self) -> None:
        self._not_ours()

    def kill(self) -> None:
        self._not_ours()

    def freeze(self) -> None:
        self._not_ours()

    def thaw(self) -> None:
        """Nothing to do: it is never frozen."""

    def empty(self) -> None:
        """Delete all data of the database in the address, and of no other."""
        with contextlib.closing(self.client()) as client:
            client.flushdb()

    def client(self) -> redis.Redis:
        """Return a new client; the caller closes it."""
        return redis.Redis.from_url(self.url, decode_responses=True, socket_timeout=patient(5))

    def _not_ours(self) -> None:
        pytest.skip("This test stops Redis, and TEST_REDIS_URL names a server that the tests do not own.")


RedisServer = OwnRedis | GivenRedis
