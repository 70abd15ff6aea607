"""What the ledger keeps of a run, and who may still write to it."""

import decimal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schedules import progress
from schedules.ledger import recording
from schedules.ledger.sweeping import sweep
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.reasons import Reason
from schedules.services.resuming import resume_schedule
from schedules.services.switching import pause_schedule
from tests.support.builders import a_run, a_schedule

pytestmark = pytest.mark.django_db

State = ScheduleRun.State
NOW = datetime(2026, 3, 2, 23, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def schedule() -> APIEndpointSchedule:
    schedule = a_schedule(pause_after_failures=3)
    APIEndpointSchedule.objects.update(effective_from=NOW - timedelta(days=30))
    schedule.refresh_from_db()
    return schedule


@pytest.fixture
def run(schedule: APIEndpointSchedule) -> ScheduleRun:
    return a_running_run(schedule)


def a_running_run(schedule: APIEndpointSchedule, **fields: Any) -> ScheduleRun:
    return a_run(schedule, **{"state": State.RUNNING, "attempt": 1, "heartbeat_at": NOW, **fields})


def kept_of(run: ScheduleRun, result: Any) -> Any:
    recording.succeed(run, result, now=NOW)
    run.refresh_from_db()
    assert run.state == State.SUCCEEDED
    return run.result


# --- Results --------------------------------------------------------------------------------------------------


def test_a_json_result_is_kept_as_it_is(run: ScheduleRun) -> None:
    result = {"created": 3, "names": ["トヨタ", None, True, 1.5], "nested": {"a": []}}
    assert kept_of(run, result) == result


def test_a_result_that_is_no_json_is_kept_as_python_shows_it(run: ScheduleRun) -> None:
    assert kept_of(run, decimal.Decimal("1.5")) == "Decimal('1.5')"


def circular() -> Any:
    one: list[Any] = []
    one.append(one)
    return one


def deep() -> Any:
    one: list[Any] = []
    for _ in range(100_000):
        one = [one]
    return one


class Shy:
    def __repr__(self) -> str:
        raise RuntimeError("Do not look at me.")


@pytest.mark.parametrize(
    ("make", "kept"),
    [
        (circular, "[[...]]"),
        (deep, "list"),
        (Shy, "Shy"),
        (lambda: float("nan"), "nan"),
        (lambda: {"a": float("inf")}, "{'a': inf}"),
        (lambda: {(1, 2): 3}, "{(1, 2): 3}"),
        (lambda: b"\x00", "b'\\x00'"),
    ],
)
def test_no_result_however_odd_keeps_a_run_from_being_recorded_as_succeeded(
    run: ScheduleRun, make: Callable[[], Any], kept: str
) -> None:
    assert kept_of(run, make()) == kept


def test_what_a_database_cannot_keep_is_replaced(run: ScheduleRun) -> None:
    assert kept_of(run, {"a\x00b": ["\x00", "half \ud800"]}) == {"a�b": ["�", "half ?"]}


def test_a_result_too_long_is_cut_off(run: ScheduleRun) -> None:
    kept = kept_of(run, ["x" * 100_000])
    assert len(kept) == recording.MAX_RESULT
    assert kept.startswith('["xxx')


# --- Errors ---------------------------------------------------------------------------------------------------


def failed(run: ScheduleRun, error: BaseException) -> ScheduleRun:
    recording.fail(run, error, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.finished_at) == (State.FAILED, NOW)
    return run


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_an_error_is_kept_with_its_sentence_and_its_traceback(run: ScheduleRun) -> None:
    failed(run, raised(ValueError("No such list.")))
    assert run.error == "No such list."
    assert "raise error\nValueError: No such list." in run.traceback


def test_an_error_too_long_keeps_the_beginning_of_its_sentence_and_the_end_of_its_traceback(run: ScheduleRun) -> None:
    failed(run, raised(ValueError("begin" + "x" * 50_000 + "end")))
    assert len(run.error) == recording.MAX_ERROR
    assert run.error.startswith("begin")
    assert len(run.traceback) == recording.MAX_TRACEBACK
    assert run.traceback.endswith("end\n")


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "sentence"), [(Mute(), "Mute"), (KeyError(), "KeyError"), (OSError("caf\udce9\x00"), "caf?�")]
)
def test_no_error_however_odd_keeps_a_run_from_being_recorded_as_failed(
    run: ScheduleRun, error: BaseException, sentence: str
) -> None:
    assert failed(run, error).error == sentence


