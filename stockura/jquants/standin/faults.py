"""Faults on request: what a client has to survive, made to happen."""

import threading
from dataclasses import dataclass

HELP = (
    "a status (500, 403, 429; 429=90 adds Retry-After: 90), slow=SECONDS, drop (no answer), cut (half an answer), "
    "html (a page with status 200), truncated (half the JSON), same-key (pages without end); "
    "*N at the end limits it to the next N requests, as in 500*2"
)

#: Kinds that take no value. A status is of the kind "status".
PLAIN_KINDS = ("drop", "cut", "html", "truncated", "same-key")

#: Longest delay of an answer, in seconds.
MAX_SLOW_SECONDS = 3600


@dataclass(frozen=True)
class Fault:
    """Something to go wrong with a request.

    ``kind`` is "status", "slow", or one of ``PLAIN_KINDS``. ``message`` is what a status says in its body; an
    empty one gives no body. ``seconds`` is the delay of "slow".
    """

    kind: str
    status: int = 500
    message: str = "Unexpected error. Please try again later."
    retry_after: int | None = None
    seconds: float = 0.0


def parse_fault(text: str) -> tuple[Fault, int | None]:
    """Return the fault that ``text`` names and for how many requests, ``None`` for all (see ``HELP``).

    Raises ``ValueError`` with a sentence.
    """
    name, star, times_text = text.partition("*")
    kind, _, value = name.partition("=")
    times = int(times_text) if times_text.isdecimal() else None
    if star and not times:
        raise ValueError(f'"{text}" limits the fault to "{times_text}" requests. Write a number from 1, as in 500*2.')
    if kind in PLAIN_KINDS and not value:
        return Fault(kind), times
    if kind == "slow":
        return Fault("slow", seconds=_seconds(value, text)), times
    if kind.isdecimal() and 210 <= int(kind) <= 599 and (not value or value.isdecimal()):
        retry_after = int(value) if value else None
        return Fault("status", status=int(kind), retry_after=retry_after), times
    raise ValueError(f'"{text}" is no fault. Known are: {HELP}.')


def _seconds(value: str, text: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MAX_SLOW_SECONDS:  # NaN lies nowhere
        raise ValueError(f'"{text}" names no number of seconds up to {MAX_SLOW_SECONDS}. Write for example slow=3.')
    return seconds


class Faults:
    """The faults that wait for the next requests, first in, first out. Safe between threads."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, int | None]] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault, *, times: int | None = None) -> None:
        """Let ``fault`` happen to the next ``times`` requests; ``None`` is every one until ``clear``."""
        with self._lock:
            self._waiting.append((fault, times))

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._waiting.clear()

    def take(self) -> Fault | None:
        """Return the fault for one request, and count it."""
        with self._lock:
            if not self._waiting:
                return None
            fault, times = self._waiting[0]
            if times is not None:
                if times <= 1:
                    self._waiting.pop(0)
                else:
                    self._waiting[0] = (fault, times - 1)
            return fault
