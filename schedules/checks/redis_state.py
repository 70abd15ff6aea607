"""How the Redis is set up that holds the mirror, the lock and, as a rule, the task queues.

It is asked on every `manage.py check`, with a short time-out. One that does not answer is no fault of the settings:
only `check --deploy` speaks of it, and then says that it is unknown.
"""

import contextlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import redis
from celery import current_app
from django.core.checks import CheckMessage, Error, Warning, register
from redbeat.schedulers import ensure_conf
from redis.exceptions import RedisError

from schedules.checks.tags import SCHEDULES

#: Commands wait for this; Redis answers within a millisecond or two.
TIMEOUT_SECONDS = 0.5
#: Addresses under which one server answers for itself.
SCHEMES = ("redis", "rediss", "unix")


@register(SCHEDULES)
def check_no_cluster(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse RedBeat's ways of naming a Redis Cluster."""
    conf = ensure_conf(current_app._get_current_object())
    asked_for = conf.redis_url.startswith("redis-cluster") or (conf.redbeat_redis_options or {}).get("cluster")
    return [_cluster("what redbeat_redis_url names")] if asked_for else []


def _cluster(named: str) -> CheckMessage:
    return Error(
        f"{named[0].upper()}{named[1:]} is a Redis Cluster, whose nodes each hold a part of the keys: beat moves "
        "entries on, keeps its lock and tells the ledger in one atomic step, which a cluster cannot do.",
        hint="Use one Redis with a replica and Sentinels (REDIS_SENTINELS). The mirror is small: a hundred thousand "
        "schedules are about 120 MB.",
        id="schedules.E020",
    )


@register(SCHEDULES)
def check_redis(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of a Redis that may throw keys away or forget them."""
    found: list[CheckMessage] = []
    for address in _addresses():
        with contextlib.suppress(RedisError, OSError, ValueError):
            found += _findings(address, _facts(address))
    return found


@register(SCHEDULES, deploy=True)
def check_that_redis_answers(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Say what is not known; `check --deploy` only."""
    found: list[CheckMessage] = []
    for address in _addresses():
        try:
            _facts(address)
        except (RedisError, OSError, ValueError) as error:
            found.append(
                Warning(
                    f"Whether {_named(address)} keeps its keys is not known: it could not be asked ({error}).",
                    hint="Start it, or correct REDIS_URL and CELERY_BROKER_URL, and run the check again.",
                    id="schedules.W009",
                )
            )
    return found


def _addresses() -> list[str]:
    """Return the mirror's Redis, and the broker's where that is another one."""
    app = current_app._get_current_object()
    wanted = [ensure_conf(app).redis_url, app.conf.broker_write_url or app.conf.broker_url]
    servers: dict[str, str] = {}
    for address in wanted:
        if address and urlsplit(address).scheme in SCHEMES:
            # The number of the database does not matter: eviction and files are the server's.
            servers.setdefault(_named(address), address)
    return list(servers.values())


def _facts(address: str) -> dict[str, Any]:
    # INFO and not CONFIG GET, which hosted servers refuse.
    options: dict[str, Any] = {"socket_timeout": TIMEOUT_SECONDS}
    if urlsplit(address).scheme != "unix":
        options["socket_connect_timeout"] = TIMEOUT_SECONDS
    with contextlib.closing(redis.Redis.from_url(address, retry=None, **options)) as client:
        return {**client.info("memory"), **client.info("persistence"), **client.info("cluster")}


def _findings(address: str, facts: dict[str, Any]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if facts.get("cluster_enabled"):
        found.append(_cluster(_named(address)))
    policy = facts.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        found.append(
            Warning(
                f"Schedules and queued runs may be thrown away when the memory of {_named(address)} is full: "
                f'its maxmemory-policy is "{policy}".',
                hint="In redis.conf: maxmemory-policy noeviction (or: redis-cli CONFIG SET maxmemory-policy "
                "noeviction). A cache belongs into another Redis.",
                id="schedules.W007",
            )
        )
    if not facts.get("aof_enabled", 1):
        found.append(
            Warning(
                f"After a crash {_named(address)} forgets queued runs, and beat has to rebuild its schedules from the "
                "database: it does not write each change to disk.",
                hint="In redis.conf: appendonly yes (or: redis-cli CONFIG SET appendonly yes, then CONFIG REWRITE).",
                id="schedules.W008",
            )
        )
    return found


def _named(address: str) -> str:
    """Return how people know the server, without the password."""
    parts = urlsplit(address)
    if parts.scheme == "unix":
        return f"the Redis at {parts.path}"
    return f"the Redis at {parts.hostname or 'localhost'}:{parts.port or 6379}"
