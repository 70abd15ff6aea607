"""What the J-Quants plans allow: requests per minute, and the dates they cover."""

import datetime as dt
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

#: J-Quants has no list of issues before this day.
FIRST_DAY = dt.date(2008, 5, 7)

#: The Free plan ends twelve weeks ago.
FREE_DELAY = dt.timedelta(weeks=12)


@dataclass(frozen=True)
class Plan:
    """A subscription. ``years`` is how far back it reaches, from the end of its window."""

    name: str
    requests_per_minute: int
    years: int
    is_delayed: bool = False

    def last_day(self, today: dt.date) -> dt.date | None:
        """Last day of the window, inclusive; ``None`` when it reaches the present."""
        return today - FREE_DELAY if self.is_delayed else None

    def first_day(self, today: dt.date) -> dt.date:
        """First day of the window, inclusive; the same calendar day some years earlier."""
        end = self.last_day(today) or today
        # 29 February has no counterpart in most years.
        day = end.day if (end.month, end.day) != (2, 29) else 28
        return max(dt.date(end.year - self.years, end.month, day), FIRST_DAY)


PLANS = {
    plan.name: plan
    for plan in (
        Plan("free", requests_per_minute=5, years=2, is_delayed=True),
        Plan("light", requests_per_minute=60, years=5),
        Plan("standard", requests_per_minute=120, years=10),
        Plan("premium", requests_per_minute=500, years=20),
    )
}


class RateLimit:
    """Counts the requests of the last minute. ``clock`` gives monotonic seconds."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def allows_one_more(self) -> bool:
        """Count a request and return true, or return false when the minute is full."""
        with self._lock:
            now = self._clock()
            while self._times and now - self._times[0] >= 60:
                self._times.popleft()
            if len(self._times) >= self.per_minute:
                return False
            self._times.append(now)
            return True
