"""One-time changes around hours that clocks skip or repeat: each occurrence has one effect, and the preview says it.

Hypothesis chooses what people change and when, and when beat is awake; the model walks the rule as it stands at each
moment. At the end what was sent and what the ledger says is held against it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.exceptions import OccurrenceRefused
from schedules.ledger import events
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.models.reasons import Reason
from schedules.services import occurrence_upkeep
from schedules.services.occurrences import move_occurrence, skip_occurrence, undo_change
from schedules.services.previewing import preview_of
from schedules.services.reconciling import reconcile
from schedules.services.resuming import EndedPauses, resume_schedule
from schedules.services.switching import pause_schedule
from stockura.celery import app
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import an_endpoint
from tests.support.driven_beat import DrivenScheduler, sent

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
#: Zone → the instant at which its clocks change.
CLOCK_CHANGES = [
    ("America/New_York", datetime(2027, 3, 14, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2027, 11, 7, 6, tzinfo=UTC)),
    ("Europe/London", datetime(2027, 3, 28, 1, tzinfo=UTC)),
    ("Europe/London", datetime(2027, 10, 31, 1, tzinfo=UTC)),
]
NO_RULE: dict[str, Any] = {"execution_times": None, "cron_expression": "", "interval_seconds": None}
RULES: list[dict[str, Any]] = [
    {"schedule_type": "daily", "execution_times": {"times": ["00:30", "01:15", "01:45", "02:30", "03:00"]}},
    {"schedule_type": "cron", "cron_expression": "*/20 * * * *"},
    {"schedule_type": "cron", "cron_expression": "0,30 0-3 * * *"},
    {"schedule_type": "interval", "interval_seconds": 1500},
]


@dataclass
class World:
    client: redis.Redis
    traveller: Any
    change: datetime
    now: datetime = field(init=False)
    beat: DrivenScheduler | None = None
    expected: set[datetime] = field(default_factory=set)
    #: Never away, and a policy by which a late beat drops nothing: then what was previewed is what was sent.
    is_exact: bool = field(init=False)
    jitter: timedelta = field(init=False)

    def begin(self, zone: str, rule: dict[str, Any], policy: str, jitter: int) -> None:
        self.jitter, self.is_exact = timedelta(seconds=jitter), not jitter
        self.set_clock(self.change - 3 * HOUR)
        self.schedule = APIEndpointSchedule.objects.create(
            name="changed",
            endpoint=an_endpoint(),
            timezone=zone,
            starts_at=self.now,
            ends_at=self.change + 3 * HOUR,
            catch_up_policy=policy,
            jitter_seconds=jitter,
            **{**NO_RULE, **rule},
        )
        self.wake_beat(0, 0)

    # --- What people and machines do; ``which`` and ``where`` choose among what there is ----------------------------

    def skip(self, which: int, _where: int) -> None:
        skip_occurrence(self.schedule.pk, self.occurrence(which), now=self.now)

    def move(self, which: int, where: int) -> None:
        # Into the skipped or the repeated hour, onto another run, to the end, beyond it, or a little away.
        places = [
            *(self.change + minutes * MINUTE for minutes in (-60, -30, 0, 30, 60)),
            *(self.occurrence(number) for number in range(3)),
            *(self.change + 3 * HOUR, self.change + 4 * HOUR, self.now + 7 * MINUTE),
        ]
        move_occurrence(self.schedule.pk, self.occurrence(which), to=places[where % len(places)], now=self.now)

    def undo(self, which: int, _where: int) -> None:
        changes = list(self.schedule.occurrence_changes.all())
        if changes:
            undo_change(self.schedule.pk, now=self.now, change_id=changes[which % len(changes)].pk)

    def edit(self, which: int, _where: int) -> None:
        row = APIEndpointSchedule.objects.get()
        for name, value in {**NO_RULE, **RULES[which % len(RULES)]}.items():
            setattr(row, name, value)
        row.save()

    def rename(self, which: int, _where: int) -> None:
        row = APIEndpointSchedule.objects.get()
        row.name = f"renamed {which}"
        row.save()

    def pause(self, which: int, _where: int) -> None:
        until = None if which % 2 else self.now + which * 10 * MINUTE + MINUTE
        pause_schedule(self.schedule.pk, now=self.now, until=until)

    def resume(self, _which: int, _where: int) -> None:
        resume_schedule(self.schedule.pk, now=self.now)

    def kill_beat(self, _which: int, _where: int) -> None:
        self.beat, self.is_exact = None, False

    def wake_beat(self, _which: int, _where: int) -> None:
        if self.beat is None:
            self.client.delete(Mirror().keys.lock)
            self.beat = DrivenScheduler(app)
            self.beat.upkeep.lead = lambda yes: None  # type: ignore[method-assign]
            self.beat.waker.listen = lambda yes: None  # type: ignore[method-assign]
            self.beat.tick_at(self.now)

    def upkeep(self, _which: int, _where: int) -> None:
        EndedPauses().step(self.now)
        occurrence_upkeep.record_passed(self.now)
        occurrence_upkeep.delete_past(self.now)
        reconcile(self.now)

    # --- Time and the model -----------------------------------------------------------------------------------------

    def occurrence(self, which: int) -> datetime:
        """The next occurrence but ``which``, as it stands; the end where there are no so many."""
        row = APIEndpointSchedule.objects.get()
        ahead = [run.at for run in recurrence_of(row).occurrences(self.now, limit=which + 1)]
        return ahead[-1] if ahead else self.change + 3 * HOUR

    def pass_time(self, minutes: int) -> None:
        end = self.now + minutes * MINUTE
        row = APIEndpointSchedule.objects.get()
        # How long a pause without an end will last nobody knows: the preview shows what there is to resume.
        is_away = row.paused_at is not None and row.paused_until is None
        runs = [] if is_away else preview_of(row, now=self.now, count=2000).runs
        previewed = [run.at for run in runs if run.at <= end]
        walked = [run.at for run in recurrence_of(row).occurrences(self.now, until=end)]
        assert previewed == [at for at in walked if not row.is_paused(at)], "the preview says otherwise"
        self.expected.update(previewed)
        while self.beat is not None and self.beat.next_due is not None and self.beat.next_due <= end:
            self.set_clock(max(self.now, self.beat.next_due))
            self.beat.tick_at(self.now)
        self.set_clock(end)
        if self.beat is not None:
            self.beat.tick_at(self.now)

    def reckon(self) -> None:
        self.pass_time(60)
        self.wake_beat(0, 0)
        assert self.beat is not None
        self.beat.tick_at(self.now)
        events.record([fields["event"] for _number, fields in self.client.xrange(Mirror().keys.events)])
        self.upkeep(0, 0)
        times = Counter(datetime.fromisoformat(when) for _number, when in sent(self.client))
        assert max(times.values(), default=1) == 1, "sent twice"
        assert times.keys() <= self.expected, "sent, and not previewed"
        rows = {run.scheduled_for: run for run in ScheduleRun.objects.all()}
        assert len(rows) == ScheduleRun.objects.count(), "two rows of one occurrence"
        # What its jitter still holds back has had no effect yet.
        settled = {at for at in self.expected if at + self.jitter <= self.now}
        assert settled <= rows.keys(), "neither sent nor recorded"
        assert {at for at, run in rows.items() if run.state == "dispatched"} == times.keys()
        beside = {run.state_reason for at, run in rows.items() if at not in self.expected}
        assert beside <= {Reason.SKIPPED_ONCE, Reason.MOVED_ONCE, Reason.PAUSED}, "recorded, but never due"
        if self.is_exact:
            assert settled <= times.keys(), "previewed, and not sent"

    def set_clock(self, now: datetime) -> None:
        self.now = now
        self.traveller.move_to(now, tick=False)


ACTIONS = [
    *(World.skip, World.move, World.move, World.move, World.undo, World.edit, World.rename),
    *(World.pause, World.resume, World.kill_beat, World.wake_beat, World.upkeep),
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 5, 15, 20, 30, 60]), st.sampled_from(ACTIONS), st.integers(0, 4), st.integers(0, 10)
    ),
    max_size=14,
)


@settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    place=st.sampled_from(CLOCK_CHANGES),
    rule=st.sampled_from(RULES),
    policy=st.sampled_from(["all", "latest", "skip"]),
    jitter=st.sampled_from([0, 0, 240]),
    steps=STEPS,
)
def test_whatever_is_changed_around_a_clock_change_each_occurrence_has_one_effect_and_was_previewed(
    redis_client: redis.Redis, place: Any, rule: dict[str, Any], policy: str, jitter: int, steps: Any
) -> None:
    redis_client.flushdb()
    for model in (ScheduleRun, APIEndpointSchedule, APIEndpoint):
        model.objects.all().delete()
    zone, change = place
    with time_machine.travel(change, tick=False) as traveller:
        world = World(redis_client, traveller, change)
        world.begin(zone, rule, policy, jitter)
        for gap, action, which, where in steps:
            world.pass_time(gap)
            try:
                action(world, which, where)
            except OccurrenceRefused:
                continue
