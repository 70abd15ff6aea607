"""What tests of faults share: schedules with known occurrences, who restarts what was killed, and the reckoning."""

import itertools
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from schedules.ledger.claiming import MAX_BEGINNINGS_AFTER_LOSS
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.services.reconciling import reconcile
from tests.support.processes import RunningProcess
from tests.support.stack import Stack
from tests.support.tasks import table_of
from tests.support.waiting import wait_until

#: "full" makes storms as large as the requirement says (`make test-storms`); else they are small enough for every day.
SIZE_VARIABLE = "STOCKURA_STORM"
#: Repeats a storm; without it each has a seed of its own, which is printed.
SEED_VARIABLE = "STOCKURA_STORM_SEED"

Occurrence = tuple[int, datetime]


def is_full_size() -> bool:
    return os.environ.get(SIZE_VARIABLE) == "full"


def a_seed() -> int:
    seed = int(os.environ.get(SEED_VARIABLE) or random.SystemRandom().randrange(10**6))
    print(f"{SEED_VARIABLE}={seed}")
    return seed


def intervals(
    endpoint: APIEndpoint, count: int, *, every: int, start: datetime, end: datetime, **fields: object
) -> list[APIEndpointSchedule]:
    """Schedules that fire every ``every`` seconds from ``start`` to ``end``, at different parts of the second."""
    return [
        APIEndpointSchedule.objects.create(
            endpoint=endpoint,
            name=f"every {every} s, {number}",
            schedule_type="interval",
            interval_seconds=every,
            starts_at=start + timedelta(seconds=every) * number / count,
            ends_at=end,
            **{"catch_up_policy": "all", "overlap_policy": "allow", **fields},
        )
        for number in range(count)
    ]


def occurrences_of(schedules: Sequence[APIEndpointSchedule], until: datetime) -> set[Occurrence]:
    """Return every occurrence since each schedule has been in force, up to ``until``."""
    found: set[Occurrence] = set()
    for schedule in schedules:
        rule = recurrence_of(schedule)
        upcoming = rule.next_after(schedule.effective_from)
        while upcoming is not None and upcoming <= until:
            found.add((schedule.pk, upcoming))
            upcoming = rule.next_after(upcoming)
    return found


@dataclass
class Reckoning:
    """What has been done so far, against what was due."""

    stack: Stack
    due: set[Occurrence]
    done: Counter[Occurrence] = field(default_factory=Counter)

    def look(self) -> "Reckoning":
        found = [(number, when) for number, when, _task_id in self.stack.effects("done")]
        table = table_of(self.stack.effects_file)
        entered = [name.split("@") for name in os.listdir(table)] if table.exists() else []
        found += [(int(number), when) for number, when in entered]
        self.done = Counter((number, datetime.fromisoformat(when)) for number, when in found)
        return self

    @property
    def lost(self) -> set[Occurrence]:
        return self.due - self.done.keys() - self.given_up

    @property
    def given_up(self) -> set[Occurrence]:
        """Begun twice, and both times the worker was killed: the product stops there and says so, "abandoned"."""
        twice_killed = ScheduleRun.objects.filter(state=ScheduleRun.State.ABANDONED, attempt=MAX_BEGINNINGS_AFTER_LOSS)
        return set(twice_killed.values_list("schedule", "scheduled_for"))

    @property
    def strange(self) -> set[Occurrence]:
        """Done, but never due."""
        return self.done.keys() - self.due

    @property
    def repeated(self) -> set[Occurrence]:
        return {occurrence for occurrence, times in self.done.items() if times > 1}

    def wait_for_all(self, *, within: float) -> None:
        """Wait until nothing is missing, then a moment more for what might come a second time."""
        try:
            wait_until(lambda: not self.look().lost, within=within, every=0.5, saying="everything due to be done")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._say_what_is_lost()}") from error
        time.sleep(3)
        self.look()

    def assert_each_once(self) -> None:
        """Nothing lost, nothing strange, nothing repeated, and the ledger says the same."""
        assert self.lost == set(), self._say_what_is_lost()
        assert self.strange == set()
        assert self.repeated == set()
        wait_until(
            lambda: (
                ScheduleRun.objects.filter(state=ScheduleRun.State.SUCCEEDED).count()
                == len(self.due) - len(self.given_up)
            ),
            within=10,
            saying=f"{len(self.due)} runs that succeeded, but for {self.given_up}; the ledger says {states_of_runs()}",
        )

    def _say_what_is_lost(self) -> str:
        rows = [
            ScheduleRun.objects.filter(schedule=number, scheduled_for=when).values("state", "attempt", "worker").first()
            for number, when in sorted(self.lost)[:10]
        ]
        return f"{len(self.lost)} of {len(self.due)} lost, in the ledger: {rows}. All runs: {states_of_runs()}"


def states_of_runs() -> dict[str, int]:
    return dict(Counter(ScheduleRun.objects.values_list("state", flat=True)))


class Kept:
    """A process under a service manager: when it is killed it is started again at once."""

    def __init__(self, start: Callable[[], RunningProcess]) -> None:
        self._start = start
        self.process = start()

    def kill(self) -> None:
        self.process.kill()
        self.process = self._start()


def kill_at_random(kept: Sequence[Kept], times: int, *, seconds: float, chance: random.Random) -> threading.Thread:
    """Kill one of ``kept`` after the other, ``times`` in all, at random moments of the next ``seconds``."""
    begun = time.monotonic()
    moments = sorted(chance.uniform(0, seconds) for _ in range(times))

    def work() -> None:
        for moment, one in zip(moments, itertools.cycle(kept), strict=False):
            time.sleep(max(0.0, begun + moment - time.monotonic()))
            one.kill()

    thread = threading.Thread(target=work, name="killer", daemon=True)
    thread.start()
    return thread


def many_at_once(endpoint: APIEndpoint, count: int, when: datetime) -> list[APIEndpointSchedule]:
    """``count`` schedules that are all due at ``when``, put in force by one reconcile."""
    rows = many_rows_at_once(endpoint, count, when)
    reconcile(datetime.now(UTC))
    return list(rows)


def many_rows_at_once(endpoint: APIEndpoint, count: int, when: datetime) -> QuerySet[APIEndpointSchedule]:
    """Return ``count`` schedules that are all due at ``when`` and not yet in force."""
    APIEndpointSchedule.objects.bulk_create(
        APIEndpointSchedule(endpoint=endpoint, name=f"once, {number}", schedule_type="once", run_at=when)
        for number in range(count)
    )
    return APIEndpointSchedule.objects.filter(endpoint=endpoint, schedule_type="once")


def many_at_once_soon(endpoint: APIEndpoint, count: int) -> tuple[list[APIEndpointSchedule], datetime]:
    """``many_at_once``, as soon as this machine can have them in force before they are due; and when that is."""
    begun = time.monotonic()
    rows = many_rows_at_once(endpoint, count, datetime.now(UTC) + timedelta(days=1))
    seconds = 4 + 5 * (time.monotonic() - begun)
    due = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)
    rows.update(run_at=due)
    reconcile(datetime.now(UTC))
    return list(rows), due
