"""One of Stockura's processes, started for a test: its log, its end, and ways to hurt it."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.waiting import patient, wait_until
from tests.support.warm import WarmProcess, WarmPython

ROOT = Path(__file__).resolve().parent.parent.parent


class RunningProcess:
    """A real process in a process group of its own, so that signals can reach its children too.

    What it prints goes to ``log_path``; the test report shows it when the test fails. With ``warm``, its
    Python, the first word of ``command``, is a fork of that one.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log_path: Path,
        warm: WarmPython | None = None,
    ) -> None:
        self.name = name
        self.log_path = log_path
        self._popen: subprocess.Popen[bytes] | WarmProcess
        if warm:
            self._popen = warm.start(command[1:], env=env, stdout=log_path)
            return
        with log_path.open("ab") as log:
            self._popen = subprocess.Popen(
                list(command),
                env=dict(env),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    @property
    def returncode(self) -> int | None:
        """Exit status, negative for the signal that ended it; ``None`` while it runs."""
        return self._popen.poll()

    def output(self) -> str:
        """Everything it has printed so far."""
        return self.log_path.read_text(errors="replace")

    def wait_for_output(self, text: str, *, within: float = 20) -> None:
        """Return when ``text`` stands in its output; fail when it ends first, or after ``within`` seconds."""

        def has_said() -> bool:
            # The end is looked at first: what it printed last is then in the file.
            ended = not self.is_running
            if text in self.output():
                return True
            assert not ended, f"{self.name} ended (status {self.returncode}) without printing {text!r}."
            return False

        wait_until(has_said, within=within, saying=f"{self.name} to print {text!r}")

    def stop(self, *, within: float = 15) -> int:
        """Ask it to end (SIGTERM to the main process, as a service manager does); return its exit status."""
        return self._end_by(signal.SIGTERM, within=within)

    def interrupt(self, *, within: float = 15) -> int:
        """Press Ctrl-C: SIGINT to the whole group, as a terminal sends it; return the exit status."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGINT)
        return self._popen.wait(timeout=patient(within))

    def kill(self) -> None:
        """SIGKILL to the process and its children: what memory running out, or a power cut, does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait(timeout=patient(10))

    def freeze(self) -> None:
        """Stop it and its children where they are (SIGSTOP); connections stay open."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after ``freeze``."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGCONT)

    def has_left_children(self) -> bool:
        """Whether anything of its process group still lives."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _end_by(self, how: signal.Signals, *, within: float) -> int:
        self.thaw()
        if self.is_running:
            self._popen.send_signal(how)
        return self._popen.wait(timeout=patient(within))
