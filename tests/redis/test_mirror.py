"""Redis says what the database says, from the commit on."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.db import transaction
from django.utils import translation

from schedules.mirror.entry import RecurrenceSchedule, StockuraEntry
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule
from schedules.models.definitions import recurrence_of
from schedules.services import mirroring
from schedules.services.contents import content_of
from schedules.services.reconciling import reconcile
from stockura.celery import app
from tests.support.builders import a_schedule, an_endpoint
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)


def in_force() -> set[int]:
    return Mirror().schedule_ids()


def test_a_saved_schedule_is_a_redbeat_entry_with_its_zone_and_its_exact_next_instant() -> None:
    schedule = a_schedule(schedule_type="cron", cron_expression="30 9 * * mon", timezone="America/New_York")
    entry = StockuraEntry.from_key(f"stockura:schedule:schedule-{schedule.pk}", app=app)
    assert isinstance(entry.schedule, RecurrenceSchedule)
    assert entry.schedule.recurrence == recurrence_of(schedule)
    assert entry.schedule.recurrence.timezone == "America/New_York"
    assert Mirror().read([schedule.pk])[0].next == recurrence_of(schedule).next_after(datetime.now(UTC))


def test_a_rolled_back_save_leaves_no_ghost() -> None:
    def save_and_fail() -> None:
        with transaction.atomic():
            a_schedule()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        save_and_fail()
    assert in_force() == set()


def test_bulk_delete_and_cascade_remove_the_entries() -> None:
    first, second = a_schedule(), a_schedule()
    assert in_force() == {first.pk, second.pk}
    APIEndpointSchedule.objects.filter(pk=first.pk).delete()
    assert in_force() == {second.pk}
    second.endpoint.delete()
    assert in_force() == set()


def test_a_disabled_schedule_or_endpoint_has_no_entry() -> None:
    schedule = a_schedule()
    schedule.enabled = False
    schedule.save()
    assert in_force() == set()
    schedule.enabled = True
    schedule.save()
    assert in_force() == {schedule.pk}
    schedule.endpoint.enabled = False
    schedule.endpoint.save()
    assert in_force() == set()


def test_renaming_keeps_the_one_entry_and_its_pending_occurrence() -> None:
    schedule = a_schedule()
    before = Mirror().read([schedule.pk])[0]
    schedule.name = "another name"
    schedule.save()
    after = Mirror().read([schedule.pk])[0]
    assert in_force() == {schedule.pk}
    assert (after.next, int(after.revision)) == (before.next, int(before.revision) + 1)


def test_an_edit_never_brings_back_an_occurrence_before_the_edit() -> None:
    schedule = a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600)
    past = datetime.now(UTC) - timedelta(minutes=1)
    local = past.astimezone(recurrence_of(schedule).zone)
    schedule.schedule_type, schedule.interval_seconds = "daily", None
    schedule.execution_times = {"times": [f"{local:%H:%M}"]}
    schedule.save()
    upcoming = Mirror().read([schedule.pk])[0].next
    assert upcoming is not None
    assert upcoming > datetime.now(UTC) + timedelta(hours=23)


def test_a_save_beside_a_dead_redis_stands_and_is_repaired_by_the_next_reconcile(redis_server: OwnRedis) -> None:
    redis_server.kill()
    with translation.override("en"):
        schedule = a_schedule()
        assert "not yet in force" in (mirroring.mirror_problem() or "")
    assert mirroring.mirror_problem() is None
    assert APIEndpointSchedule.objects.filter(pk=schedule.pk).exists()
    redis_server.start()
    assert reconcile(datetime.now(UTC)).pushed == [schedule.pk]
    assert in_force() == {schedule.pk}


def test_reconcile_repairs_what_the_signals_cannot_see_and_then_finds_nothing() -> None:
    changed, stopped, kept = a_schedule(), a_schedule(), a_schedule()
    APIEndpointSchedule.objects.filter(pk=changed.pk).update(execution_times={"times": ["09:00"]})
    APIEndpointSchedule.objects.filter(pk=stopped.pk).update(enabled=False)
    now = datetime.now(UTC)
    report = reconcile(now)
    assert (report.pushed, report.removed) == ([changed.pk], [stopped.pk])
    assert Mirror().read([changed.pk])[0].next == recurrence_of(
        APIEndpointSchedule.objects.get(pk=changed.pk)
    ).next_after(now)
    assert not reconcile(now).changed_anything
    assert in_force() == {changed.pk, kept.pk}


def test_a_push_that_comes_late_never_undoes_a_newer_one() -> None:
    schedule = a_schedule()
    older = APIEndpointSchedule.objects.select_related("endpoint").get(pk=schedule.pk)
    schedule.name = "another name"
    schedule.save()
    mirror = Mirror()
    mirror.push([content_of(older)], watermark=lambda content, held: datetime.now(UTC))
    mirror.remove({schedule.pk: older.revision})
    assert mirror.read([schedule.pk])[0].revision == str(schedule.revision)


def test_a_restored_backup_is_put_in_force_although_its_revisions_are_older() -> None:
    schedule = a_schedule()
    for name in ("b", "c"):
        schedule.name = name
        schedule.save()
    APIEndpointSchedule.objects.filter(pk=schedule.pk).update(revision=1, execution_times={"times": ["09:00"]})
    now = datetime.now(UTC)
    assert reconcile(now).pushed == [schedule.pk]
    restored = APIEndpointSchedule.objects.get(pk=schedule.pk)
    held = Mirror().read([schedule.pk])[0]
    assert held.next == recurrence_of(restored).next_after(now)
    assert held.revision == str(restored.revision)
    assert not reconcile(now).changed_anything


def test_many_schedules_are_pushed_in_a_few_round_trips(redis_client: redis.Redis) -> None:
    schedules = [a_schedule() for _ in range(40)]
    redis_client.flushall()
    before = redis_client.info("stats")["total_commands_processed"]
    mirroring.push_schedules([schedule.pk for schedule in schedules])
    asked = redis_client.info("stats")["total_commands_processed"] - before
    assert len(in_force()) == 40
    # Two reads and one script an entry, all in two pipelines, and what the script itself does.
    assert asked < 40 * 10
    assert all(held.is_listed for held in Mirror().read([schedule.pk for schedule in schedules]))


def test_an_emptied_redis_is_filled_again_and_foreign_entries_stay(redis_client: redis.Redis) -> None:
    schedule = a_schedule()
    redis_client.flushall()
    redis_client.zadd("stockura:schedule::schedule", {"stockura:schedule:somebody-elses": 1.0})
    assert not Mirror().is_whole()
    reconcile(datetime.now(UTC))
    assert Mirror().is_whole()
    assert in_force() == {schedule.pk}
    assert redis_client.zscore("stockura:schedule::schedule", "stockura:schedule:somebody-elses") == 1.0


def test_a_redis_emptied_while_it_is_being_filled_is_not_taken_for_whole(redis_client: redis.Redis) -> None:
    schedule = a_schedule()
    reconcile(datetime.now(UTC), tell=lambda count: redis_client.flushall())
    assert not Mirror().is_whole()
    reconcile(datetime.now(UTC))
    assert Mirror().is_whole()
    assert in_force() == {schedule.pk}


def test_a_row_that_makes_no_recurrence_is_set_aside_with_its_reason_and_holds_up_nobody() -> None:
    bad = a_schedule(schedule_type="cron", cron_expression="99 * * * *")
    good = a_schedule()
    assert in_force() == {good.pk}
    assert "99" in Mirror().reasons_set_aside()[bad.pk]


def test_a_pause_with_an_end_waits_in_the_mirror_for_the_first_occurrence_after_it() -> None:
    schedule = a_schedule(endpoint=an_endpoint())
    schedule.paused_at = datetime.now(UTC)
    schedule.paused_until = schedule.paused_at + timedelta(days=10)
    schedule.save()
    assert Mirror().read([schedule.pk])[0].next == recurrence_of(schedule).next_after(schedule.paused_until)


def test_the_first_entries_are_read_in_their_order_without_ended_and_foreign_ones(redis_client: redis.Redis) -> None:
    def hourly(hours: int) -> int:
        timed = {"schedule_type": "interval", "execution_times": None, "interval_seconds": hours * 3600}
        return int(a_schedule(**timed).pk)

    third, first, second = hourly(3), hourly(1), hourly(2)
    a_schedule(schedule_type="once", run_at="2020-01-01T00:00+09:00")
    mirror = Mirror()
    assert mirror.next_schedule_ids(2) == ([first, second], False)
    assert mirror.next_schedule_ids(3) == ([first, second, third], True)
    assert mirror.next_schedule_ids(100) == ([first, second, third], True)
    redis_client.zadd(mirror.keys.due, {"stockura:schedule:somebody-elses": 1.0})
    assert mirror.next_schedule_ids(2) == ([first], False)
    assert Mirror().next_schedule_ids(4) == ([first, second, third], True)