def test_a_run_that_succeeds_at_last_shows_no_error(run: ScheduleRun) -> None:
    recording.wait_for_another_try(run, ValueError("Not yet."), now=NOW, retry_at=NOW + timedelta(minutes=1))
    run.refresh_from_db()
    assert (run.state, run.error) == (State.RETRYING, "Not yet.")
    ScheduleRun.objects.update(state=State.RUNNING, attempt=2)
    run.refresh_from_db()

    kept_of(run, "done")

    assert (run.error, run.traceback) == ("", "")


# --- Whose run it is ------------------------------------------------------------------------------------------

WRITERS: list[Callable[[ScheduleRun], Any]] = [
    lambda run: recording.beat_heart(run, now=NOW),
    lambda run: recording.write_progress(run, 1, 2, "late"),
    lambda run: recording.succeed(run, "late", now=NOW),
    lambda run: recording.fail(run, ValueError("late"), now=NOW),
    lambda run: recording.wait_for_another_try(run, ValueError("late"), now=NOW, retry_at=NOW),
    lambda run: recording.give_back(run, ValueError("late"), now=NOW),
]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("state", [State.RUNNING, State.SUCCEEDED, State.RETRYING])
def test_a_worker_whose_run_was_taken_over_writes_nothing_to_it(
    run: ScheduleRun, write: Callable[[ScheduleRun], Any], state: str
) -> None:
    ScheduleRun.objects.update(attempt=2, state=state, worker="another")
    before = ScheduleRun.objects.values().get()

    assert not write(run)

    assert ScheduleRun.objects.values().get() == before


def test_a_heartbeat_says_whether_the_run_is_still_this_workers(run: ScheduleRun) -> None:
    assert recording.beat_heart(run, now=NOW + MINUTE)
    run.refresh_from_db()
    assert run.heartbeat_at == NOW + MINUTE
    ScheduleRun.objects.update(attempt=2)
    assert not recording.beat_heart(run, now=NOW + 2 * MINUTE)


def test_a_run_taken_for_lost_whose_worker_speaks_again_is_running_again(run: ScheduleRun) -> None:
    """The worker was frozen, or the database away for longer than a worker may be silent."""
    ScheduleRun.objects.update(state=State.ABANDONED, state_reason=Reason.NO_SIGN_OF_LIFE, finished_at=NOW)

    assert recording.beat_heart(run, now=NOW + MINUTE)
    run.refresh_from_db()
    assert (run.state, run.state_reason, run.finished_at) == (State.RUNNING, "", None)


def test_the_outcome_of_a_run_taken_for_lost_is_kept_when_nobody_else_began_it(run: ScheduleRun) -> None:
    ScheduleRun.objects.update(state=State.ABANDONED, state_reason=Reason.NO_SIGN_OF_LIFE, finished_at=NOW)

    recording.succeed(run, "done", now=NOW + MINUTE)
    run.refresh_from_db()
    assert (run.state, run.state_reason, run.result) == (State.SUCCEEDED, "", "done")
    assert run.finished_at == NOW + MINUTE


def test_a_run_given_back_to_the_broker_waits_for_a_worker_again(run: ScheduleRun) -> None:
    recording.give_back(run, ValueError("Not on this machine."), now=NOW)
    run.refresh_from_db()
    assert (run.state, run.finished_at, run.error) == (State.DISPATCHED, None, "Not on this machine.")


def test_only_runs_without_a_sign_of_life_are_abandoned(schedule: APIEndpointSchedule) -> None:
    silent = a_running_run(schedule, heartbeat_at=NOW - timedelta(seconds=61))
    alive = a_running_run(schedule, heartbeat_at=NOW - timedelta(seconds=59))
    waiting = a_run(schedule, state=State.RETRYING, attempt=1, heartbeat_at=NOW)

    sweep(NOW)

    states = dict(ScheduleRun.objects.values_list("pk", "state"))
    assert states == {silent.pk: State.ABANDONED, alive.pk: State.RUNNING, waiting.pk: State.RETRYING}


# --- Progress -------------------------------------------------------------------------------------------------


