"""Occurrences skipped and moved at any moment, whenever beat wakes."""

from datetime import datetime

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.exceptions import OccurrenceRefused
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.services import occurrence_upkeep
from schedules.services.occurrences import move_occurrence, skip_occurrence, undo_change
from schedules.services.reconciling import reconcile
from stockura.celery import app
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.driven_beat import DrivenScheduler, sent
from tests.support.effort import IS_LONG
from tests.support.occurrences import HOUR, MINUTE, hourly, next_of

pytestmark = pytest.mark.django_db(transaction=True)


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
                        reconcile(clock)
                    case _:
                        beat.tick_at(clock)
            except OccurrenceRefused:
                pass
        beat.tick_at(clock)
        beat.close()

        found = [datetime.fromisoformat(instant) for _pk, instant in sent(redis_client)]
        assert found == sorted(expected)

    holds()
