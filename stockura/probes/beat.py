"""`python -m stockura.probes.beat`: does some beat hold the leader's lock?

The lock expires within seconds of its holder's last tick, so its presence means that a beat is alive and
ticking. A standby is well when another leads: nothing would be gained by restarting it. That this very beat
is running is known to whoever asks, because a beat that ends takes its container with it.
"""

import sys

import redis
from redbeat.schedulers import ensure_conf

from stockura.celery import app

#: Seconds.
TIMEOUT = 5.0


def problem() -> str:
    """Return why no beat seems to lead; empty when one does."""
    ensure_conf(app)
    lock = app.redbeat_conf.lock_key
    if not lock:
        return "Beat's lock is switched off (redbeat_lock_key), so nothing says who leads."
    with redis.Redis.from_url(app.conf.redbeat_redis_url, socket_timeout=TIMEOUT) as client:
        try:
            return "" if client.exists(lock) else f"Nobody holds beat's lock {lock}: no beat is leading."
        except redis.RedisError as error:
            return f"Redis does not answer: {error}."


def main() -> int:
    if sentence := problem():
        print(sentence, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
