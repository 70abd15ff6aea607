"""Workers say in Redis that they are there, so that a page can tell without asking each of them and waiting.

It rides on Celery's own heartbeat, which beats every two seconds in the worker's main process. A worker started with
``--without-heartbeat`` is not heard of.
"""

import time
from contextlib import suppress
from typing import Any

from celery import signals
from redis.exceptions import RedisError

from schedules.mirror.mirror import Mirror

#: Seconds between two signs of life, a third of WORKER_SILENT_AFTER; after one that failed, the worker's own work goes
#: before a longer while.
EVERY, EVERY_WHILE_AWAY = 10.0, 60.0
#: Names that nobody answers to any more are forgotten: containers have a new one at each start.
FORGOTTEN_AFTER_SECONDS = 86_400.0

_next_at = 0.0


@signals.heartbeat_sent.connect
def _say(sender: Any = None, **kwargs: Any) -> None:
    global _next_at
    if time.monotonic() < _next_at:
        return
    mirror, now = Mirror(), time.time()
    try:
        with mirror.redis.pipeline(transaction=False) as pipe:
            pipe.zadd(mirror.keys.workers, {sender.eventer.hostname: now})
            pipe.zremrangebyscore(mirror.keys.workers, 0, now - FORGOTTEN_AFTER_SECONDS)
            pipe.execute()
        pause = EVERY
    except (RedisError, OSError):
        # The overview shows a Redis that is away by itself.
        pause = EVERY_WHILE_AWAY
    _next_at = time.monotonic() + pause


@signals.worker_shutdown.connect
def _take_leave(sender: Any = None, **kwargs: Any) -> None:
    mirror = Mirror()
    # Where it cannot be said, silence says the same a little later.
    with suppress(RedisError, OSError):
        mirror.redis.zrem(mirror.keys.workers, sender.hostname)
