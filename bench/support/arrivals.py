"""When messages arrive in a Redis queue."""

import time
from dataclasses import dataclass

import redis

#: Seconds between two looks: exact enough for the figures, and next to nothing on a machine of two cores.
EVERY_SECONDS = 0.002


@dataclass(frozen=True)
class Arrivals:
    """Seconds from the due instant to the first and to the last message."""

    first: float
    last: float
    count: int

    @property
    def rate(self) -> float:
        """Messages a second, counted from the due instant."""
        return self.count / self.last


def watch(client: redis.Redis, queue: str, *, count: int, due: float, within: float) -> Arrivals:
    """Wait until ``count`` messages lie in ``queue``. ``due`` is in seconds since 1970; fails after ``within``."""
    first = None
    while True:
        length, now = client.llen(queue), time.time()
        if length and first is None:
            first = now - due
        if length >= count:
            return Arrivals(first or 0.0, now - due, count)
        if now > due + within:
            raise AssertionError(f"{length} of {count} messages have arrived {within:.0f} s after the due instant.")
        time.sleep(EVERY_SECONDS)
