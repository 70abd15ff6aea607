"""How fast a large minute leaves: ours beside RedBeat, django-celery-beat and bare loops, in one run.

    python bench/dispatch.py [--rounds ROUNDS] [ENTRIES ...]

For each number of entries (1,000 and 10,000 unless told otherwise), all due at one whole minute, a real `celery beat`
of each candidate runs alone, one after the other, on an own Redis; nobody consumes. Printed per round: the first and
the last message after the due instant, the rate counted from the due instant, and the CPU time of beat (of the loop)
per message; then medians, ratios and marks. "ours, queues elsewhere" sends to another Redis database, which takes the
way of any other broker: through kombu.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support.arrivals import Arrivals, watch
from bench.support.copy import a_copy
from bench.support.figures import Usage
from bench.support.marks import mark
from bench.support.rows import QUEUE, replace_schedules

if TYPE_CHECKING:
    from tests.support.stack import Stack

#: Seconds that a beat has to start before its minute.
TO_START = 12
#: django-celery-beat sends less than a hundred messages a second: larger minutes are not waited for.
MOST_FOR_DJANGO_BEAT = 1_000


@dataclass(frozen=True)
class Measured:
    arrivals: Arrivals
    cpu: float

    @property
    def cpu_each(self) -> float:
        """Milliseconds of CPU for each message."""
        return 1000 * self.cpu / self.arrivals.count


class Contest:
    """Candidates by name; each is called with the number of entries."""

    def __init__(self, stack: "Stack") -> None:
        self._stack = stack
        self._redis = stack.redis.client()
        self.candidates: dict[str, Callable[[int], Measured]] = {
            "bare loop": self.bare_loop,
            "bare loop, batched by kombu": self.batched_loop,
            "ours": self.ours,
            "ours, queues elsewhere": self.ours_elsewhere,
            "RedBeat": self.redbeat,
            "django-celery-beat": self.django_beat,
        }

    def bare_loop(self, count: int) -> Measured:
        from tests.support.tasks import nothing

        def loop() -> None:
            for number in range(count):
                nothing.apply_async([number], queue=QUEUE)

        return self._time(loop, count)

    def batched_loop(self, count: int) -> Measured:
        from tests.support.app import app
        from tests.support.tasks import nothing

        def loop() -> None:
            with app.producer_pool.acquire(block=True) as producer, producer.batch():
                for number in range(count):
                    nothing.apply_async([number], queue=QUEUE, producer=producer)

        return self._time(loop, count)

    def _time(self, loop: Callable[[], None], count: int) -> Measured:
        self._redis.flushall()
        begun, cpu = time.time(), time.process_time()
        loop()
        ended, used = time.time(), time.process_time() - cpu
        assert self._redis.llen(QUEUE) == count
        return Measured(Arrivals(0.0, ended - begun, count), used)

    def ours(self, count: int) -> Measured:
        return self._ours(count, self._redis)

    def ours_elsewhere(self, count: int) -> Measured:
        elsewhere = f"{self._stack.redis.url.rpartition('/')[0]}/1"
        import redis

        with redis.Redis.from_url(elsewhere) as client:
            return self._ours(count, client, CELERY_BROKER_URL=elsewhere)

    def _ours(self, count: int, client: Any, **env: str) -> Measured:
        from schedules.monitoring import engine_health
        from schedules.services.reconciling import reconcile
        from tests.support.waiting import wait_until

        self._redis.flushall()
        due = _a_minute_ahead(count / 500)
        daily = {"execution_times": {"times": [f"{due:%H:%M}"]}, "timezone": "UTC"}
        replace_schedules(count, lambda number: daily, now=datetime.now(UTC))
        reconcile(datetime.now(UTC))
        beat = self._stack.beat(name="ours", env=env)

        def leads() -> bool:
            leader = engine_health(datetime.now(UTC)).leader
            return leader is not None and leader.reconciled_at is not None

        wait_until(leads, within=60)
        return self._watch(beat, client, count, due)

    def redbeat(self, count: int) -> Measured:
        self._redis.flushall()
        from bench.peers import redbeat_app

        due = _a_minute_ahead()
        redbeat_app.write(self._redis, due, count, QUEUE)
        beat = self._start("redbeat", "bench.peers.redbeat_app")
        return self._watch(beat, self._redis, count, due)

    def django_beat(self, count: int) -> Measured:
        self._redis.flushall()
        due = _a_minute_ahead(3)
        env = {"PEER_DATABASE": str(self._stack.directory / "peer.sqlite3")}
        rows = self._stack.start(
            "django-beat-rows", "bench.peers.django_beat_rows", due.isoformat(), str(count), QUEUE, env=env
        )
        assert rows._popen.wait(timeout=60) == 0, rows.output()
        beat = self._start("django-beat", "bench.peers.django_beat_app", **env)
        return self._watch(beat, self._redis, count, due)

    def _start(self, name: str, app: str, **env: str) -> Any:
        return self._stack.start(
            name,
            "celery",
            "-A",
            app,
            "beat",
            "--loglevel=WARNING",
            "--pidfile=",
            env={"DJANGO_SETTINGS_MODULE": "", **env},
        )

    def _watch(self, beat: Any, client: Any, count: int, due: datetime) -> Measured:
        time.sleep(max(0.0, due.timestamp() - time.time() - 0.2))
        assert beat.is_running, beat.output()
        assert client.llen(QUEUE) == 0, "Something was sent early."
        usage = Usage.of(beat.pid)
        try:
            arrivals = watch(client, QUEUE, count=count, due=due.timestamp(), within=30 + count / 20)
            # What beat does after the last message (the history) belongs to its price.
            time.sleep(1 + count / 2000)
            assert client.llen(QUEUE) == count, "More was sent than was due."
            return Measured(arrivals, usage.cpu())
        finally:
            beat.kill()


def _a_minute_ahead(seconds: float = 0.0) -> datetime:
    """Return a whole minute that leaves time for a beat to start, and ``seconds`` more for what comes before."""
    earliest = datetime.now(UTC) + timedelta(seconds=TO_START + seconds)
    return earliest.replace(second=0, microsecond=0) + timedelta(minutes=1)


def run(counts: list[int], rounds: int, only: list[str]) -> None:
    with a_copy() as stack:
        os.environ["REDIS_URL"] = stack.redis.url
        contest = Contest(stack)
        for count in counts:
            print(f"\n{count:,} due at one minute")
            print(f"{'':30}{'first':>10}{'last':>10}{'a second':>10}{'CPU each':>10}")
            found: dict[str, list[Measured]] = {}
            for number in range(rounds):
                for name, candidate in contest.candidates.items():
                    if only and name not in only:
                        continue
                    if name == "django-celery-beat" and (number or count > MOST_FOR_DJANGO_BEAT):
                        continue
                    measured = candidate(count)
                    found.setdefault(name, []).append(measured)
                    _print(name, measured)
            _conclude(found)


def _print(name: str, measured: Measured) -> None:
    arrivals = measured.arrivals
    seconds = f"{arrivals.first * 1000:7.0f} ms{arrivals.last:8.2f} s"
    print(f"{name:30}{seconds}{arrivals.rate:10,.0f}{measured.cpu_each:7.2f} ms", flush=True)


def _conclude(found: dict[str, list[Measured]]) -> None:
    rates = {name: statistics.median(each.arrivals.rate for each in all_) for name, all_ in found.items()}
    firsts = {name: 1000 * max(each.arrivals.first for each in all_) for name, all_ in found.items()}
    print("medians: " + " · ".join(f"{name} {rate:,.0f}/s" for name, rate in rates.items()))
    for ours, other, at_least in (
        ("ours", "RedBeat", 5),
        ("ours", "bare loop", 2),
        ("ours", "bare loop, batched by kombu", None),
        ("ours", "django-celery-beat", 5),
        ("ours, queues elsewhere", "bare loop", 0.9),
        ("ours, queues elsewhere", "RedBeat", None),
    ):
        if ours in rates and other in rates:
            mark(f"{ours} / {other}", rates[ours] / rates[other], "times", at_least=at_least)
    for name in ("ours", "ours, queues elsewhere"):
        if name in firsts:
            mark(f"{name}: first message, worst", firsts[name], "ms", at_most=100)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("entries", nargs="*", type=int, default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", default=[], help="measure this candidate; may be repeated")
    options = parser.parse_args()
    run(options.entries, options.rounds, options.only)
