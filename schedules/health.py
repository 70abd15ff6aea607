"""Health probes that tell strangers nothing but well or not well; why not stands in the log."""

import logging
import threading
import time

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from schedules.mirror.mirror import Mirror

logger = logging.getLogger(__name__)

#: Probes give up after a few seconds at most.
ANSWERED_WITHIN_SECONDS = 3.0


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the process serves requests; nothing else is looked at, so nothing else is told."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers with every migration applied and Redis answers; else 503.

    A server that hangs is as good as none: the answer comes within ANSWERED_WITHIN_SECONDS, whatever is waited for.
    """
    if _is_ready():
        return HttpResponse("ready", content_type="text/plain")
    return HttpResponse("not ready", status=503, content_type="text/plain")


def _is_ready() -> bool:
    """Ask in a thread of its own, one at a time however many ask: strangers may."""
    until = time.monotonic() + ANSWERED_WITHIN_SECONDS
    if not _one_at_a_time.acquire(timeout=ANSWERED_WITHIN_SECONDS):
        logger.warning("health.not_ready part=unknown An earlier question has not been answered yet.")
        return False
    confirmed = threading.Event()
    # A daemon: one that hangs must not keep the process from ending.
    asking = threading.Thread(target=_ask, args=(confirmed,), name="readiness", daemon=True)
    asking.start()
    asking.join(max(until - time.monotonic(), 0))
    if asking.is_alive():
        logger.warning("health.not_ready part=unknown No answer within %g s.", ANSWERED_WITHIN_SECONDS)
        return False
    return confirmed.is_set()


def _ask(confirmed: threading.Event) -> None:
    try:
        for part, problem in (("database", _problem_with_the_database), ("redis", _problem_with_redis)):
            if sentence := problem():
                logger.warning("health.not_ready part=%s %s", part, sentence)
                return
        confirmed.set()
    finally:
        # This thread's own, which nobody would ever use again.
        connections.close_all()
        _one_at_a_time.release()


_one_at_a_time = threading.Lock()
#: Migrations are applied once and read from files each time: what was applied is not looked at again.
_is_migrated = False


def _problem_with_the_database() -> str:
    global _is_migrated
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        if not _is_migrated:
            executor = MigrationExecutor(connection)
            if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return f"{len(waiting)} migrations have not been applied: run manage.py migrate."
            _is_migrated = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (Error, ImproperlyConfigured) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _problem_with_redis() -> str:
    try:
        Mirror().redis.ping()
    except (RedisError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return ""
