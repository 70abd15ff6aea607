"""A past period is run: what is planned, in which order, how many at once, and that nothing stalls or doubles it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from schedules.backfill_progress import progress_of
from schedules.exceptions import BackfillRefused
from schedules.ledger import lost_messages
from schedules.ledger.claiming import Verdict
from schedules.ledger.sweeping import sweep
from schedules.messages import task_id_of
from schedules.models import APIEndpointSchedule, Backfill, ScheduleRun
from schedules.models.reasons import Reason
from schedules.services.backfills.advancing import advance, advance_all
from schedules.services.backfills.asking import cancel_backfill, start_backfill
from schedules.services.backfills.planning import BackfillRequest, LeftOut, plan_backfill
from schedules.services.triggering import run_now
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule
from tests.support.queue_worker import end, take_one, work_off
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.django_db(transaction=True)

State = ScheduleRun.State
DAY = timedelta(days=1)
#: 08:10 in Tokyo on 2 to 6 March 2026, when the schedule of these tests runs.
DAYS = [datetime(2026, 3, day, 23, 10, tzinfo=UTC) for day in range(1, 6)]


@pytest.fixture
def schedule() -> APIEndpointSchedule:
    return a_schedule()


def the_period(**fields: Any) -> BackfillRequest:
    return BackfillRequest(**{"from_at": DAYS[0], "to_at": DAYS[-1], **fields})


def started(schedule: APIEndpointSchedule, **fields: Any) -> Backfill:
    now = datetime.now(UTC)
    return start_backfill(schedule.pk, the_period(**fields), now=now, reason="outage")[0]


def planned(schedule: APIEndpointSchedule, **fields: Any) -> list[datetime]:
    plan = plan_backfill(schedule, the_period(**fields), now=datetime.now(UTC))
    return [occurrence.scheduled_for for occurrence in plan.to_run]


class TestPlan:
    """What would be run, without running it."""

    pytestmark = pytest.mark.django_db

    def test_both_ends_belong_to_the_period(self, schedule: APIEndpointSchedule) -> None:
        second = timedelta(seconds=1)

        assert planned(schedule) == DAYS
        assert planned(schedule, from_at=DAYS[0] + second, to_at=DAYS[-1] - second) == DAYS[1:-1]
        assert planned(schedule, from_at=DAYS[2], to_at=DAYS[2]) == [DAYS[2]]

    @pytest.mark.parametrize(("order", "expected"), [("oldest", DAYS[:2]), ("newest", [DAYS[4], DAYS[3]])])
    def test_the_limit_takes_the_first_in_the_order_and_counts_the_rest(
        self, schedule: APIEndpointSchedule, order: str, expected: list[datetime]
    ) -> None:
        plan = plan_backfill(schedule, the_period(order=order, limit=2), now=datetime.now(UTC))

        assert [occurrence.scheduled_for for occurrence in plan.to_run] == expected
        assert plan.beyond_limit == 3

    def test_what_has_succeeded_or_is_under_way_is_left_out_and_what_was_missed_is_not(
        self, schedule: APIEndpointSchedule
    ) -> None:
        states = [State.SUCCEEDED, State.RUNNING, State.MISSED, State.FAILED]
        for instant, state in zip(DAYS, states, strict=False):
            a_run(schedule, scheduled_for=instant, state=state)

        plan = plan_backfill(schedule, the_period(), now=datetime.now(UTC))

        assert plan.left_out == ((DAYS[0], LeftOut.SUCCEEDED), (DAYS[1], LeftOut.UNDER_WAY))
        assert [(one.scheduled_for, one.earlier_state) for one in plan.to_run] == [
            (DAYS[2], State.MISSED), (DAYS[3], State.FAILED), (DAYS[4], ""),
        ]  # fmt: skip
        assert planned(schedule, include_succeeded=True) == [DAYS[0], *DAYS[2:]]

    def test_what_a_person_took_out_stays_out_long_after_the_change_itself_is_gone(
        self, schedule: APIEndpointSchedule
    ) -> None:
        for instant, reason in zip(DAYS, [Reason.SKIPPED_ONCE, Reason.MOVED_ONCE, Reason.PAUSED], strict=False):
            a_run(schedule, scheduled_for=instant, state=State.SKIPPED, state_reason=reason)

        plan = plan_backfill(schedule, the_period(include_succeeded=True), now=datetime.now(UTC))

        assert plan.left_out == ((DAYS[0], LeftOut.TAKEN_OUT), (DAYS[1], LeftOut.TAKEN_OUT))
        assert [one.scheduled_for for one in plan.to_run] == DAYS[2:]

    @pytest.mark.parametrize(
        ("fields", "field", "code"),
        [
            ({"to_at": datetime(2100, 1, 1, tzinfo=UTC)}, "to_at", "in_the_future"),
            ({"from_at": DAYS[1], "to_at": DAYS[0]}, "to_at", "end_before_start"),
            ({"limit": 0}, "limit", "out_of_range"),
            ({"limit": 1001}, "limit", "out_of_range"),
            ({"at_once": 0}, "at_once", "out_of_range"),
            ({"at_once": 21}, "at_once", "out_of_range"),
        ],
    )
    def test_nonsense_is_refused_at_its_field(
        self, schedule: APIEndpointSchedule, fields: dict[str, Any], field: str, code: str
    ) -> None:
        with pytest.raises(BackfillRefused) as refused:
            planned(schedule, **fields)

        assert (refused.value.field, refused.value.code) == (field, code)

    def test_a_period_with_too_many_occurrences_is_refused_quickly(self) -> None:
        every_minute = a_schedule(schedule_type="cron", cron_expression="* * * * *")
        with pytest.raises(BackfillRefused) as refused:
            planned(every_minute, from_at=datetime(1, 1, 1, tzinfo=UTC))

        assert refused.value.code == "too_many_occurrences"

    def test_nothing_to_run_is_not_started(self, schedule: APIEndpointSchedule) -> None:
        with pytest.raises(BackfillRefused) as refused:
            started(schedule, from_at=DAYS[0] + timedelta(hours=1), to_at=DAYS[0] + timedelta(hours=2))

        assert refused.value.code == "nothing_to_run"
        assert not Backfill.objects.exists()


class TestRunning:
    """What is sent, and when."""

    @pytest.mark.parametrize(("order", "expected"), [("oldest", DAYS), ("newest", DAYS[::-1])])
    def test_one_after_the_other_until_all_are_done(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis, order: str, expected: list[datetime]
    ) -> None:
        backfill = started(schedule, order=order)

        assert redis_client.llen("default") == 1
        assert backfill.state == Backfill.State.RUNNING
        assert [run.scheduled_for for run in work_off(redis_client)] == expected
        backfill.refresh_from_db()
        assert (backfill.state, backfill.finished_at is not None) == (Backfill.State.DONE, True)
        assert progress_of([backfill.pk])[backfill.pk].succeeded == 5
        runs = ScheduleRun.objects.filter(backfill=backfill)
        assert {(run.trigger, run.trigger_reason, run.attempt) for run in runs} == {("backfill", "outage", 1)}
        assert {run.task_id for run in runs} == {task_id_of(schedule.pk, instant) for instant in DAYS}

    def test_up_to_as_many_at_once_as_was_asked_for(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        started(schedule, at_once=3)

        taken = [take_one(redis_client) for _ in range(3)]

        assert [claim.verdict for claim in taken if claim] == [Verdict.BEGIN] * 3
        assert redis_client.llen("default") == 0
        end(taken[1].run)
        assert redis_client.llen("default") == 1

    def test_a_failed_run_does_not_keep_the_next_from_running_nor_pause_the_schedule(
        self, redis_client: redis.Redis
    ) -> None:
        schedule = a_schedule(pause_after_failures=1)
        backfill = started(schedule)

        end(take_one(redis_client).run, error=ValueError("no data on that day"))

        work_off(redis_client)
        progress = progress_of([backfill.pk])[backfill.pk]
        assert (progress.failed, progress.succeeded) == (1, 4)
        schedule.refresh_from_db()
        assert schedule.paused_at is None

    def test_an_occurrence_that_has_a_row_keeps_it_and_is_run_again_beside_it(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        missed = a_run(schedule, scheduled_for=DAYS[0], state=State.MISSED, state_reason=Reason.OUTSIDE_WINDOW)

        backfill = started(schedule, to_at=DAYS[0])
        work_off(redis_client)

        missed.refresh_from_db()
        assert (missed.state, missed.backfill) == (State.MISSED, None)
        again = ScheduleRun.objects.get(backfill=backfill)
        assert (again.scheduled_for, again.state) == (None, State.SUCCEEDED)
        assert planned(schedule) == DAYS[1:], "it has succeeded now"

    def test_two_backfills_of_one_period_run_each_occurrence_once(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        a_run(schedule, scheduled_for=DAYS[0], state=State.MISSED)
        first, second = started(schedule), started(schedule)

        begun = work_off(redis_client)
        for _sweep in range(6):
            advance_all(datetime.now(UTC))
            begun += work_off(redis_client)

        assert len(begun) == 5
        assert Backfill.objects.filter(state=Backfill.State.DONE).count() == 2
        progress = progress_of([first.pk, second.pk])
        assert (progress[first.pk].succeeded, progress[second.pk].succeeded) == (5, 4)

    def test_a_schedule_that_is_off_or_paused_is_run_too(self, redis_client: redis.Redis) -> None:
        schedule = a_schedule(enabled=False, paused_at=datetime.now(UTC))

        started(schedule)

        assert len(work_off(redis_client)) == 5


class TestBesideTheScheduleItself:
    """A backfill and the schedule's own runs do not take each other's place."""

    def test_what_is_due_today_waits_for_the_backfills_run_and_goes_before_its_next(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        started(schedule)
        of_backfill = take_one(redis_client).run
        today = run_now(schedule.pk, now=datetime.now(UTC))

        assert take_one(redis_client).verdict is Verdict.DROP
        today.refresh_from_db()
        assert (today.state, today.state_reason) == (State.DISPATCHED, Reason.WAITING)
        end(of_backfill)
        begun = work_off(redis_client)

        assert begun[0] == today
        assert len(begun) == 5

    def test_a_run_of_the_backfill_waits_for_the_schedules_own(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        run_now(schedule.pk, now=datetime.now(UTC))
        own = take_one(redis_client).run

        started(schedule)
        assert take_one(redis_client).verdict is Verdict.DROP
        end(own)

        assert len(work_off(redis_client)) == 5

    def test_the_schedules_own_overlap_is_skipped_as_ever(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        run_now(schedule.pk, now=datetime.now(UTC))
        take_one(redis_client)
        second = run_now(schedule.pk, now=datetime.now(UTC))
        take_one(redis_client)

        second.refresh_from_db()
        assert (second.state, second.state_reason) == (State.SKIPPED, Reason.OVERLAP)


class TestStalling:
    """Whatever is killed, the backfill goes on; and nothing is run twice."""

    def test_a_worker_killed_before_it_called_the_next_is_made_up_for_by_the_sweep(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        started(schedule)
        run = take_one(redis_client).run
        ScheduleRun.objects.filter(pk=run.pk).update(state=State.SUCCEEDED)  # and then it is gone
        assert redis_client.llen("default") == 0

        sweep(datetime.now(UTC))

        assert len(work_off(redis_client)) == 4

    def test_a_message_that_was_never_sent_is_sent_by_the_sweep(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis, redis_server: RedisServer
    ) -> None:
        redis_server.kill()
        backfill = started(schedule)
        redis_server.start()
        assert backfill.state == Backfill.State.RUNNING

        lost_messages.send_again(datetime.now(UTC) + timedelta(minutes=10))

        assert len(work_off(redis_client)) == 5
        assert ScheduleRun.objects.count() == 5

    def test_advancing_again_and_again_sends_nothing_twice(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        backfill = started(schedule)
        for _again in range(5):
            advance(backfill.pk, now=datetime.now(UTC))

        assert redis_client.llen("default") == 1
        assert ScheduleRun.objects.count() == 1

    def test_a_run_that_is_abandoned_for_good_does_not_hold_up_the_rest(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        started(schedule)
        run = take_one(redis_client).run
        now = datetime.now(UTC)
        ScheduleRun.objects.filter(pk=run.pk).update(
            state=State.ABANDONED, attempt=2, heartbeat_at=now - 2 * DAY, finished_at=now - DAY
        )

        advance_all(now)

        assert len(work_off(redis_client)) == 4

    @pytest.mark.parametrize("deleted", ["schedule", "endpoint"])
    def test_a_deleted_schedule_ends_its_backfill_and_what_no_worker_has_begun(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis, deleted: str
    ) -> None:
        backfill = started(schedule, at_once=2)
        by_hand = run_now(schedule.pk, now=datetime.now(UTC))
        begun = take_one(redis_client).run

        (schedule if deleted == "schedule" else schedule.endpoint).delete()

        backfill.refresh_from_db()
        by_hand.refresh_from_db()
        assert (backfill.state, backfill.schedule_name) == (Backfill.State.CANCELLED, schedule.name)
        assert backfill.finished_at is not None
        unbegun = ScheduleRun.objects.exclude(pk=begun.pk)
        assert set(unbegun.values_list("state", "state_reason")) == {(State.SKIPPED, Reason.DELETED)}
        assert (unbegun.count(), by_hand.finished_at is None) == (2, False)
        # What a worker has begun is left alone, and the messages of the others do nothing any more.
        end(begun)
        assert work_off(redis_client) == []
        begun.refresh_from_db()
        assert begun.state == State.SUCCEEDED

    def test_backfills_that_overlap_go_on_as_soon_as_the_run_that_both_wait_for_has_ended(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        for instant in DAYS:
            a_run(schedule, scheduled_for=instant)
        first = started(schedule, include_succeeded=True)
        second = started(schedule, include_succeeded=True)

        work_off(redis_client)

        # No sweep has come by.
        states = dict(Backfill.objects.values_list("pk", "state"))
        assert states == {first.pk: Backfill.State.DONE, second.pk: Backfill.State.DONE}

    def test_a_backfill_that_took_a_run_by_the_rule_goes_on_when_that_has_ended(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        backfill = started(schedule)
        first = take_one(redis_client).run
        theirs = a_run(schedule, scheduled_for=DAYS[1], state=State.RUNNING, attempt=1)

        end(first)
        assert redis_client.llen("default") == 0, "it waits for the run of that day, which is under way"
        end(theirs)

        assert len(work_off(redis_client)) == 3
        backfill.refresh_from_db()
        assert backfill.state == Backfill.State.DONE


class TestCancelling:
    """Calling it off."""

    def test_what_runs_is_left_alone_and_nothing_more_is_sent(
        self, schedule: APIEndpointSchedule, redis_client: redis.Redis
    ) -> None:
        backfill = started(schedule, at_once=2)
        running = take_one(redis_client).run

        assert cancel_backfill(backfill.pk, now=datetime.now(UTC))
        assert not cancel_backfill(backfill.pk, now=datetime.now(UTC)), "twice is once"

        end(running)
        assert work_off(redis_client) == []
        states = dict(ScheduleRun.objects.order_by("pk").values_list("state", "state_reason"))
        assert states == {State.SUCCEEDED: "", State.SKIPPED: Reason.BACKFILL_CANCELLED}
        backfill.refresh_from_db()
        assert backfill.state == Backfill.State.CANCELLED
        assert progress_of([backfill.pk])[backfill.pk].waiting == 3
