"""Beat in the test's own process, with a clock that the test sets."""

import json
from datetime import UTC, datetime, timedelta

import redis

from schedules.beat.scheduler import StockuraScheduler


class DrivenScheduler(StockuraScheduler):
    """Beat's scheduler with a clock that the test sets; it never waits."""

    now = datetime.now(UTC)

    @classmethod
    def clock(cls) -> datetime:  # type: ignore[override]
        return cls.now

    def _wait(self) -> None:
        pass

    @property
    def next_due(self) -> datetime | None:
        """For when beat would set its alarm; rounded up, because a float may lie a hair before the instant."""
        return None if self._later is None else datetime.fromtimestamp(self._later, UTC) + timedelta(microseconds=1)

    def tick_at(self, now: datetime) -> None:
        type(self).now = now
        self.tick()


def sent(client: redis.Redis, queue: str = "default") -> list[tuple[int, str]]:
    """(schedule, scheduled_for) of the messages in the queue, the oldest first."""
    headers = [json.loads(text)["headers"]["stockura_run"] for text in client.lrange(queue, 0, -1)]
    return [(header["schedule"], header["scheduled_for"]) for header in reversed(headers)]
