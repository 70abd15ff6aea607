"""Waiting for other processes: never longer than needed, and with a sentence when it was in vain."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

#: Tests that run side by side share the cores, so each waits four times as long before it gives up.
_SIDE_BY_SIDE = 4
PATIENCE = _SIDE_BY_SIDE if "PYTEST_XDIST_WORKER" in os.environ else 1


def patient(seconds: float) -> float:
    """Return how long ``seconds`` of a machine of one's own may last on this one, in seconds."""
    return seconds * PATIENCE


def wait_until(
    predicate: Callable[[], Result], *, within: float, saying: str = "", every: float = 0.02
) -> Result:
    """Call ``predicate`` until it returns something true, and return that.

    ``within`` and ``every`` are seconds; ``within`` counts on a machine of one's own (`patient`). When the
    time is over ``AssertionError`` says what was waited for (``saying``, else the predicate's name) and what
    the last answer was. The predicate is asked once more
    at the very end, so a slow machine does not turn a met condition into a failure.
    """
    within = patient(within)
    deadline = time.monotonic() + within
    while True:
        is_last = time.monotonic() >= deadline
        answer = predicate()
        if answer:
            return answer
        if is_last:
            what = saying or getattr(predicate, "__qualname__", repr(predicate))
            raise AssertionError(f"Waited {within:g} s in vain for: {what}. Last answer: {answer!r}.")
        time.sleep(every)
