"""One occurrence skipped or moved: what beat then sends, what it never sends, and what the ledger says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.exceptions import NotRevertible, OccurrenceRefused
from schedules.ledger.claiming import Message, Verdict, claim
from schedules.messages import Origin, task_id_of
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, OccurrenceChange, RecordedChange, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.models.reasons import Reason
from schedules.services import mirroring, occurrence_upkeep, retention
from schedules.services.occurrences import move_occurrence, run_instead, skip_occurrence, undo_change
from schedules.services.resuming import resume_schedule
from schedules.services.reverting import plan_revert
from schedules.services.switching import pause_schedule
from stockura.celery import app
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule
from tests.support.driven_beat import DrivenScheduler, sent
from tests.support.effort import IS_LONG
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def hourly(**fields: object) -> APIEndpointSchedule:
    return a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600, **fields)


def next_of(schedule: APIEndpointSchedule) -> datetime:
    upcoming = Mirror().read([schedule.pk])[0].next
    assert upcoming is not None
    return upcoming


def told() -> list[tuple[datetime, str, str]]:
    rows = ScheduleRun.objects.filter(scheduled_for__isnull=False).order_by("scheduled_for")
    return list(rows.values_list("scheduled_for", "state", "state_reason"))


# --- What beat sends --------------------------------------------------------------------------------------------------


def test_a_skipped_occurrence_is_not_sent_and_the_next_one_is(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - MINUTE, reason="stocktaking")
    for minute in range(0, 61, 20):
        beat.tick_at(due + minute * MINUTE)

    assert sent(redis_client) == [(schedule.pk, (due + HOUR).isoformat())]


def test_a_moved_occurrence_is_sent_at_its_new_time_under_its_new_name(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = hourly()
    due = next_of(schedule)
    to = due + 20 * MINUTE
    move_occurrence(schedule.pk, due, to=to, now=due - MINUTE)
    beat.tick_at(to - timedelta(milliseconds=1))
    assert sent(redis_client) == []
    beat.tick_at(to)
    beat.tick_at(due + HOUR)

    assert sent(redis_client) == [(schedule.pk, to.isoformat()), (schedule.pk, (due + HOUR).isoformat())]


def test_moved_before_the_next_occurrence_it_is_the_next_one(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly()
    due = next_of(schedule)
    to = due - 10 * MINUTE
    move_occurrence(schedule.pk, due + HOUR, to=to, now=due - 20 * MINUTE)

    assert next_of(schedule) == to
    beat.tick_at(to)
    beat.tick_at(due)
    beat.tick_at(due + 2 * HOUR)
    assert [instant for _pk, instant in sent(redis_client)] == [
        instant.isoformat() for instant in (to, due, due + 2 * HOUR)
    ]


def test_moved_onto_another_the_two_are_sent_once(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly()
    due = next_of(schedule)
    move_occurrence(schedule.pk, due, to=due + HOUR, now=due - MINUTE)
    for hour in range(3):
        beat.tick_at(due + hour * HOUR)

    assert [instant for _pk, instant in sent(redis_client)] == [(due + HOUR).isoformat(), (due + 2 * HOUR).isoformat()]


@pytest.mark.parametrize("change", ["skip", "move"])
def test_an_undone_change_leaves_the_rule_as_it_was(
    beat: DrivenScheduler, redis_client: redis.Redis, change: str
) -> None:
    schedule = hourly()
    due = next_of(schedule)
    if change == "skip":
        skip_occurrence(schedule.pk, due, now=due - MINUTE)
    else:
        move_occurrence(schedule.pk, due, to=due + 5 * MINUTE, now=due - MINUTE)
    undo_change(schedule.pk, due, now=due - SECOND)
    beat.tick_at(due)
    beat.tick_at(due + 10 * MINUTE)

    assert sent(redis_client) == [(schedule.pk, due.isoformat())]
    assert not OccurrenceChange.objects.exists()


def test_a_change_loses_nothing_that_is_due_and_not_sent_yet(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly(catch_up_policy="all")
    due = next_of(schedule)
    # Nobody beats; a person changes what lies ahead meanwhile, and then something else.
    skip_occurrence(schedule.pk, due + 2 * HOUR, now=due + 10 * MINUTE)
    move_occurrence(schedule.pk, due + 3 * HOUR, to=due + 30 * MINUTE, now=due + 11 * MINUTE)
    undo_change(schedule.pk, due + 2 * HOUR, now=due + 12 * MINUTE)
    beat.tick_at(due + 70 * MINUTE)

    assert [instant for _pk, instant in sent(redis_client)] == [
        instant.isoformat() for instant in (due, due + 30 * MINUTE, due + HOUR)
    ]


def test_a_beat_that_was_away_passes_over_what_was_skipped(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly(catch_up_policy="all")
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due + HOUR, now=due - MINUTE)
    occurrence_upkeep.record_passed(due + 2 * HOUR)
    occurrence_upkeep.delete_past(due + 2 * HOUR)
    beat.tick_at(due + 2 * HOUR)

    assert [instant for _pk, instant in sent(redis_client)] == [due.isoformat(), (due + 2 * HOUR).isoformat()]


def test_a_change_made_beside_a_dead_redis_is_taken_in_by_the_next_reconcile_and_the_worker_knows_it_before(
    redis_server: OwnRedis,
) -> None:
    schedule = hourly()
    due = next_of(schedule)
    redis_server.kill()
    skip_occurrence(schedule.pk, due, now=due - MINUTE, reason="stocktaking")
    message = Message(
        task_id=task_id_of(schedule.pk, due),
        task="tests.nothing",
        args=[],
        kwargs={},
        origin=Origin(schedule.pk, "scheduled", due, due),
        is_redelivered=False,
    )

    assert claim(message, now=due + SECOND, worker="w1").verdict == Verdict.DROP
    assert told() == [(due, "skipped", Reason.SKIPPED_ONCE)]
    redis_server.start()
    assert mirroring.reconcile(due - MINUTE).pushed == [schedule.pk]
    assert next_of(schedule) == due + HOUR


def test_ten_thousand_schedules_are_not_asked_one_by_one_for_their_changes() -> None:
    schedules = [hourly() for _ in range(4)]
    for schedule in schedules[:2]:
        skip_occurrence(schedule.pk, next_of(schedule), now=next_of(schedule) - MINUTE)
    mirroring.reconcile(next_of(schedules[0]) - MINUTE)
    with CaptureQueriesContext(connection) as queries:
        assert not mirroring.reconcile(next_of(schedules[0]) - MINUTE).changed_anything
    assert len(queries) == 4


def test_a_change_that_came_past_the_services_is_seen_by_a_reconcile() -> None:
    schedule = hourly()
    due = next_of(schedule)
    mirroring.reconcile(due - 2 * MINUTE)
    OccurrenceChange.objects.create(schedule=schedule, scheduled_for=due, kind="skip")
    assert mirroring.reconcile(due - MINUTE).pushed == [schedule.pk]
    assert next_of(schedule) == due + HOUR
    OccurrenceChange.objects.all().delete()
    assert mirroring.reconcile(due - SECOND).pushed == [schedule.pk]
    assert next_of(schedule) == due


# --- What the ledger says ---------------------------------------------------------------------------------------------


def test_when_its_time_has_passed_the_ledger_says_who_took_it_out_and_why(admin_user: Any) -> None:
    skipped, moved = hourly(), hourly()
    one, other = next_of(skipped), next_of(moved)
    skip_occurrence(skipped.pk, one, now=one - MINUTE, by=admin_user, reason="stocktaking")
    move_occurrence(moved.pk, other, to=other + MINUTE, now=other - MINUTE)
    occurrence_upkeep.record_passed(min(one, other) - SECOND)
    assert told() == []

    for _ in range(2):
        occurrence_upkeep.record_passed(max(one, other))
    run, second = ScheduleRun.objects.order_by("schedule_id")
    assert (run.scheduled_for, run.state, run.triggered_by) == (one, "skipped", admin_user)
    with translation.override("en"):
        assert run.reason_text == "A person skipped this one run. stocktaking"
        assert second.reason_text == "A person moved this one run to another time."


def test_moved_and_then_skipped_the_ledger_says_skipped() -> None:
    schedule = hourly()
    due = next_of(schedule)
    move_occurrence(schedule.pk, due, to=due + 10 * MINUTE, now=due - MINUTE)
    occurrence_upkeep.record_passed(due)
    skip_occurrence(schedule.pk, due + 10 * MINUTE, now=due + MINUTE)
    occurrence_upkeep.record_passed(due + 2 * MINUTE)

    assert told() == [(due, "skipped", Reason.SKIPPED_ONCE)]


@pytest.mark.parametrize("is_paused", [True, False])
def test_what_would_not_have_run_anyway_is_not_told(is_paused: bool) -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - MINUTE)
    if is_paused:
        pause_schedule(schedule.pk, now=due - MINUTE)
    else:
        schedule.refresh_from_db()
        schedule.schedule_type, schedule.interval_seconds, schedule.run_at = "once", None, due + DAY
        schedule.save()
    occurrence_upkeep.record_passed(due)

    assert told() == []


def test_where_a_moved_one_took_the_place_of_a_skipped_one_the_row_is_that_of_the_run() -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due + HOUR, now=due - MINUTE)
    move_occurrence(schedule.pk, due, to=due + HOUR, now=due - MINUTE)
    occurrence_upkeep.record_passed(due + HOUR)

    assert told() == [(due, "skipped", Reason.MOVED_ONCE)]


# --- How it goes by itself --------------------------------------------------------------------------------------------


def test_a_past_change_goes_when_beat_cannot_look_back_to_it_and_nothing_is_sent_for_it(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = a_schedule(schedule_type="weekly", weekdays=["wed"], catch_up_window_seconds=3600)
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - MINUTE)
    occurrence_upkeep.record_passed(due)
    assert occurrence_upkeep.delete_past(due + DAY) == 0
    later = due + DAY + 2 * HOUR
    assert occurrence_upkeep.delete_past(later) == 1

    assert next_of(schedule) == due + 7 * DAY
    schedule.refresh_from_db()
    assert recurrence_of(schedule) is recurrence_of(schedule).plain
    assert not mirroring.reconcile(later).changed_anything
    redis_client.flushdb()
    mirroring.reconcile(later)
    beat.tick_at(later)
    assert next_of(schedule) == due + 7 * DAY
    assert sent(redis_client) == []


def test_a_change_stays_while_beat_has_not_got_past_it() -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due + HOUR, now=due - MINUTE)
    occurrence_upkeep.record_passed(due + HOUR)

    assert occurrence_upkeep.delete_past(due + 10 * DAY) == 0


def test_in_an_hour_that_comes_twice_a_run_may_be_named_in_any_zone() -> None:
    zone = ZoneInfo("America/New_York")
    schedule = hourly(starts_at=datetime(2027, 11, 7, 4, 30, tzinfo=UTC))
    first, second = (datetime(2027, 11, 7, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    now, elsewhere = first - HOUR, datetime(2027, 11, 7, 1, 40, tzinfo=zone, fold=1)
    skip_occurrence(schedule.pk, first, now=now)
    move_occurrence(schedule.pk, second, to=elsewhere, now=now)
    assert move_occurrence(schedule.pk, elsewhere, to=second, now=now) is None
    undo_change(schedule.pk, first, now=now)

    assert not OccurrenceChange.objects.exists()
    assert recurrence_of(schedule).has(second)


@pytest.mark.parametrize("has_an_end", [True, False])
def test_a_change_stays_while_a_pause_that_passed_over_it_may_be_made_up_for(has_an_end: bool) -> None:
    schedule = hourly(catch_up_window_seconds=3600)
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - 2 * MINUTE)
    move_occurrence(schedule.pk, due + HOUR, to=due + 80 * MINUTE, now=due - 2 * MINUTE)
    end = due + 3 * DAY
    pause_schedule(schedule.pk, now=due - MINUTE, until=end if has_an_end else None)
    occurrence_upkeep.record_passed(end)
    assert occurrence_upkeep.delete_past(end) == 0

    resumed = resume_schedule(schedule.pk, now=end, policy="all")
    assert list(resumed.will_run[:2]) == [due + 80 * MINUTE, due + 2 * HOUR]
    assert occurrence_upkeep.delete_past(end) == 2


def test_after_redis_lost_its_data_a_skipped_run_is_not_taken_for_one_that_was_dealt_with() -> None:
    schedule = hourly()
    due = next_of(schedule)
    a_run(schedule, scheduled_for=due)
    skip_occurrence(schedule.pk, due + 2 * HOUR, now=due + MINUTE)
    occurrence_upkeep.record_passed(due + 2 * HOUR)
    Mirror().redis.flushdb()
    mirroring.reconcile(due + 2 * HOUR)

    assert next_of(schedule) == due + HOUR


def test_the_last_run_that_beat_dealt_with_is_kept_however_often_people_skip() -> None:
    schedule = hourly()
    due = next_of(schedule)
    old = due - 900 * DAY
    run = a_run(schedule, scheduled_for=old, created_at=old)
    a_run(schedule, scheduled_for=due, state="skipped", state_reason=Reason.SKIPPED_ONCE)

    assert run not in retention.old_runs(due)


# --- What is refused --------------------------------------------------------------------------------------------------


#: Before the year 1 in UTC.
FIRST_OF_ALL = datetime.min.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
Ask = Callable[[APIEndpointSchedule, datetime], Any]


@pytest.mark.parametrize(
    ("code", "ask"),
    [
        ("no_occurrence", lambda s, due: skip_occurrence(s.pk, due + SECOND, now=due - MINUTE)),
        ("no_occurrence", lambda s, due: skip_occurrence(s.pk, due + timedelta(microseconds=1), now=due - MINUTE)),
        ("no_occurrence", lambda s, due: skip_occurrence(s.pk, FIRST_OF_ALL, now=due - MINUTE)),
        ("passed", lambda s, due: skip_occurrence(s.pk, due, now=due)),
        ("passed", lambda s, due: move_occurrence(s.pk, due, to=due + DAY, now=due + SECOND)),
        ("target_passed", lambda s, due: move_occurrence(s.pk, due, to=due - HOUR, now=due - HOUR)),
        ("target_too_far", lambda s, due: move_occurrence(s.pk, due, to=due + 500 * DAY, now=due - HOUR)),
        ("target_same", lambda s, due: move_occurrence(s.pk, due, to=due, now=due - HOUR)),
        ("not_changed", lambda s, due: undo_change(s.pk, due, now=due - HOUR)),
    ],
)
def test_what_cannot_be_changed_is_refused_with_a_sentence(code: str, ask: Ask) -> None:
    schedule = hourly()
    due = next_of(schedule)
    revision = APIEndpointSchedule.objects.get().revision
    with translation.override("en"), pytest.raises(OccurrenceRefused) as caught:
        ask(schedule, due)

    assert caught.value.code == code
    with translation.override("en"):
        assert str(caught.value).endswith(".")
    assert not OccurrenceChange.objects.exists()
    assert APIEndpointSchedule.objects.get().revision == revision


def test_outside_the_start_and_end_nothing_is_moved_to() -> None:
    schedule = hourly()
    due = next_of(schedule)
    schedule.ends_at = due + 2 * HOUR
    schedule.save()
    with translation.override("en"), pytest.raises(OccurrenceRefused, match="outside"):
        move_occurrence(schedule.pk, due, to=due + 3 * HOUR, now=due - MINUTE)


def test_what_was_sent_already_is_not_changed() -> None:
    schedule = hourly()
    due = next_of(schedule)
    a_run(schedule, scheduled_for=due, state="dispatched")
    with pytest.raises(OccurrenceRefused) as caught:
        skip_occurrence(schedule.pk, due, now=due - SECOND)
    assert caught.value.code == "sent"


def test_an_undo_after_the_original_time_is_refused_and_one_after_the_new_time_too() -> None:
    schedule = hourly()
    due = next_of(schedule)
    move_occurrence(schedule.pk, due, to=due + 30 * MINUTE, now=due - 50 * MINUTE)
    with pytest.raises(OccurrenceRefused) as caught:
        undo_change(schedule.pk, due, now=due + MINUTE)
    assert caught.value.code == "original_passed"
    move_occurrence(schedule.pk, due + HOUR, to=due + 10 * MINUTE, now=due)
    with pytest.raises(OccurrenceRefused) as caught:
        undo_change(schedule.pk, due + HOUR, now=due + 20 * MINUTE)
    assert caught.value.code == "passed"


def test_a_moved_one_is_moved_again_and_back_by_either_of_its_names() -> None:
    schedule = hourly()
    due = next_of(schedule)
    now = due - MINUTE
    move_occurrence(schedule.pk, due, to=due + 10 * MINUTE, now=now)
    move_occurrence(schedule.pk, due + 10 * MINUTE, to=due + 20 * MINUTE, now=now)
    assert list(OccurrenceChange.objects.values_list("scheduled_for", "moved_to")) == [(due, due + 20 * MINUTE)]
    move_occurrence(schedule.pk, due, to=due + 30 * MINUTE, now=now)
    assert next_of(schedule) == due + 30 * MINUTE
    assert move_occurrence(schedule.pk, due + 30 * MINUTE, to=due, now=now) is None
    assert next_of(schedule) == due
    assert not OccurrenceChange.objects.exists()


def test_two_that_were_put_together_are_skipped_together() -> None:
    schedule = hourly()
    due = next_of(schedule)
    move_occurrence(schedule.pk, due, to=due + HOUR, now=due - MINUTE)
    skip_occurrence(schedule.pk, due + HOUR, now=due - MINUTE)

    assert next_of(schedule) == due + 2 * HOUR


def test_two_that_were_put_together_move_back_to_where_one_of_them_was_and_that_one_is_changed_no_more() -> None:
    schedule = hourly()
    first = next_of(schedule)
    move_occurrence(schedule.pk, first, to=first + HOUR, now=first - MINUTE)
    move_occurrence(schedule.pk, first + HOUR, to=first, now=first - MINUTE)

    rows = OccurrenceChange.objects.values_list("scheduled_for", "moved_to")
    assert list(rows) == [(first + HOUR, first)]
    assert recurrence_of(APIEndpointSchedule.objects.get()).has(first)


def test_a_void_change_can_always_be_removed() -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - MINUTE)
    schedule.refresh_from_db()
    schedule.interval_seconds = 7 * 24 * 3600
    schedule.save()
    assert len(recurrence_of(schedule).void_changes) == 1
    undo_change(schedule.pk, due, now=due + HOUR)
    assert not OccurrenceChange.objects.exists()


def test_run_instead_runs_now_and_not_at_its_time(redis_client: redis.Redis, admin_user: Any) -> None:
    schedule = hourly()
    due = next_of(schedule)
    run = run_instead(schedule.pk, due, now=due - MINUTE, by=admin_user, reason="early")

    assert (run.trigger, run.trigger_reason, run.scheduled_for) == ("manual", "early", None)
    assert sent(redis_client) == [(schedule.pk, None)]
    assert next_of(schedule) == due + HOUR


# --- Any of it at any moment ------------------------------------------------------------------------------------------


def test_whatever_people_change_and_whenever_beat_wakes_each_occurrence_is_sent_once_and_in_its_time(
    redis_client: redis.Redis,
) -> None:
    steps = st.tuples(
        st.sampled_from(["skip", "move", "undo", "tick", "tick", "record"]),
        st.integers(-1, 4),  # which occurrence, in hours from the first
        st.integers(-30, 200),  # where to, in minutes from the first
        st.integers(1, 45),  # minutes that pass before
    )

    @settings(
        max_examples=400 if IS_LONG else 25,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(steps, max_size=10))
    def holds(story: list[tuple[str, int, int, int]]) -> None:
        redis_client.flushdb()
        APIEndpointSchedule.objects.all().delete()
        ScheduleRun.objects.all().delete()
        beat = DrivenScheduler(app)
        beat.upkeep.lead = lambda yes: None  # type: ignore[method-assign]
        schedule = hourly(catch_up_policy="all", catch_up_window_seconds=86_400)
        first = next_of(schedule)
        clock = first - 40 * MINUTE
        expected: set[datetime] = set()
        for what, hour, minute, passes in story:
            # What ought to run is what stood in the rule when its time came, whenever beat looks.
            rule = recurrence_of(schedule)
            expected |= {run.at for run in rule.occurrences(clock, until=clock + passes * MINUTE)}
            clock += passes * MINUTE
            at, to = first + hour * HOUR, first + minute * MINUTE
            try:
                match what:
                    case "skip":
                        skip_occurrence(schedule.pk, at, now=clock)
                    case "move":
                        move_occurrence(schedule.pk, at, to=to, now=clock)
                    case "undo":
                        undo_change(schedule.pk, at, now=clock)
                    case "record":
                        occurrence_upkeep.record_passed(clock)
                        mirroring.reconcile(clock)
                    case _:
                        beat.tick_at(clock)
            except OccurrenceRefused:
                pass
        beat.tick_at(clock)
        beat.close()

        found = [datetime.fromisoformat(instant) for _pk, instant in sent(redis_client)]
        assert found == sorted(expected)

    holds()


def test_a_recorded_one_time_change_is_not_reverted_behind_the_back_of_time() -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - MINUTE)
    undo_change(schedule.pk, due, now=due - MINUTE)
    deleted = RecordedChange.objects.filter(content_type__model="occurrencechange").first()
    assert deleted is not None
    with translation.override("en"), pytest.raises(NotRevertible, match="one-time change"):
        plan_revert(deleted)
