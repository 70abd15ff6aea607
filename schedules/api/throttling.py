"""How many requests one person or script may send: counted for each scope, over all web processes.

Counted in Redis, in windows of fixed length: one number for each, raised in one step, so that no process overlooks
another's requests. Redis that does not answer throttles nobody: the API is of use without it, too.
"""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import caches
from redis.exceptions import RedisError
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from schedules.api.permissions import ModelPermissions
from schedules.api.scopes import Scope, scope_of

logger = logging.getLogger(__name__)

#: Name in CACHES; without it the default cache counts.
CACHE = "shared"


class ScopeThrottle(BaseThrottle):
    """The rates of ``DEFAULT_THROTTLE_RATES`` named ``read``, ``run`` and ``write``; None there: no limit."""

    def allow_request(self, request: Any, view: Any) -> bool:
        scope = _scope_of(request, view)
        # Only the parsing is wanted of it: 600/min is 600 requests in 60 seconds.
        most, seconds = SimpleRateThrottle.parse_rate(None, api_settings.DEFAULT_THROTTLE_RATES.get(scope))
        if most is None:
            return True
        now = time.time()
        self._wait = seconds - now % seconds
        return _counted(f"throttle:{scope}:{request.user.pk}:{int(now // seconds)}", seconds) <= most

    def wait(self) -> float:
        """Return in how many seconds the next window begins."""
        return self._wait


def _scope_of(request: Any, view: Any) -> str:
    # The pages of the description and addresses that do not exist have no model.
    return scope_of(ModelPermissions().needed_by(request, view)) if hasattr(view, "needs") else Scope.READ


def _counted(key: str, seconds: int) -> int:
    """Return how many requests there were under this key, this one among them; 0 when that is not known."""
    cache = caches[CACHE if CACHE in settings.CACHES else "default"]
    try:
        cache.add(key, 0, timeout=seconds + 1)
        return int(cache.incr(key))
    except ValueError:
        # It ended between the two.
        return 0
    except (RedisError, OSError) as error:
        logger.warning("api.not_throttled error=%s", error)
        return 0
