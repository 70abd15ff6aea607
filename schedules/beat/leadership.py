"""Which beat sends: whoever holds RedBeat's lock. Any number may wait for it; none ends because it is another's."""

import logging
import time
import uuid
from datetime import timedelta

from schedules.beat import scripts
from schedules.mirror.mirror import Mirror
from schedules.mirror.presence import Presence

logger = logging.getLogger(__name__)

#: The lock is kept fresh this many times within its lifetime.
KEPT_FRESH = 4
#: Nothing is sent in the last part of the lock's lifetime: what has begun must end before another may lead.
SAFE_SHARE = 0.7


class Leadership:
    """One beat's claim to lead. Not thread-safe: it belongs to the thread that ticks."""

    def __init__(self, mirror: Mirror, *, lock_lasts: timedelta) -> None:
        self._mirror = mirror
        self._lasts = lock_lasts.total_seconds()
        self._lead = mirror.redis.register_script(scripts.LEAD)
        self._resign = mirror.redis.register_script(scripts.RESIGN)
        self.token = uuid.uuid4().hex
        self.leads = False
        #: How often this beat has come to lead: a new number means that another may have led in between.
        self.term = 0
        self._confirmed_at = float("-inf")

    @property
    def refresh_every(self) -> float:
        """Seconds between two looks at the lock: while leading to keep it, while waiting to see whether it is free."""
        return self._lasts / (KEPT_FRESH if self.leads else 10)

    @property
    def may_send(self) -> bool:
        """Whether the lock is surely still ours. A process that was frozen finds here that time went by."""
        return self.leads and _since_boot() - self._confirmed_at < self._lasts * SAFE_SHARE

    @property
    def is_fresh(self) -> bool:
        return self.leads and _since_boot() - self._confirmed_at < self.refresh_every

    def hold(self, as_leader: Presence, as_standby: Presence) -> bool:
        """Take or keep the lock, tell what we are, and return whether we lead. Raises redis' errors."""
        asked_at = _since_boot()
        answer = self._lead(
            keys=[self._mirror.keys.lock, self._mirror.keys.beats],
            args=[self.token, int(self._lasts * 1000), as_leader.node, as_leader.to_json(), as_standby.to_json()],
        )
        led, self.leads = self.leads, bool(answer)
        if self.leads:
            # From before the question: the answer may have been on its way for long.
            self._confirmed_at = asked_at
        if answer == 2 or (self.leads and not led):
            # Kept without having led: the answer to the question before was lost on its way.
            self.term += 1
            logger.info("beat.leads node=%s term=%d", as_leader.node, self.term)
        elif led and not self.leads:
            logger.warning("beat.lost_lock node=%s: another beat leads; this one waits.", as_leader.node)
        return self.leads

    def resign(self, node: str) -> None:
        """Give the lock back, so that a waiting beat need not wait for its end. Raises redis' errors."""
        self.leads = False
        self._resign(keys=[self._mirror.keys.lock, self._mirror.keys.beats], args=[self.token, node])


def _since_boot() -> float:
    """Seconds that also pass while the process is stopped or the machine sleeps; wall clocks may jump."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
