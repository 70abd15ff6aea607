"""`manage.py migrate_schedules`: the engine's state from the database, again and again."""

from io import StringIO

import pytest
import redis
from django.core.management import CommandError, call_command
from django.utils import translation

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule
from tests.support.builders import a_schedule
from tests.support.redis_server import OwnRedis

pytestmark = pytest.mark.django_db(transaction=True)

FOREIGN = "stockura:schedule:somebody-elses"


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


def migrate(*options: str) -> tuple[int, str]:
    """Return the exit status and what was said."""
    out = StringIO()
    try:
        call_command("migrate_schedules", *options, stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def drifted(redis_client: redis.Redis) -> tuple[APIEndpointSchedule, APIEndpointSchedule, APIEndpointSchedule]:
    """One schedule missing from Redis, one that should not be there, one that is as it should be."""
    missing, orphan, sound = a_schedule(name="missing"), a_schedule(name="orphan"), a_schedule(name="sound")
    Mirror().remove({missing.pk: None})
    APIEndpointSchedule.objects.filter(pk=orphan.pk).update(enabled=False)
    redis_client.hset(FOREIGN, "definition", "{}")
    redis_client.zadd(Mirror().keys.due, {FOREIGN: 1.0})
    return missing, orphan, sound


def test_every_enabled_schedule_is_put_in_force_and_a_second_run_changes_nothing(redis_client: redis.Redis) -> None:
    schedules = [a_schedule() for _ in range(3)]
    a_schedule(enabled=False)
    redis_client.flushall()

    assert "Put in force: 3" in migrate()[1]
    assert Mirror().schedule_ids() == {schedule.pk for schedule in schedules}
    held = redis_client.zrange(Mirror().keys.due, 0, -1, withscores=True)

    assert "exactly what the database says" in migrate()[1]
    assert redis_client.zrange(Mirror().keys.due, 0, -1, withscores=True) == held


def test_nothing_is_sent(redis_client: redis.Redis) -> None:
    a_schedule(schedule_type="interval", execution_times=None, interval_seconds=1)
    redis_client.flushall()
    migrate("--prune")
    assert redis_client.llen("default") == 0


def test_a_dry_run_says_what_it_would_change_and_changes_nothing(drifted: tuple) -> None:
    before = Mirror().schedule_ids()
    status, said = migrate("--dry-run")
    assert status == 0
    assert "Would be put in force: 1" in said
    assert "missing" in said
    assert "Would be removed with --prune: 1" in said
    assert Mirror().schedule_ids() == before


def test_a_check_lists_the_drift_with_status_1_and_is_content_with_a_sound_mirror(drifted: tuple) -> None:
    status, said = migrate("--check")
    assert status == 1
    assert "missing" in said
    assert "orphan" in said
    assert "sound" not in said
    migrate("--prune")
    assert migrate("--check")[0] == 0


def test_orphans_of_ours_go_with_prune_only_and_entries_of_others_never(
    drifted: tuple, redis_client: redis.Redis
) -> None:
    missing, orphan, sound = drifted
    migrate()
    assert Mirror().schedule_ids() == {missing.pk, orphan.pk, sound.pk}
    assert "Removed: 1" in migrate("--prune")[1]
    assert Mirror().schedule_ids() == {missing.pk, sound.pk}
    assert redis_client.zscore(Mirror().keys.due, FOREIGN) == 1.0
    assert redis_client.hget(FOREIGN, "definition") == "{}"


def test_a_schedule_that_makes_no_rule_is_named_and_holds_up_nobody(redis_client: redis.Redis) -> None:
    a_schedule(name="odd", schedule_type="cron", execution_times=None, cron_expression="99 * * * *")
    good = a_schedule()
    redis_client.flushall()
    said = migrate()[1]
    assert "odd" in said
    assert "99" in said
    assert Mirror().schedule_ids() == {good.pk}


def test_a_dead_redis_is_a_sentence(redis_server: OwnRedis) -> None:
    redis_server.kill()
    with pytest.raises(CommandError, match=r"Redis does not answer.*Start Redis"):
        migrate()