def test_progress_is_written_at_most_once_a_second_and_its_last_word_always(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    written: list[tuple[int, int | None, str]] = []

    with progress.recorded_by(lambda *said: written.append(said)):
        for number in range(25):
            progress.report(number, 25, "counting")
            clock[0] += 0.125
        progress.report(25, 25, "counted")

    assert [done for done, _total, _message in written] == [0, 8, 16, 24, 25]
    assert written[-1] == (25, 25, "counted")


def test_progress_outside_a_run_goes_nowhere() -> None:
    progress.report(1, 2, "alone")


@pytest.mark.parametrize(
    ("done", "total", "kept"),
    [(3, 10, (3, 10)), (3, None, (3, None)), (-1, -5, (0, 0)), (10**12, 10**12, (recording.MAX_COUNT,) * 2)],
)
def test_progress_fits_its_columns_whatever_a_task_counts(
    run: ScheduleRun, done: int, total: int | None, kept: tuple[int, int | None]
) -> None:
    recording.write_progress(run, done, total, "x\x00" * 500)
    run.refresh_from_db()
    assert (run.progress_done, run.progress_total) == kept
    assert run.progress_message == "x�" * 100


# --- Failures in a row ----------------------------------------------------------------------------------------


def fail_at(schedule: APIEndpointSchedule, at: datetime) -> APIEndpointSchedule:
    recording.fail(a_running_run(schedule), ValueError("No."), now=at)
    schedule.refresh_from_db()
    return schedule


def succeed_at(schedule: APIEndpointSchedule, at: datetime) -> None:
    recording.succeed(a_running_run(schedule), None, now=at)


def test_a_schedule_is_paused_after_as_many_failures_in_a_row_as_it_may_have(schedule: APIEndpointSchedule) -> None:
    for number in range(2):
        assert fail_at(schedule, NOW + number * MINUTE).paused_at is None

    fail_at(schedule, NOW + 2 * MINUTE)

    assert schedule.paused_at == NOW + 2 * MINUTE
    assert schedule.paused_until is None
    assert schedule.pause_reason == "Paused by itself after 3 failures in a row."


def test_a_success_in_between_begins_the_row_anew(schedule: APIEndpointSchedule) -> None:
    for number in range(2):
        fail_at(schedule, NOW + number * MINUTE)
    succeed_at(schedule, NOW + 2 * MINUTE)
    for number in range(3, 5):
        assert fail_at(schedule, NOW + number * MINUTE).paused_at is None
    assert fail_at(schedule, NOW + 5 * MINUTE).paused_at is not None


def test_failures_of_other_schedules_do_not_count(schedule: APIEndpointSchedule) -> None:
    other = a_schedule()
    for number in range(5):
        fail_at(other, NOW + number * MINUTE)

    assert fail_at(schedule, NOW + 6 * MINUTE).paused_at is None
    other.refresh_from_db()
    assert other.paused_at is None


@pytest.mark.parametrize("state", [State.SKIPPED, State.MISSED, State.ABANDONED, State.RETRYING, State.EXPIRED])
def test_what_neither_failed_nor_succeeded_is_no_part_of_the_row(schedule: APIEndpointSchedule, state: str) -> None:
    for number in range(0, 4, 2):
        assert fail_at(schedule, NOW + number * MINUTE).paused_at is None
        a_run(schedule, state=state, finished_at=NOW + (number + 1) * MINUTE)

    assert fail_at(schedule, NOW + 4 * MINUTE).paused_at is not None


def test_after_it_was_resumed_a_schedule_may_fail_as_often_again(schedule: APIEndpointSchedule) -> None:
    for number in range(3):
        fail_at(schedule, NOW + number * MINUTE)
    resume_schedule(schedule.pk, now=NOW)
    schedule.refresh_from_db()
    resumed_at = schedule.effective_from
    assert resumed_at is not None

    for number in range(1, 3):
        assert fail_at(schedule, resumed_at + number * MINUTE).paused_at is None
    assert fail_at(schedule, resumed_at + 3 * MINUTE).paused_at is not None


def test_a_pause_by_a_person_keeps_its_reason_and_its_end(schedule: APIEndpointSchedule) -> None:
    until = NOW + timedelta(days=3)
    pause_schedule(schedule.pk, now=NOW, reason="Moving house.", until=until)
    APIEndpointSchedule.objects.update(effective_from=NOW - MINUTE)

    for number in range(4):
        fail_at(schedule, NOW + number * MINUTE)

    assert (schedule.pause_reason, schedule.paused_until) == ("Moving house.", until)


def test_the_failure_of_a_deleted_schedules_run_is_kept(schedule: APIEndpointSchedule, run: ScheduleRun) -> None:
    schedule.delete()
    assert failed(run, ValueError("No.")).schedule is None
