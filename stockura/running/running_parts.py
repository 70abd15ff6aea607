"""Run the chosen parts until the end, and announce them when their pages answer."""

import threading
from collections.abc import Mapping, Sequence

import redis

from .announcement import wait_for_pages
from .parts import Part
from .supervisor import Supervisor


def run_parts(parts: Sequence[Part], environment: Mapping[str, str], *, announcement: str) -> str:
    """Run ``parts``; return the sentence about the one that failed, empty when a person ended them."""

    def redis_answers() -> bool:
        with redis.Redis.from_url(environment["REDIS_URL"], socket_timeout=1) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False  # not up yet, or still reading its data

    def announce() -> None:
        address = f"http://127.0.0.1:{environment['WEB_PORT']}/healthz"
        if wait_for_pages(address, give_up=supervisor.is_ending):
            supervisor.say(announcement)

    supervisor = Supervisor(
        parts,
        environment,
        foundation_answers=redis_answers,
        when_started=threading.Thread(target=announce, daemon=True).start,
    )
    supervisor.loop()
    return supervisor.failure
