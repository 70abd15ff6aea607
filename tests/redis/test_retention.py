"""What retention leaves is enough for beat to go on where it was when Redis has lost its data."""

from datetime import UTC, datetime, timedelta

import pytest
import redis

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.services.reconciling import reconcile
from schedules.services.retention import delete_old_runs
from tests.support.builders import a_run, a_schedule

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


def test_after_old_runs_went_and_redis_was_emptied_no_occurrence_is_done_again(redis_client: redis.Redis) -> None:
    """A schedule that beat could not send for long, with a catch-up window that reaches back to its beginning."""
    now = datetime.now(UTC).replace(microsecond=0)
    began = now - 900 * DAY
    schedule = a_schedule(
        schedule_type="interval",
        interval_seconds=86400,
        starts_at=began,
        catch_up_policy="all",
        catch_up_window_seconds=1000 * 86400,
    )
    APIEndpointSchedule.objects.update(effective_from=began)
    done = [began + number * DAY for number in range(1, 6)]
    for scheduled_for in done:
        a_run(schedule, scheduled_for=scheduled_for, created_at=scheduled_for)

    assert delete_old_runs(now - 400 * DAY) == 4
    assert ScheduleRun.objects.get().scheduled_for == done[-1]
    redis_client.flushall()
    reconcile(now)

    assert Mirror().read([schedule.pk])[0].next == done[-1] + DAY
