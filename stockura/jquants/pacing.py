"""Keep within the requests per minute of a J-Quants plan, inside one process.

Worker processes do not know of each other, so several of them may together exceed the plan; then the server
answers 429 and the client's caller waits. That is rare (a sync is one request) and cheaper than shared state.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

#: Length of the window in which J-Quants counts, in seconds.
WINDOW_SECONDS = 60.0


class Pace:
    """Counts requests in a sliding window. Several threads may share one.

    ``per_minute`` is the plan's limit, at least 1. ``clock`` gives monotonic seconds. A burst up to the
    limit goes through at once, because J-Quants counts per minute and does not ask for even spacing.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        if per_minute < 1:
            raise ValueError(
                f"{per_minute} requests per minute let nothing through. "
                "Set JQUANTS_REQUESTS_PER_MINUTE to what the plan allows: 5, 60, 120 or 500."
            )
        self.per_minute = per_minute
        self._clock = clock
        self._sent: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self) -> float:
        """Return 0 and count a request, or return the seconds until one may be sent, counting nothing."""
        with self._lock:
            now = self._clock()
            while self._sent and now - self._sent[0] >= WINDOW_SECONDS:
                self._sent.popleft()
            if len(self._sent) < self.per_minute:
                self._sent.append(now)
                return 0.0
            return WINDOW_SECONDS - (now - self._sent[0])


_paces: dict[tuple[str, int], Pace] = {}
_paces_lock = threading.Lock()


def shared_pace(base_url: str, per_minute: int) -> Pace:
    """Return the one pace that all clients of ``base_url`` in this process keep to."""
    with _paces_lock:
        return _paces.setdefault((base_url, per_minute), Pace(per_minute))
