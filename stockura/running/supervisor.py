"""Run the parts under honcho, and end them in the right order.

honcho starts the processes, mixes their output and ends all when one ends. Three things differ here: Redis
is there before the others start and goes after they have gone, so that a worker can hand back what it
holds; a process is asked to end by a signal to itself alone, because Celery's worker looks after its
children and a signal to all of them would tear running tasks; and the reason for the end is a sentence.
"""

import contextlib
import datetime
import functools
import multiprocessing
import os
import queue
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from honcho.manager import Manager
from honcho.printer import Message
from honcho.process import Popen, Process

from .parent_death import die_with_parent
from .parts import Part

#: Seconds that a worker gets to finish the task it is at. After them it is killed; the task is then handed
#: out anew.
SECONDS_TO_END = 20.0
#: Started before and ended after the others.
FOUNDATION = "redis"
#: Newer Pythons would start a fresh interpreter instead, whose parent is not the launcher (see parent_death).
FORK = multiprocessing.get_context("fork")


class Supervisor(Manager):
    """Runs the parts until one of them ends or a signal asks for the end."""

    def __init__(
        self,
        parts: Sequence[Part],
        environment: Mapping[str, str],
        *,
        foundation_answers: Callable[[], bool],
        when_started: Callable[[], None],
    ) -> None:
        super().__init__()
        self._process_ctor = _PartProcess
        self._foundation_answers = foundation_answers
        self._when_started = when_started
        self._is_asked_to_end = False
        self._is_impatient = False
        self._ending_since: float | None = None
        #: The sentence that says which part ended by itself; empty when the person ended it all.
        self.failure = ""
        for part in parts:
            self.add_process(part.name, part.command, env=dict(environment))

    def loop(self) -> None:
        """Start everything, and return when nothing runs any more. See ``failure`` for why."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_end)
        self._start_these([name for name in self._processes if name == FOUNDATION])
        while True:
            self._handle_events()
            if self._ending_since is None:
                self._start_rest_when_ready()
                if self._is_asked_to_end or self.failure:
                    self._begin_to_end()
            elif self._end():
                return

    def say(self, text: str) -> None:
        """Print ``text`` between the lines of the parts; may be called from any thread."""
        self.events.put(Message("line", text, datetime.datetime.now(), "stockura", None))

    def is_ending(self) -> bool:
        """Whether the end has begun, for whatever reason."""
        return self._is_asked_to_end or self._ending_since is not None

    # --- starting

    def _start_rest_when_ready(self) -> None:
        waiting = [name for name, state in self._processes.items() if "process" not in state]
        if waiting and self._foundation_answers():
            self._start_these(waiting)
            # Not earlier: it starts a thread, and a process with threads is better not forked.
            self._when_started()

    def _start_these(self, names: Sequence[str]) -> None:
        # As honcho's own _start, which knows only all or none.
        for name in names:
            state = self._processes[name]
            state["process"] = FORK.Process(name=name, target=state["obj"].run, args=(self.events, True))
            state["process"].start()

    # --- while it runs

    def _handle_events(self) -> None:
        """Take in what the parts have printed or done; wait at most a tenth of a second for it."""
        try:
            event = self.events.get(timeout=0.1)
        except queue.Empty:
            return
        while True:
            if event.type == "line":
                self._printer.write(event)
            elif event.type == "start":
                self._processes[event.name]["pid"] = event.data["pid"]
            elif event.type == "stop":
                self._processes[event.name]["returncode"] = event.data["returncode"]
                if not self.is_ending() and not self.failure:
                    self.failure = _why(event.name, event.data["returncode"])
            try:
                event = self.events.get_nowait()
            except queue.Empty:
                return

    def _ask_to_end(self, signum: int, frame: FrameType | None) -> None:
        self._is_impatient = self._is_asked_to_end
        self._is_asked_to_end = True

    # --- ending

    def _begin_to_end(self) -> None:
        self._ending_since = time.monotonic()
        if self._is_asked_to_end:
            self._system_print("Stopping; a running task may finish first (Ctrl-C again: at once).\n")

    def _end(self) -> bool:
        """Take the next step of the end; return whether nothing runs any more."""
        assert self._ending_since is not None
        lasted = time.monotonic() - self._ending_since
        others = self._living(but=FOUNDATION)
        for name in others:
            self._ask(name, by_force=self._is_impatient or lasted > SECONDS_TO_END)
        if not others:
            for name in self._living():
                self._ask(name, by_force=lasted > 2 * SECONDS_TO_END)
        return not self._living()

    def _living(self, *, but: str = "") -> list[str]:
        """Names of the parts that were started and have not ended; without the one called ``but``."""
        return [
            name
            for name, state in self._processes.items()
            if name != but and "process" in state and "returncode" not in state
        ]

    def _ask(self, name: str, *, by_force: bool) -> None:
        """Ask a part to end, once; or kill it with all its children."""
        state = self._processes[name]
        if "pid" not in state:
            return  # just being started: it is asked when it has said that it lives
        if by_force:
            self._procmgr.kill(state["pid"])
        elif not state.get("asked"):
            state["asked"] = True
            # A part that has just ended is no error: its event is on the way.
            with contextlib.suppress(ProcessLookupError):
                os.kill(state["pid"], signal.SIGTERM)


class _PartProcess(Process):
    """honcho's process, which ends when the launcher is killed outright and could no longer end it."""

    def run(self, events: object = None, ignore_signals: bool = False) -> None:
        # From the first instant: Ctrl-C reaches this helper process too, and must find nothing to interrupt.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        die_with_parent(signal.SIGKILL)
        self._child_ctor = functools.partial(Popen, preexec_fn=_in_the_part)
        super().run(events, ignore_signals)


def _in_the_part() -> None:
    """Undo, between fork and exec, the ignoring of signals; a part must hear them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    die_with_parent(signal.SIGTERM)


def _why(name: str, returncode: int) -> str:
    if returncode < 0:
        how = f"was ended by {signal.Signals(-returncode).name}"
    else:
        how = f"ended by itself with status {returncode}"
    return f"{name} {how}, so everything else was stopped too. Its last words stand above."
