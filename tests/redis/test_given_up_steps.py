"""A step that beat gave up, because Redis hung, and that Redis carries out all the same once it wakes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis

from schedules.mirror.mirror import Mirror
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule
from tests.support.driven_beat import DrivenScheduler, sent

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def steps(beat: DrivenScheduler) -> list[Callable[[], Any]]:
    """Every commit of the beat, ready to be carried out once more."""
    kept: list[Callable[[], Any]] = []
    commit = beat.due._commit

    def carry_out(**said: Any) -> Any:
        kept.append(lambda: commit(**said))
        return commit(**said)

    beat.due._commit = carry_out  # type: ignore[assignment]
    return kept


def first_instant(number: int) -> datetime:
    upcoming = Mirror().read([number])[0].next
    assert upcoming is not None
    return upcoming


def test_a_step_carried_out_twice_sends_once(
    beat: DrivenScheduler, redis_client: redis.Redis, steps: list[Callable[[], Any]]
) -> None:
    schedule = a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600)
    due = first_instant(schedule.pk)
    beat.tick_at(due)
    for step in list(steps):
        step()
    assert sent(redis_client) == [(schedule.pk, due.isoformat())]
    assert redis_client.xlen(Mirror().keys.events) == 1


def test_a_step_carried_out_late_does_not_move_an_entry_back(
    beat: DrivenScheduler, redis_client: redis.Redis, steps: list[Callable[[], Any]]
) -> None:
    schedule = a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600)
    due = first_instant(schedule.pk)
    beat.tick_at(due)
    beat.tick_at(due + HOUR)
    steps[0]()
    assert first_instant(schedule.pk) == due + 2 * HOUR
    beat.tick_at(due + HOUR)
    assert [when for _number, when in sent(redis_client)] == [due.isoformat(), (due + HOUR).isoformat()]
