"""Entries in the same Redis that are not this product's: fired as plain RedBeat would, never changed otherwise."""

import logging
import time
from typing import Any

from redbeat import RedBeatSchedulerEntry

from schedules.mirror.mirror import Mirror

logger = logging.getLogger(__name__)

#: Seconds until an entry that cannot be read or sent is looked at again.
LOOK_AGAIN_SECONDS = 60.0
LEAST_SECONDS = 0.05


def fire(scheduler: Any, mirror: Mirror, key: str, **kwargs: Any) -> None:
    """Do for one due entry what RedBeat does; whatever is wrong with it holds up nobody. Raises redis' errors."""
    try:
        entry = RedBeatSchedulerEntry.from_key(key, app=scheduler.app)
    except KeyError:
        # Listed without a definition: RedBeat itself removes it.
        mirror.redis.zrem(mirror.keys.due, key)
        return
    except Exception as error:
        _set_back(mirror, key, error)
        return
    try:
        is_due, seconds = entry.is_due()
        if is_due:
            scheduler.apply_async(entry, **kwargs)
        else:
            # RedBeat cuts instants to whole seconds, and an entry that is switched off stays listed.
            _look_again(mirror, key, seconds)
    except Exception as error:
        _set_back(mirror, key, error)


def _set_back(mirror: Mirror, key: str, error: Exception) -> None:
    logger.error("beat.foreign_entry_failed key=%s error=%s: %s", key, type(error).__name__, error)
    _look_again(mirror, key, LOOK_AGAIN_SECONDS)


def _look_again(mirror: Mirror, key: str, seconds: float | None) -> None:
    wait = LOOK_AGAIN_SECONDS if seconds is None else max(seconds, LEAST_SECONDS)
    mirror.redis.zadd(mirror.keys.due, {key: time.time() + wait}, xx=True)
