"""How a task says how far it is: ``progress.report(120, 4400, "Comparing")``.

Outside a run that the ledger records, it does nothing.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar

#: Seconds between two writes to the database; the first and the last report of a run are always written.
WRITE_EVERY = 1.0

Writer = Callable[[int, int | None, str], None]

_writer: ContextVar["_Throttled | None"] = ContextVar("progress_writer", default=None)


def report(done: int, total: int | None = None, message: str = "") -> None:
    """Say that ``done`` of ``total`` (None: not known) is done, and what is being done now, in a few words.

    Cheap enough for a loop: at most one write a second reaches the database, besides the last one.
    """
    if writer := _writer.get():
        writer.report(done, total, message)


class recorded_by:
    """While this context lasts, reports of this thread go to ``write``."""

    def __init__(self, write: Writer) -> None:
        self._throttled = _Throttled(write)

    def __enter__(self) -> None:
        self._token = _writer.set(self._throttled)

    def __exit__(self, *exc_info: object) -> None:
        _writer.reset(self._token)
        self._throttled.flush()


class _Throttled:
    def __init__(self, write: Writer) -> None:
        self._write = write
        self._written_at: float | None = None
        self._pending: tuple[int, int | None, str] | None = None

    def report(self, done: int, total: int | None, message: str) -> None:
        self._pending = (done, total, message)
        if self._written_at is None or time.monotonic() - self._written_at >= WRITE_EVERY:
            self.flush()

    def flush(self) -> None:
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self._write(*pending)
            self._written_at = time.monotonic()
