"""A real RabbitMQ for tests, where one is installed."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from kombu import Connection
from kombu.exceptions import OperationalError

from tests.support.ports import free_port
from tests.support.waiting import patient, wait_until

#: The server itself: what a distribution puts on the path may insist on a user of its own.
PLACES = ("/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/usr/local/sbin", "/usr/sbin")


def find_rabbitmq_server() -> str | None:
    return shutil.which("rabbitmq-server", path=os.pathsep.join(PLACES)) if shutil.which("epmd") else None


class OwnRabbitMQ:
    """Its data survive a kill, as far as it has written them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{port}//"
        self._process: subprocess.Popen[bytes] | None = None
        self._names: subprocess.Popen[bytes] | None = None
        (directory / "plugins").write_text("[].\n")
        (directory / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
        self._env = {
            **os.environ,
            "HOME": str(directory),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"stockura-{port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(directory / "data"),
            "RABBITMQ_LOG_BASE": str(directory / "log"),
            "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "plugins"),
        }

    def start(self) -> None:
        """Start it, and return when it takes connections."""
        command = find_rabbitmq_server()
        assert command is not None
        with (self._directory / "output").open("ab") as log:
            if self._names is None:
                # Erlang's own daemon; started by the server it would outlive it.
                self._names = subprocess.Popen(["epmd"], env=self._env, stdout=log, stderr=log, start_new_session=True)
            self._process = subprocess.Popen(
                [command],
                env=self._env,
                # It leaves files where it stands.
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, within=60, every=0.2, saying="RabbitMQ to take connections")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=patient(10))
            self._process = None

    def freeze(self) -> None:
        """Stop answering while connections stay open; see ``thaw``."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Answer again after ``freeze``."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        self.kill()
        if self._names is not None:
            self._names.kill()
            self._names.wait(timeout=patient(10))

    def _answers(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.ensure_connection(max_retries=1)
        except (OSError, OperationalError):
            return False
        return True
