"""Waiting until the next dispatch, or until somebody saved something.

Redis ends a blocking read up to a tenth of a second late, so the waiting proper is done here, on an event that a
listening thread sets.
"""

import logging
import threading
import time

from redis.exceptions import RedisError

from schedules.mirror.mirror import Mirror

logger = logging.getLogger(__name__)

#: Seconds of one blocking read; below redis_options' socket_timeout.
LISTEN_SECONDS = 2
#: Seconds between two wake-ups: a burst of a thousand saves costs fifty ticks a second, not a thousand.
PAUSE_SECONDS = 0.02
#: Seconds before Redis is asked again after it failed.
RETRY_SECONDS = 0.5


class Waker:
    """Listens on the mirror's wake list while its beat leads."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._woken = threading.Event()
        self._is_listening = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def listen(self, yes: bool) -> None:
        """Begin or cease to listen; a beat that waits for the lock must leave the wake-ups to the leader."""
        if not yes:
            self._is_listening.clear()
            return
        self._is_listening.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._listen, name="beat-waker", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Return after ``seconds``, or at once when woken; say whether it was the latter."""
        woken = self._woken.wait(max(0.0, seconds))
        self._woken.clear()
        return woken

    def wake(self) -> None:
        """End the current wait, or the next one; may be called from any thread."""
        self._woken.set()

    def close(self) -> None:
        self._is_closed = True
        self._is_listening.set()

    def _listen(self) -> None:
        keys = self._mirror.keys
        while not self._is_closed:
            self._is_listening.wait()
            try:
                found = self._mirror.redis.blpop([keys.wake], timeout=LISTEN_SECONDS)
                if found and not self._is_listening.is_set():
                    # Taken while the lock went to another: it is the other's to hear.
                    self._mirror.redis.lpush(keys.wake, "1")
                    continue
            except (RedisError, OSError):
                # The ticking thread meets the same fault and says so.
                time.sleep(RETRY_SECONDS)
                continue
            if found:
                self._woken.set()
                time.sleep(PAUSE_SECONDS)
