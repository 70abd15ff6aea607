"""Entries in the same Redis that are not this product's: fired as plain RedBeat would, never changed otherwise."""

import logging
import time
from typing import Any

from redbeat import RedBeatSchedulerEntry

from schedules.beat.mirror import Mirror

logger = logging.getLogger(__name__)

#: Seconds until an entry that cannot be read or sent is looked at again.
LOOK_AGAIN_SECONDS = 60.0


def fire(scheduler: Any, mirror: Mirror, key: str, **kwargs: Any) -> None:
    """Do for one due entry what RedBeat does; whatever is wrong with it holds up nobody. Raises redis' errors."""
    try:
        entry = RedBeatSchedulerEntry.from_key(key, app=scheduler.app)
    except KeyError:
        # Listed without a definition: RedBeat itself removes it.
        mirror.redis.zrem(mirror.keys.due, key)
        return
    except Exception as error:
        _look_again_later(mirror, key, error)
        return
    try:
        is_due, _next = entry.is_due()
        if is_due:
            scheduler.apply_async(entry, **kwargs)
        elif entry.enabled:
            # Its score was early, by RedBeat's rounding or by the age of its last run.
            entry.reschedule(entry.last_run_at)
        else:
            _look_again_later(mirror, key, None)
    except Exception as error:
        _look_again_later(mirror, key, error)


def _look_again_later(mirror: Mirror, key: str, error: Exception | None) -> None:
    if error is not None:
        logger.error("beat.foreign_entry_failed key=%s error=%s: %s", key, type(error).__name__, error)
    mirror.redis.zadd(mirror.keys.due, {key: time.time() + LOOK_AGAIN_SECONDS}, xx=True)
