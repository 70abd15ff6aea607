"""One beat's ticks, driven with a clock of the test's own: what is sent when, and what is never sent."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
import redis
from redbeat import RedBeatSchedulerEntry

from schedules.ledger import events
from schedules.mirror.mirror import Mirror
from schedules.models import ScheduleRun
from schedules.models.reasons import Reason
from schedules.services.resuming import resume_schedule
from schedules.services.switching import pause_schedule, set_enabled
from stockura.celery import app
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule, an_endpoint
from tests.support.driven_beat import DrivenScheduler, sent
from tests.support.occurrences import hourly, next_of
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)


def recorded(client: redis.Redis) -> None:
    """Do what beat's upkeep does with the events."""
    texts = [fields["event"] for _number, fields in client.xrange(Mirror().keys.events)]
    events.record(texts)


def test_nothing_is_sent_before_its_instant_and_once_at_it(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly()
    due = next_of(schedule)
    beat.tick_at(due - timedelta(milliseconds=1))
    assert sent(redis_client) == []
    beat.tick_at(due)
    beat.tick_at(due + SECOND)
    assert sent(redis_client) == [(schedule.pk, due.isoformat())]
    assert next_of(schedule) == due + timedelta(hours=1)


def test_a_late_tick_never_shifts_what_follows(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly()
    due = next_of(schedule)
    beat.tick_at(due + timedelta(minutes=20))
    assert sent(redis_client) == [(schedule.pk, due.isoformat())]
    assert next_of(schedule) == due + timedelta(hours=1)


@pytest.mark.parametrize(
    ("policy", "hours_sent", "reasons"),
    [
        ("latest", [4], {Reason.OUTSIDE_WINDOW: 2, Reason.COALESCED: 2}),
        ("all", [2, 3, 4], {Reason.OUTSIDE_WINDOW: 2}),
        ("skip", [], {Reason.OUTSIDE_WINDOW: 2, Reason.CATCH_UP_SKIPPED: 3}),
    ],
)
def test_after_an_outage_each_policy_is_kept_and_every_missed_run_has_a_row(
    beat: DrivenScheduler,
    redis_client: redis.Redis,
    policy: str,
    hours_sent: list[int],
    reasons: dict[str, int],
) -> None:
    schedule = hourly(catch_up_policy=policy, catch_up_window_seconds=2 * 3600 + 1800)
    due = next_of(schedule)
    beat.tick_at(due + timedelta(hours=4, minutes=10))
    recorded(redis_client)
    assert sent(redis_client) == [(schedule.pk, (due + timedelta(hours=hour)).isoformat()) for hour in hours_sent]
    missed = ScheduleRun.objects.filter(state="missed")
    assert {reason: missed.filter(state_reason=reason).count() for reason in reasons} == reasons
    assert missed.count() == sum(reasons.values())
    assert ScheduleRun.objects.filter(state="dispatched").count() == len(hours_sent)


def test_events_told_twice_are_recorded_once(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly()
    beat.tick_at(next_of(schedule) + timedelta(hours=2))
    recorded(redis_client)
    recorded(redis_client)
    assert ScheduleRun.objects.count() == 3
    assert ScheduleRun.objects.filter(schedule=schedule, schedule_name=schedule.name).count() == 3


def test_events_of_a_deleted_schedule_are_kept_without_it(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly()
    beat.tick_at(next_of(schedule))
    schedule.delete()
    recorded(redis_client)
    assert ScheduleRun.objects.get().schedule is None


def test_an_event_that_the_database_cannot_keep_does_not_hold_up_the_others(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedules = [hourly(), hourly()]
    beat.tick_at(max(map(next_of, schedules)))
    texts = [fields["event"] for _number, fields in redis_client.xrange(Mirror().keys.events)]
    # PostgreSQL keeps no NUL in JSON; SQLite does.
    sound = json.loads(texts[0])
    spoiled = [{**sound, "args": ["a\x00b"]}, {"kind": "dispatched"}, {**sound, "schedule": "x"}, [1]]
    events.record([*map(json.dumps, spoiled), "{not json", *texts[1:]])
    recorded_of = set(ScheduleRun.objects.values_list("schedule", flat=True))
    assert {json.loads(text)["schedule"] for text in texts[1:]} <= recorded_of


def test_a_deleted_disabled_or_paused_schedule_sends_nothing(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    deleted, disabled, paused = hourly(), hourly(), hourly()
    due = max(map(next_of, (deleted, disabled, paused)))
    deleted.delete()
    set_enabled(disabled.pk, False)
    pause_schedule(paused.pk, now=datetime.now(UTC), reason="maintenance")
    beat.tick_at(due + timedelta(hours=3))
    assert sent(redis_client) == []


def test_resuming_waits_for_the_next_occurrence(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule = hourly()
    pause_schedule(schedule.pk, now=datetime.now(UTC))
    resume_schedule(schedule.pk, now=datetime.now(UTC))
    assert next_of(schedule) > datetime.now(UTC)
    beat.tick_at(datetime.now(UTC))
    assert sent(redis_client) == []


def test_an_edit_of_a_schedule_that_has_run_sends_on_time_and_only_then(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = hourly()
    first = next_of(schedule)
    beat.tick_at(first)
    schedule.interval_seconds = 7200
    schedule.save()
    upcoming = next_of(schedule)
    beat.tick_at(upcoming - SECOND)
    assert sent(redis_client) == [(schedule.pk, first.isoformat())]
    beat.tick_at(upcoming)
    assert sent(redis_client) == [(schedule.pk, first.isoformat()), (schedule.pk, upcoming.isoformat())]


def test_what_was_moved_on_by_an_edit_meanwhile_keeps_the_edit(beat: DrivenScheduler) -> None:
    """An edit between beat's reading and its commit: the commit must not overwrite it."""
    schedule = hourly()
    due = next_of(schedule)
    original = beat.due.move_on

    def edit_first(*args: object, **kwargs: object) -> bool:
        beat.due.move_on = original  # type: ignore[method-assign]
        schedule.interval_seconds = 7200
        schedule.save()
        return original(*args, **kwargs)  # type: ignore[arg-type]

    beat.due.move_on = edit_first  # type: ignore[method-assign]
    beat.tick_at(due)
    held = Mirror().read([schedule.pk])[0]
    assert held.revision == str(schedule.revision)
    # The edit was made before `due` by the real clock, so its own next occurrence stands.
    assert held.next is not None
    assert (held.next - due) % timedelta(hours=1) == timedelta(0)


@pytest.mark.parametrize(
    "poison", ["{not json", b'{"name": "\xff\xfe"}', "[]", '{"schedule": {"__type__": "crontab"}}', None]
)
def test_one_bad_entry_holds_up_nobody_and_is_shown(
    beat: DrivenScheduler, redis_client: redis.Redis, poison: str | bytes | None
) -> None:
    mirror = Mirror()
    poisoned = hourly()
    unknown = hourly(endpoint=an_endpoint(name="unknown", task="tests.no_such_task"))
    unfit = hourly(endpoint=an_endpoint(name="unfit", task="tests.slow"), kwargs={"colour": "red"})
    good = hourly(endpoint=an_endpoint(name="good", task="tests.nothing"))
    due = max(map(next_of, (poisoned, unknown, unfit, good)))
    if poison is None:
        redis_client.set(mirror.keys.entry(poisoned.pk), "no entry at all")
    else:
        redis_client.hset(mirror.keys.entry(poisoned.pk), "definition", poison)

    beat.tick_at(due)
    recorded(redis_client)

    assert [schedule for schedule, _when in sent(redis_client)] == [good.pk]
    reasons = mirror.reasons_set_aside()
    assert set(reasons) == {poisoned.pk, unknown.pk, unfit.pk}
    assert "tests.no_such_task" in reasons[unknown.pk]
    assert ScheduleRun.objects.filter(schedule=unknown, state="missed").count() == 1
    # The unreadable one is written anew from the database; the others wait for their next occurrence.
    assert mirror.schedule_ids() == {unknown.pk, unfit.pk, good.pk}
    from schedules.services.reconciling import reconcile

    assert reconcile(due).pushed == [poisoned.pk]


def test_what_is_no_entry_gives_way_to_one_also_before_it_is_due(redis_client: redis.Redis) -> None:
    from schedules.services.reconciling import reconcile

    mirror = Mirror()
    replaced, removed, sound = hourly(), hourly(), hourly()
    for schedule in (replaced, removed):
        redis_client.set(mirror.keys.entry(schedule.pk), "no entry at all")
    removed.delete()

    assert reconcile(datetime.now(UTC)).pushed == [replaced.pk]
    assert mirror.schedule_ids() == {replaced.pk, sound.pk}
    assert next_of(replaced)


def test_a_beat_whose_first_answer_was_lost_leads_like_any_other(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    """Redis has given it the lock, and nobody heard: what a leader does once at the beginning is still to be done."""
    redis_client.set(Mirror().keys.lock, beat.leadership.token)
    beat.tick_at(datetime.now(UTC))
    assert beat.leadership.leads
    assert beat.leadership.term == 1


def test_a_redis_that_was_away_is_compared_with_the_database_when_it_is_back(
    beat: DrivenScheduler, redis_server: RedisServer
) -> None:
    """It may be back with data from a while ago, in which nothing is missing and something is old."""
    now = datetime.now(UTC)
    beat.tick_at(now)
    beat.upkeep._reconcile()
    beat.tick_at(now)
    assert not beat.upkeep._reconcile_is_due()

    redis_server.stop()
    beat.tick_at(now)
    redis_server.start()
    beat.tick_at(now)

    assert beat.upkeep._reconcile_is_due()


def test_a_server_that_has_become_a_replica_is_not_asked_over_the_same_connection_again(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    """Behind one name there is another master by then; the old one goes on answering that it takes nothing."""
    schedule = hourly()
    before = beat.mirror.redis.client_id()
    redis_client.replicaof("127.0.0.1", "1")
    try:
        beat.tick_at(next_of(schedule))
        asked_by_beat = beat.mirror.redis.client_id()
        schedule.save()
        asked_by_a_page = Mirror().redis.client_id()
    finally:
        redis_client.replicaof("NO", "ONE")

    assert len({before, asked_by_beat, asked_by_a_page}) == 3
    beat.tick_at(next_of(schedule))
    assert [number for number, _when in sent(redis_client)] == [schedule.pk]


def test_a_beat_without_the_lock_sends_nothing_and_leads_when_it_is_free(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = hourly()
    due = next_of(schedule)
    redis_client.set(Mirror().keys.lock, "another beat")
    beat.tick_at(due)
    assert sent(redis_client) == []
    assert not beat.leadership.leads
    redis_client.delete(Mirror().keys.lock)
    beat.tick_at(due)
    assert [number for number, _when in sent(redis_client)] == [schedule.pk]


def test_a_leader_whose_lock_went_to_another_moves_nothing_on(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = hourly()
    due = next_of(schedule)
    beat.tick_at(due - SECOND)
    assert beat.leadership.leads
    redis_client.set(Mirror().keys.lock, "another beat")
    beat.tick_at(due)
    assert next_of(schedule) == due
    assert not beat.leadership.leads


def test_entries_of_others_are_fired_the_redbeat_way_and_keep_their_definition(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    from celery.schedules import schedule as every

    entry = RedBeatSchedulerEntry("theirs", "tests.nothing", every(run_every=60), app=app)
    entry.options = {"queue": "theirs"}
    entry.last_run_at = datetime.now(UTC) - timedelta(minutes=2)
    entry.save()
    definition = redis_client.hget("stockura:schedule:theirs", "definition")
    redis_client.hset("stockura:schedule:broken", "definition", "{not json")
    redis_client.zadd(Mirror().keys.due, {"stockura:schedule:broken": 1.0})
    ours = hourly()

    beat.tick_at(next_of(ours))

    assert redis_client.llen("theirs") == 1
    assert [number for number, _when in sent(redis_client)] == [ours.pk]
    assert redis_client.hget("stockura:schedule:theirs", "definition") == definition
    assert redis_client.hget("stockura:schedule:broken", "definition") == "{not json"


def test_a_queue_by_the_name_of_something_else_in_redis_holds_up_nobody(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    bad, good = hourly(queue="taken"), hourly()
    redis_client.set("taken", "a key that is no queue")
    beat.tick_at(max(next_of(bad), next_of(good)))
    recorded(redis_client)
    assert [number for number, _when in sent(redis_client)] == [good.pk]
    assert '"taken"' in Mirror().reasons_set_aside()[bad.pk]
    assert [run.state for run in ScheduleRun.objects.filter(schedule=bad)] == ["missed"]
    assert [run.state for run in ScheduleRun.objects.filter(schedule=good)] == ["dispatched"]


def test_arguments_that_look_like_redbeats_own_types_arrive_as_they_are(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = hourly(kwargs={"when": {"__type__": "datetime", "year": "none"}})
    beat.tick_at(next_of(schedule))
    message = json.loads(redis_client.lindex("default", 0))
    assert json.loads(base64.b64decode(message["body"]))[1] == schedule.kwargs


def test_more_than_one_chunk_is_sent_in_one_tick(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    endpoint = an_endpoint()
    schedules = [
        a_schedule(endpoint=endpoint, schedule_type="cron", execution_times=None, cron_expression="0 * * * *")
        for _ in range(210)
    ]
    beat.tick_at(next_of(schedules[0]))
    assert sorted(number for number, _when in sent(redis_client)) == [schedule.pk for schedule in schedules]
