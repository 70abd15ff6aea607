"""Each occurrence is taken once, whoever asks, however often and however many at once."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from schedules.ledger import events
from schedules.ledger.claiming import Claim, Message, Verdict, claim, expire
from schedules.messages import Origin, task_id_of
from schedules.models import APIEndpoint, APIEndpointSchedule, ScheduleRun
from schedules.models.reasons import Reason
from tests.support.builders import a_run, a_schedule
from tests.support.waiting import patient

pytestmark = pytest.mark.django_db

State = ScheduleRun.State
NOW = datetime(2026, 3, 2, 23, 10, 1, tzinfo=UTC)
EIGHT = NOW - timedelta(seconds=1)
SECOND = timedelta(seconds=1)
#: The defaults of HEARTBEAT_LOST_AFTER_SECONDS.
LOST = timedelta(seconds=60)


@pytest.fixture
def schedule() -> APIEndpointSchedule:
    return a_schedule()


def a_message(
    schedule: APIEndpointSchedule | int,
    scheduled_for: datetime | None = EIGHT,
    *,
    trigger: str = "scheduled",
    **fields: Any,
) -> Message:
    pk = schedule if isinstance(schedule, int) else schedule.pk
    usual: dict[str, Any] = {
        "task_id": task_id_of(pk, scheduled_for) if scheduled_for else "by-hand",
        "task": "tests.nothing",
        "args": ["scheduled"],
        "kwargs": {"limit": 3},
        "origin": Origin(pk, trigger, scheduled_for, EIGHT),
        "is_redelivered": False,
    }
    return Message(**{**usual, **fields})


def claimed(message: Message, now: datetime = NOW, worker: str = "w1") -> Claim:
    return claim(message, now=now, worker=worker)


def beat_tells(schedule: APIEndpointSchedule, kind: str = "dispatched", reason: str = "") -> None:
    event = {
        "kind": kind, "schedule": schedule.pk, "scheduled_for": EIGHT.isoformat(), "at": EIGHT.isoformat(),
        "task": "tests.nothing", "task_id": task_id_of(schedule.pk, EIGHT), "args": [], "kwargs": {}, "reason": reason,
    }  # fmt: skip
    events.record([json.dumps(event)])


def test_the_first_message_begins_the_run_and_records_what_it_knows(schedule: APIEndpointSchedule) -> None:
    taken = claimed(a_message(schedule))

    assert taken.verdict is Verdict.BEGIN
    run = ScheduleRun.objects.get()
    assert (run.schedule, run.schedule_name, run.scheduled_for) == (schedule, schedule.name, EIGHT)
    assert (run.state, run.attempt, run.worker) == (State.RUNNING, 1, "w1")
    assert (run.dispatched_at, run.started_at, run.heartbeat_at, run.finished_at) == (EIGHT, NOW, NOW, None)
    assert (run.args, run.kwargs) == (["scheduled"], {"limit": 3})


@pytest.mark.parametrize("beat_is_first", [True, False])
def test_beat_and_worker_write_one_row_whoever_is_first(schedule: APIEndpointSchedule, beat_is_first: bool) -> None:
    if beat_is_first:
        beat_tells(schedule)
    assert claimed(a_message(schedule)).verdict is Verdict.BEGIN
    beat_tells(schedule)

    run = ScheduleRun.objects.get()
    assert (run.state, run.attempt, run.dispatched_at) == (State.RUNNING, 1, EIGHT)


def test_what_beat_recorded_as_missed_is_not_begun(schedule: APIEndpointSchedule) -> None:
    beat_tells(schedule, kind="missed", reason=Reason.OUTSIDE_WINDOW)

    assert claimed(a_message(schedule)).verdict is Verdict.DROP
    assert ScheduleRun.objects.get().state == State.MISSED


def test_an_occurrence_that_came_under_another_task_id_is_left_alone(schedule: APIEndpointSchedule) -> None:
    claimed(a_message(schedule))

    other = claimed(a_message(schedule, task_id="another", is_redelivered=True))

    assert other.verdict is Verdict.DROP
    assert ScheduleRun.objects.get().attempt == 1


@pytest.mark.parametrize(
    ("state", "attempt", "verdict"),
    [
        (State.DISPATCHED, 0, Verdict.BEGIN),
        (State.DISPATCHED, 1, Verdict.BEGIN),  # given back by its task
        (State.ABANDONED, 1, Verdict.BEGIN),
        (State.ABANDONED, 2, Verdict.DROP),
        (State.SUCCEEDED, 1, Verdict.DROP),
        (State.FAILED, 1, Verdict.DROP),
        (State.SKIPPED, 0, Verdict.DROP),
        (State.MISSED, 0, Verdict.DROP),
        (State.EXPIRED, 0, Verdict.DROP),
    ],
)
@pytest.mark.parametrize("is_redelivered", [False, True])
def test_whether_a_run_is_begun_follows_its_state(
    schedule: APIEndpointSchedule, state: str, attempt: int, verdict: Verdict, is_redelivered: bool
) -> None:
    message = a_message(schedule, is_redelivered=is_redelivered)
    run = a_run(schedule, task_id=message.task_id, scheduled_for=EIGHT, state=state, attempt=attempt)

    assert claimed(message).verdict is verdict
    run.refresh_from_db()
    assert run.attempt == attempt + (verdict is Verdict.BEGIN)
    assert run.state == (State.RUNNING if verdict is Verdict.BEGIN else state)


@pytest.mark.parametrize(
    ("tries_before", "is_redelivered", "verdict"),
    [
        (2, False, Verdict.BEGIN),
        (0, False, Verdict.DROP),  # a copy of the first message
        (1, False, Verdict.DROP),
        (1, True, Verdict.BEGIN),  # its worker may have died before it sent the next one
    ],
)
def test_the_next_try_is_begun_by_the_message_that_was_sent_for_it(
    schedule: APIEndpointSchedule, tries_before: int, is_redelivered: bool, verdict: Verdict
) -> None:
    message = a_message(schedule, tries_before=tries_before, is_redelivered=is_redelivered)
    a_run(schedule, task_id=message.task_id, scheduled_for=EIGHT, state=State.RETRYING, attempt=2, retry_at=NOW)

    assert claimed(message).verdict is verdict


def test_copies_of_a_message_that_waited_long_do_not_use_up_the_tries_at_once(schedule: APIEndpointSchedule) -> None:
    """Kombu hands out anew, every ten minutes, what a worker only holds until its time has come."""
    message = a_message(schedule, tries_before=1, is_redelivered=True)
    again = NOW + timedelta(hours=1)
    a_run(schedule, task_id=message.task_id, scheduled_for=EIGHT, state=State.RETRYING, attempt=2, retry_at=again)

    assert claimed(message, again - SECOND).verdict is Verdict.DROP
    assert claimed(message, again).verdict is Verdict.BEGIN


def test_a_try_that_comes_before_its_worker_has_noted_the_end_of_the_last_is_kept(
    schedule: APIEndpointSchedule,
) -> None:
    """A task that asks for another try at once sends its message before anybody can write that it did."""
    claimed(a_message(schedule))
    following = a_message(schedule, tries_before=1, is_retry=True)

    answer = claimed(following, NOW + SECOND, worker="w2")
    assert (answer.verdict, answer.ask_again_seconds) == (Verdict.ASK_AGAIN, 1)
    ScheduleRun.objects.update(state=State.RETRYING, retry_at=NOW + SECOND)

    assert claimed(following, NOW + 2 * SECOND, worker="w2").verdict is Verdict.BEGIN
    assert claimed(following, NOW + 2 * SECOND, worker="w3").verdict is Verdict.DROP


def test_a_second_message_while_the_worker_lives_is_dropped(schedule: APIEndpointSchedule) -> None:
    claimed(a_message(schedule))

    assert claimed(a_message(schedule), NOW + LOST, worker="w2").verdict is Verdict.DROP
    assert ScheduleRun.objects.get().worker == "w1"


def test_a_redelivered_message_is_kept_until_the_first_worker_has_had_time_to_show_that_it_lives(
    schedule: APIEndpointSchedule,
) -> None:
    """It may be gone since a moment ago; dropped, the run would be lost with it."""
    claimed(a_message(schedule))
    again = a_message(schedule, is_redelivered=True)

    answer = claimed(again, NOW + 20 * SECOND, worker="w2")
    assert answer.verdict is Verdict.ASK_AGAIN
    assert answer.ask_again_seconds == 41
    later = NOW + timedelta(seconds=20 + answer.ask_again_seconds)

    assert claimed(again, later, worker="w2").verdict is Verdict.BEGIN
    run = ScheduleRun.objects.get()
    assert (run.worker, run.attempt, run.started_at) == ("w2", 2, later)


def test_a_run_that_was_lost_twice_is_abandoned(schedule: APIEndpointSchedule) -> None:
    again = a_message(schedule, is_redelivered=True)
    for number in range(2):
        assert claimed(again, NOW + number * 2 * LOST).verdict is Verdict.BEGIN

    assert claimed(again, NOW + 4 * LOST).verdict is Verdict.DROP
    run = ScheduleRun.objects.get()
    assert (run.state, run.state_reason, run.attempt) == (State.ABANDONED, Reason.NO_SIGN_OF_LIFE, 2)
    assert run.finished_at == NOW + 4 * LOST


def test_of_a_deleted_schedule_nothing_is_begun(schedule: APIEndpointSchedule) -> None:
    message = a_message(schedule)
    number = schedule.pk
    schedule.delete()

    assert claimed(message).verdict is Verdict.DROP
    run = ScheduleRun.objects.get()
    assert (run.state, run.state_reason, run.schedule) == (State.SKIPPED, Reason.DELETED, None)
    assert run.schedule_name == f"#{number}"
    assert run.finished_at == NOW


def disabled(schedule: APIEndpointSchedule) -> str:
    APIEndpointSchedule.objects.update(enabled=False)
    return Reason.DISABLED


def with_a_disabled_endpoint(schedule: APIEndpointSchedule) -> str:
    APIEndpoint.objects.update(enabled=False)
    return Reason.DISABLED


def paused(schedule: APIEndpointSchedule) -> str:
    APIEndpointSchedule.objects.update(paused_at=NOW)
    return Reason.PAUSED


def paused_for_a_while(schedule: APIEndpointSchedule) -> str:
    APIEndpointSchedule.objects.update(paused_at=NOW - LOST, paused_until=NOW + SECOND)
    return Reason.PAUSED


OUT_OF_FORCE = [disabled, with_a_disabled_endpoint, paused, paused_for_a_while]
Change = Callable[[APIEndpointSchedule], str]


@pytest.mark.parametrize("put_out_of_force", OUT_OF_FORCE)
def test_what_is_out_of_force_skips_occurrences_and_names_why(
    schedule: APIEndpointSchedule, put_out_of_force: Change
) -> None:
    reason = put_out_of_force(schedule)

    assert claimed(a_message(schedule)).verdict is Verdict.DROP
    run = ScheduleRun.objects.get()
    assert (run.state, run.state_reason, run.attempt, run.finished_at) == (State.SKIPPED, reason, 0, NOW)


@pytest.mark.parametrize("put_out_of_force", OUT_OF_FORCE)
@pytest.mark.parametrize("trigger", ["manual", "backfill"])
def test_what_a_person_asked_for_runs_although_it_is_out_of_force(
    schedule: APIEndpointSchedule, put_out_of_force: Change, trigger: str
) -> None:
    put_out_of_force(schedule)

    assert claimed(a_message(schedule, None, trigger=trigger)).verdict is Verdict.BEGIN


@pytest.mark.parametrize("put_out_of_force", OUT_OF_FORCE)
def test_what_has_begun_is_tried_again_although_it_is_out_of_force_now(
    schedule: APIEndpointSchedule, put_out_of_force: Change
) -> None:
    message = a_message(schedule, tries_before=1)
    a_run(schedule, task_id=message.task_id, scheduled_for=EIGHT, state=State.RETRYING, attempt=1)
    put_out_of_force(schedule)

    assert claimed(message).verdict is Verdict.BEGIN


def test_a_pause_that_has_ended_holds_nothing_up(schedule: APIEndpointSchedule) -> None:
    APIEndpointSchedule.objects.update(paused_at=NOW - LOST, paused_until=NOW)

    assert claimed(a_message(schedule)).verdict is Verdict.BEGIN


@pytest.mark.parametrize(
    ("policy", "verdict", "state", "reason"),
    [
        ("skip", Verdict.DROP, State.SKIPPED, Reason.OVERLAP),
        ("queue", Verdict.DROP, State.DISPATCHED, Reason.WAITING),
        ("allow", Verdict.BEGIN, State.RUNNING, ""),
    ],
)
@pytest.mark.parametrize("other", [State.RUNNING, State.RETRYING])
def test_while_another_run_is_under_way_the_policy_decides(
    policy: str, verdict: Verdict, state: str, reason: str, other: str
) -> None:
    schedule = a_schedule(overlap_policy=policy)
    a_run(schedule, state=other, attempt=1, heartbeat_at=NOW)

    taken = claimed(a_message(schedule))

    assert (taken.verdict, taken.run.state, taken.run.state_reason) == (verdict, state, reason)


@pytest.mark.parametrize("policy", ["skip", "queue", "allow"])
def test_runs_of_other_schedules_and_ended_ones_hold_nothing_up(policy: str) -> None:
    schedule, other = a_schedule(overlap_policy=policy), a_schedule()
    a_run(other, state=State.RUNNING, heartbeat_at=NOW)
    for state in (State.SUCCEEDED, State.FAILED, State.ABANDONED, State.SKIPPED, State.DISPATCHED):
        a_run(schedule, state=state)

    assert claimed(a_message(schedule)).verdict is Verdict.BEGIN


def test_a_waiting_run_begins_when_its_turn_is_called_and_once() -> None:
    schedule = a_schedule(overlap_policy="queue")
    first = a_run(schedule, state=State.RUNNING, heartbeat_at=NOW)
    message = a_message(schedule)
    for _ in range(2):
        assert claimed(message).verdict is Verdict.DROP
    ScheduleRun.objects.filter(pk=first.pk).update(state=State.SUCCEEDED)

    assert claimed(message).verdict is Verdict.BEGIN
    assert claimed(message).verdict is Verdict.DROP
    assert ScheduleRun.objects.get(task_id=message.task_id).state_reason == ""


def test_what_expired_is_recorded_with_its_schedule_also_before_beat_told_of_it(schedule: APIEndpointSchedule) -> None:
    expire(a_message(schedule), now=NOW)
    beat_tells(schedule)

    run = ScheduleRun.objects.get()
    assert (run.state, run.state_reason, run.finished_at) == (State.EXPIRED, Reason.EXPIRED, NOW)
    assert (run.schedule, run.schedule_name, run.args) == (schedule, schedule.name, ["scheduled"])


@pytest.mark.parametrize(
    ("state", "reason"),
    [(State.RUNNING, ""), (State.RETRYING, ""), (State.SUCCEEDED, ""), (State.DISPATCHED, Reason.WAITING)],
)
def test_a_copy_of_a_message_that_expires_changes_nothing(
    schedule: APIEndpointSchedule, state: str, reason: str
) -> None:
    message = a_message(schedule)
    run = a_run(schedule, task_id=message.task_id, scheduled_for=EIGHT, state=state, state_reason=reason)

    expire(message, now=NOW)

    run.refresh_from_db()
    assert (run.state, run.state_reason) == (state, reason)


def race(messages: list[Message]) -> list[Claim]:
    """Let one thread for each message claim at the same moment, each with its own connection."""
    barrier = threading.Barrier(len(messages))
    taken: list[Claim] = []
    errors: list[BaseException] = []

    def ask(message: Message, number: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=patient(30))
            taken.append(claimed(message, worker=f"w{number}"))
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(message, number)) for number, message in enumerate(messages)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return taken


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_a_row", [True, False])
@pytest.mark.parametrize("is_redelivered", [True, False])
@pytest.mark.parametrize("policy", ["skip", "allow"])
def test_of_twenty_workers_racing_for_one_occurrence_one_begins(
    has_a_row: bool, is_redelivered: bool, policy: str
) -> None:
    schedule = a_schedule(overlap_policy=policy)
    if has_a_row:
        beat_tells(schedule)

    taken = race([a_message(schedule, is_redelivered=is_redelivered)] * 20)

    losers = Verdict.ASK_AGAIN if is_redelivered else Verdict.DROP
    assert Counter(each.verdict for each in taken) == {Verdict.BEGIN: 1, losers: 19}
    run = ScheduleRun.objects.get()
    [winner] = [each for each in taken if each.verdict is Verdict.BEGIN]
    assert (run.state, run.attempt, run.worker) == (State.RUNNING, 1, winner.run.worker)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("policy", "states"),
    [
        ("skip", {(State.RUNNING, ""): 1, (State.SKIPPED, Reason.OVERLAP): 19}),
        (
            "queue",
            {(State.RUNNING, ""): 1, (State.DISPATCHED, Reason.WAITING): 1, (State.SKIPPED, Reason.QUEUE_FULL): 18},
        ),
        ("allow", {(State.RUNNING, ""): 20}),
    ],
)
def test_of_twenty_occurrences_claimed_at_once_as_many_run_as_the_policy_says(
    policy: str, states: dict[tuple[str, str], int]
) -> None:
    schedule = a_schedule(overlap_policy=policy)

    taken = race([a_message(schedule, EIGHT - number * SECOND) for number in range(20)])

    assert Counter(ScheduleRun.objects.values_list("state", "state_reason")) == states
    assert sum(each.verdict is Verdict.BEGIN for each in taken) == states[State.RUNNING, ""]


@pytest.mark.django_db(transaction=True)
def test_a_lost_run_for_which_twenty_workers_race_is_begun_once_more(schedule: APIEndpointSchedule) -> None:
    message = a_message(schedule, is_redelivered=True)
    a_run(
        schedule,
        task_id=message.task_id,
        scheduled_for=EIGHT,
        state=State.RUNNING,
        attempt=1,
        heartbeat_at=NOW - 2 * LOST,
    )

    taken = race([message] * 20)

    assert sum(each.verdict is Verdict.BEGIN for each in taken) == 1
    assert ScheduleRun.objects.get().attempt == 2
