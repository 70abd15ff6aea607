"""The drill of docs/operations.md: an older database is restored, and the engine follows it and sends nothing early.

The restored rows are put back as a database server does it: past the program, its signals and its revisions.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.apps import apps
from django.db import connection, transaction

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.services.reconciling import reconcile
from tests.support import tasks  # noqa: F401
from tests.support.builders import a_schedule
from tests.support.driven_beat import DrivenScheduler, sent

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


class Dump:
    """Every row of the app's tables at this moment."""

    def __init__(self) -> None:
        self._tables = [model._meta.db_table for model in apps.get_app_config("schedules").get_models()]
        self._rows: dict[str, tuple[list[str], list[Any]]] = {}
        with connection.cursor() as cursor:
            for table in self._tables:
                cursor.execute(f"SELECT * FROM {table}")
                self._rows[table] = [column[0] for column in cursor.description], cursor.fetchall()

    def restore(self) -> None:
        """Leave exactly these rows."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table in reversed(self._tables):
                cursor.execute(f"DELETE FROM {table}")
            for table, (columns, rows) in self._rows.items():
                places = ", ".join(["%s"] * len(columns))
                names = ", ".join(f'"{column}"' for column in columns)
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)


def hourly(name: str, minute: int, **fields: Any) -> APIEndpointSchedule:
    rule = {"schedule_type": "cron", "execution_times": None, "cron_expression": f"{minute} * * * *"}
    return a_schedule(name=name, **rule, **fields)


def at_minute(minute: int, *, after: datetime) -> str:
    found = after.replace(minute=minute, second=0, microsecond=0)
    return (found if found > after else found + HOUR).isoformat()


def test_after_an_older_database_is_restored_nothing_is_sent_early_and_all_is_as_it_says(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    begun = datetime.now(UTC)
    kept, moved, deleted, stopped = (hourly(name, 10) for name in ("kept", "moved", "deleted", "stopped"))
    paused = hourly("paused", 10, enabled=False)
    dump = Dump()

    beat.tick_at(begun + HOUR)
    assert len(sent(redis_client)) == 4
    moved.cron_expression = "20 * * * *"
    moved.save()
    gone = deleted.pk
    deleted.delete()
    stopped.enabled = False
    stopped.save()
    paused.enabled = True
    paused.save()
    made = hourly("made", 15)
    beat.tick_at(begun + 2 * HOUR)
    redis_client.delete("default")

    restored_at = begun + 5 * HOUR
    dump.restore()
    report = reconcile(restored_at)
    beat.tick_at(restored_at)

    assert sorted(report.removed) == sorted([paused.pk, made.pk])
    in_force = {kept.pk, moved.pk, gone, stopped.pk}
    assert Mirror().schedule_ids() == in_force
    # What went on running was overdue, as beat was away; what the restore changed begins with the restore.
    assert {number for number, _when in sent(redis_client)} <= {kept.pk}
    assert not reconcile(restored_at).changed_anything

    redis_client.delete("default")
    beat.tick_at(restored_at + HOUR)
    assert sorted(sent(redis_client)) == sorted((pk, at_minute(10, after=restored_at)) for pk in in_force)
    with pytest.raises(APIEndpointSchedule.DoesNotExist):
        made.refresh_from_db()


def test_what_was_switched_off_and_on_again_while_redis_was_away_loses_no_occurrence(beat: DrivenScheduler) -> None:
    """The note of a removal is not to make a proper change look like a restored backup."""
    schedule = hourly("switched", 10)
    schedule.enabled = False
    schedule.save()
    assert Mirror().read([schedule.pk])[0].removed_at is not None
    # Saved, and its push lost: what a Redis that was away at that moment leaves behind.
    saved_at = datetime.now(UTC)
    APIEndpointSchedule.objects.filter(pk=schedule.pk).update(
        enabled=True, revision=schedule.revision + 1, effective_from=saved_at
    )

    reconcile(saved_at + 2 * HOUR)

    held = Mirror().read([schedule.pk])[0]
    assert held.next is not None
    assert held.next.isoformat() == at_minute(10, after=saved_at)
    assert held.removed_at is None


def test_a_redis_that_lost_its_data_beside_is_no_restored_backup(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = hourly("overdue", 10)
    saved_at = APIEndpointSchedule.objects.get(pk=schedule.pk).effective_from
    redis_client.flushall()

    reconcile(saved_at + 2 * HOUR)
    beat.tick_at(saved_at + 2 * HOUR)

    assert [number for number, _when in sent(redis_client)] == [schedule.pk]
    assert not ScheduleRun.objects.exists()
