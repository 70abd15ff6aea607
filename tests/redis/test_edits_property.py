"""Changes at any moment relative to due instants: nothing early, nothing twice, nothing out of force, nothing silent.

Hypothesis chooses what a person does and when, and when beat is awake. A model keeps, for each schedule, which rule was
in force from when to when; at the end, what was sent and what the ledger says is held against it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schedules.ledger import events
from schedules.messages import task_id_of
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.models.reasons import Reason
from schedules.recurrence import Recurrence
from schedules.services.reconciling import reconcile
from schedules.services.resuming import resume_schedule
from schedules.services.switching import pause_schedule, set_enabled
from stockura.celery import app
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.driven_beat import DrivenScheduler, sent
from tests.support.effort import IS_LONG

#: The database plays no part in it: beat and the mirror do.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]

START = datetime(2026, 11, 24, 0, 0, 30, tzinfo=UTC)
RULES: list[dict[str, Any]] = [
    {"schedule_type": "interval", "interval_seconds": 10, "starts_at": START},
    {"schedule_type": "interval", "interval_seconds": 7},
    {"schedule_type": "cron", "cron_expression": "* * * * *"},
    {"schedule_type": "once", "run_at": START + timedelta(seconds=40)},
]
EMPTY = {"interval_seconds": None, "starts_at": None, "cron_expression": "", "run_at": None}


@dataclass
class Segment:
    """A rule in force after ``since``, up to and with ``until``."""

    rule: Recurrence
    since: datetime
    until: datetime | None = None

    def occurrences(self, now: datetime) -> set[datetime]:
        end = now if self.until is None else min(self.until, now)
        found: set[datetime] = set()
        upcoming = self.rule.next_after(self.since)
        while upcoming is not None and upcoming <= end:
            found.add(upcoming)
            upcoming = self.rule.next_after(upcoming)
        return found


@dataclass
class World:
    """Two schedules of one endpoint, a beat with the test's clock, and the model of what ought to happen."""

    client: redis.Redis
    traveller: Any
    now: datetime = START
    beat: DrivenScheduler | None = None
    endpoint: APIEndpoint | None = None
    slots: dict[int, int | None] = field(default_factory=lambda: {0: None, 1: None})
    segments: dict[int, list[Segment]] = field(default_factory=dict)
    sent_at: dict[tuple[int, datetime], datetime] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self.endpoint = APIEndpoint.objects.create(name="endpoint", task="tests.nothing")
        self.wake_beat()

    # --- What may happen -----------------------------------------------------------------------------------------

    def wake_beat(self, _slot: int = 0, _choice: int = 0) -> None:
        if self.beat is None:
            self.client.delete(Mirror().keys.lock)
            self.beat = DrivenScheduler(app)
            self.beat.upkeep.lead = lambda yes: None  # type: ignore[method-assign]
            self.beat.waker.listen = lambda yes: None  # type: ignore[method-assign]
            self.tick()

    def kill_beat(self, _slot: int, _choice: int) -> None:
        self.beat = None

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass; a beat that is awake has its alarm ring at each due instant."""
        end = self.now + timedelta(milliseconds=milliseconds)
        while self.beat is not None and self.beat.next_due is not None and self.beat.next_due <= end:
            self.set_clock(max(self.now, self.beat.next_due))
            self.tick()
        self.set_clock(end)

    def create(self, slot: int, choice: int) -> None:
        if self.slots[slot] is None:
            schedule = APIEndpointSchedule.objects.create(
                endpoint=self.endpoint, name=f"schedule {slot}", catch_up_policy="all", **RULES[choice % len(RULES)]
            )
            self.slots[slot] = schedule.pk
            self.segments[schedule.pk] = []
            self.changed(schedule.pk)

    def change_the_rule(self, slot: int, choice: int) -> None:
        if schedule := self.schedule_in(slot):
            before = recurrence_of(schedule)
            for name, value in {**EMPTY, **RULES[choice % len(RULES)]}.items():
                setattr(schedule, name, value)
            schedule.save()
            if recurrence_of(schedule) != before:
                self.changed(schedule.pk)

    def rename(self, slot: int, choice: int) -> None:
        if schedule := self.schedule_in(slot):
            schedule.name = f"{schedule.name[:20]} {choice}"
            schedule.kwargs = {"colour": choice}
            schedule.save()

    def pause(self, slot: int, choice: int) -> None:
        until = None if choice % 2 else self.now + timedelta(milliseconds=choice * 5000 + 1)
        if (schedule := self.schedule_in(slot)) and pause_schedule(schedule.pk, now=self.now, until=until):
            self.changed(schedule.pk)

    def resume(self, slot: int, _choice: int) -> None:
        if (schedule := self.schedule_in(slot)) and resume_schedule(schedule.pk, now=self.now).changed:
            self.changed(schedule.pk)

    def enable(self, slot: int, _choice: int) -> None:
        if (schedule := self.schedule_in(slot)) and set_enabled(schedule.pk, True):
            self.changed(schedule.pk)

    def disable(self, slot: int, _choice: int) -> None:
        if (schedule := self.schedule_in(slot)) and set_enabled(schedule.pk, False):
            self.changed(schedule.pk)

    def delete(self, slot: int, _choice: int) -> None:
        if schedule := self.schedule_in(slot):
            number = schedule.pk
            schedule.delete()
            self.slots[slot] = None
            self.changed(number)

    def switch_the_endpoint(self, _slot: int, choice: int) -> None:
        assert self.endpoint is not None
        if self.endpoint.enabled != bool(choice % 2):
            self.endpoint.enabled = bool(choice % 2)
            self.endpoint.save()
            for number in self.segments:
                self.changed(number)

    def reconcile(self, _slot: int, _choice: int) -> None:
        reconcile(self.now)
        self.tick()

    def lose_redis(self, _slot: int, _choice: int) -> None:
        """Redis is emptied, after the ledger has taken in what was told; beat has it filled again."""
        self.record()
        self.client.flushdb()
        reconcile(self.now)
        self.tick()

    # --- The model -----------------------------------------------------------------------------------------------

    def changed(self, number: int) -> None:
        """Close the segment of a schedule, and begin one if it is in force still; tell beat, as a save does."""
        of_schedule = self.segments[number]
        if of_schedule and of_schedule[-1].until is None:
            of_schedule[-1].until = self.now
        row = APIEndpointSchedule.objects.select_related("endpoint").filter(pk=number).first()
        is_paused_for_good = row is not None and row.paused_at is not None and row.paused_until is None
        if row is not None and row.enabled and row.endpoint.enabled and not is_paused_for_good:
            since = max(self.now, row.paused_until or self.now)
            of_schedule.append(Segment(recurrence_of(row), since))
        self.tick()

    def tick(self) -> None:
        if self.beat is None:
            return
        before = Counter(sent(self.client))
        self.beat.tick_at(self.now)
        for (number, text), times in (Counter(sent(self.client)) - before).items():
            self.note_sent(number, datetime.fromisoformat(text), times)

    def note_sent(self, number: int, when: datetime, times: int) -> None:
        what = f"{number} for {when} at {self.now}"
        if when > self.now:
            self.faults.append(f"sent early: {what}")
        if times > 1 or (number, when) in self.sent_at:
            self.faults.append(f"sent twice: {what}")
        current = self.segments[number][-1] if self.segments[number] else None
        if current is None or current.until is not None or when not in current.occurrences(self.now):
            self.faults.append(f"not in force: {what}")
        self.sent_at[number, when] = self.now

    # --- The reckoning -------------------------------------------------------------------------------------------

    def record(self) -> None:
        told = self.client.xrange(Mirror().keys.events)
        events.record([fields["event"] for _number, fields in told])

    def reckon(self) -> None:
        self.wake_beat()
        self.tick()
        self.record()
        assert self.faults == []
        due = {
            (number, when)
            for number, of_schedule in self.segments.items()
            for segment in of_schedule
            for when in segment.occurrences(self.now)
        }
        # By the id of the task: what is told of a deleted schedule does not point at it any more.
        rows = {
            run.task_id: Reason.DELETED if run.state_reason == Reason.DELETED and run.dispatched_at else run.state
            for run in ScheduleRun.objects.all()
        }
        paused = set(ScheduleRun.objects.filter(state="skipped", state_reason=Reason.PAUSED).values_list("task_id"))
        told = {key: rows.pop(task_id_of(*key)) for key in due if task_id_of(*key) in rows}
        assert due - told.keys() == set(), "neither sent nor recorded"
        # What a pause passed over gets its rows when the schedule is resumed.
        assert {run: state for run, state in rows.items() if (run,) not in paused} == {}, "recorded, but never due"
        # What was sent stays sent, or its schedule was deleted before a worker began.
        assert {key for key, state in told.items() if state in ("dispatched", Reason.DELETED)} == set(self.sent_at)
        assert not ScheduleRun.objects.filter(state="missed", state_reason="").exists()

    def schedule_in(self, slot: int) -> APIEndpointSchedule | None:
        number = self.slots[slot]
        return None if number is None else APIEndpointSchedule.objects.get(pk=number)

    def set_clock(self, now: datetime) -> None:
        self.now = now
        self.traveller.move_to(now, tick=False)


ACTIONS = (
    World.wake_beat,
    World.kill_beat,
    World.create,
    World.change_the_rule,
    World.rename,
    World.pause,
    World.resume,
    World.enable,
    World.disable,
    World.delete,
    World.switch_the_endpoint,
    World.reconcile,
    World.lose_redis,
)
#: Exactly at instants of the rules, a hair beside them, and anywhere.
GAPS = st.sampled_from([0, 1, 999, 1000, 9_999, 10_000, 10_001, 7_000, 30_000, 60_000]) | st.integers(0, 70_000)
STEPS = st.lists(st.tuples(GAPS, st.sampled_from(ACTIONS), st.integers(0, 1), st.integers(0, 3)), max_size=14)


@settings(
    # Other ones each time: what one run does not meet another will.
    max_examples=600 if IS_LONG else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
# Found once: a rename after Redis had lost its data went back to what had been sent before.
@example(steps=[(10_001, World.lose_redis, 0, 0), (0, World.rename, 0, 0)])
# Due, not sent, and deleted at that very instant: recorded as missed.
@example(steps=[(0, World.kill_beat, 0, 0), (10_000, World.delete, 0, 0)])
def test_every_occurrence_of_the_rule_in_force_is_sent_once_or_recorded(redis_client: redis.Redis, steps: Any) -> None:
    redis_client.flushdb()
    for model in (ScheduleRun, APIEndpointSchedule, APIEndpoint):
        model.objects.all().delete()
    with time_machine.travel(START, tick=False) as traveller:
        world = World(redis_client, traveller)
        world.begin()
        world.create(0, 0)
        for gap, action, slot, choice in steps:
            world.pass_time(gap)
            action(world, slot, choice)
        world.pass_time(15_000)
        world.reckon()
