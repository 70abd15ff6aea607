"""Waiting for other processes: never longer than needed, and with a sentence when it was in vain."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def wait_until(
    predicate: Callable[[], Result], *, within: float, saying: str = "", every: float = 0.02
) -> Result:
    """Call ``predicate`` until it returns something true, and return that.

    ``within`` and ``every`` are seconds. When the time is over ``AssertionError`` says what was waited for
    (``saying``, else the predicate's name) and what the last answer was. The predicate is asked once more
    at the very end, so a slow machine does not turn a met condition into a failure.
    """
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
