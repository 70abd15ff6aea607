"""One occurrence skipped or moved: what beat then sends, and what it never sends."""

from datetime import timedelta

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules.ledger.claiming import Message, Verdict, claim
from schedules.messages import Origin, task_id_of
from schedules.models import OccurrenceChange
from schedules.models.reasons import Reason
from schedules.services import occurrence_upkeep
from schedules.services.occurrences import move_occurrence, skip_occurrence, undo_change
from schedules.services.reconciling import reconcile
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.driven_beat import DrivenScheduler, sent
from tests.support.occurrences import HOUR, MINUTE, SECOND, hourly, next_of, told
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)


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
    assert reconcile(due - MINUTE).pushed == [schedule.pk]
    assert next_of(schedule) == due + HOUR


def test_ten_thousand_schedules_are_not_asked_one_by_one_for_their_changes() -> None:
    schedules = [hourly() for _ in range(4)]
    for schedule in schedules[:2]:
        skip_occurrence(schedule.pk, next_of(schedule), now=next_of(schedule) - MINUTE)
    reconcile(next_of(schedules[0]) - MINUTE)
    with CaptureQueriesContext(connection) as queries:
        assert not reconcile(next_of(schedules[0]) - MINUTE).changed_anything
    assert len(queries) == 4


def test_a_change_that_came_past_the_services_is_seen_by_a_reconcile() -> None:
    schedule = hourly()
    due = next_of(schedule)
    reconcile(due - 2 * MINUTE)
    OccurrenceChange.objects.create(schedule=schedule, scheduled_for=due, kind="skip")
    assert reconcile(due - MINUTE).pushed == [schedule.pk]
    assert next_of(schedule) == due + HOUR
    OccurrenceChange.objects.all().delete()
    assert reconcile(due - SECOND).pushed == [schedule.pk]
    assert next_of(schedule) == due
