"""What the preview lists is what beat sends, exactly: over weeks with clock changes, holidays and the turn of a year.

Beat is the real one with a clock of the test's own, which jumps from one due instant to the next, as beat wakes.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from schedules.models import APIEndpointSchedule
from schedules.services.previewing import preview_of
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import an_endpoint
from tests.support.driven_beat import DrivenScheduler, sent

#: The database plays no part in it.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]

DAY = timedelta(days=1)

#: Fields of schedules; each is tried in the zone and over the weeks of each window.
RULES: dict[str, dict[str, Any]] = {
    "daily in the hour that is skipped": {"schedule_type": "daily", "execution_times": {"times": ["02:30", "25:30"]}},
    "daily in the hour that comes twice": {"schedule_type": "daily", "execution_times": {"times": ["01:15", "08:10"]}},
    "weekly late at night": {
        "schedule_type": "weekly",
        "weekdays": ["fri", "sun"],
        "execution_times": {"times": ["25:00"]},
        "trading_day_rule": "skip",
    },
    "monthly, moved on": {
        "schedule_type": "monthly",
        "month_days": [1, 3, 6, "last", "2-sun", "trading:-1"],
        "execution_times": {"times": ["02:10"]},
        "trading_day_rule": "next",
    },
    "monthly, moved back": {
        "schedule_type": "monthly",
        "month_days": [1, 7, 14, 31],
        "short_months": "last_day",
        "execution_times": {"times": ["18:00"]},
        "trading_day_rule": "previous",
    },
    "cron, fixed": {"schedule_type": "cron", "cron_expression": "30 1,2 * * *"},
    "cron, in real time": {"schedule_type": "cron", "cron_expression": "*/15 * * * *"},
    "cron, either day": {"schedule_type": "cron", "cron_expression": "0 9 1,15 * 1", "trading_day_rule": "skip"},
    "interval": {"schedule_type": "interval", "interval_seconds": 5400},
    "interval on trading days": {"schedule_type": "interval", "interval_seconds": 7200, "trading_day_rule": "skip"},
}

WINDOWS = {
    "New York, clocks forward": ("America/New_York", "XNYS", datetime(2027, 3, 11, tzinfo=UTC), 7),
    "New York, clocks back": ("America/New_York", "XNYS", datetime(2027, 11, 4, tzinfo=UTC), 7),
    "Tokyo, turn of the year": ("Asia/Tokyo", "XTKS", datetime(2026, 12, 26, tzinfo=UTC), 14),
    "Tokyo, Golden Week": ("Asia/Tokyo", "XTKS", datetime(2027, 4, 27, tzinfo=UTC), 15),
}


@pytest.mark.parametrize("window", WINDOWS)
def test_over_weeks_of_clock_changes_and_holidays(
    beat: DrivenScheduler, redis_client: redis.Redis, window: str
) -> None:
    zone, exchange, start, days = WINDOWS[window]
    end = start + days * DAY
    endpoint = an_endpoint()
    schedules = [
        APIEndpointSchedule.objects.create(
            name=name, endpoint=endpoint, timezone=zone, exchange=exchange, starts_at=start, ends_at=end, **fields
        )
        for name, fields in RULES.items()
    ]
    previewed = previews(schedules, after=start - timedelta(seconds=1))
    assert min(len(runs) for runs in previewed.values()) >= 1

    drive(beat, until=end + DAY)

    fired: dict[int, list[datetime]] = {schedule.pk: [] for schedule in schedules}
    for number, when in sent(redis_client):
        fired[number].append(datetime.fromisoformat(when))
    for schedule in schedules:
        assert fired[schedule.pk] == previewed[schedule.pk], schedule.name


def test_a_once_and_a_schedule_with_jitter_keep_their_nominal_instants(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + DAY
    endpoint = an_endpoint()
    create: Callable[..., APIEndpointSchedule] = APIEndpointSchedule.objects.create
    schedules = [
        create(name="once", endpoint=endpoint, schedule_type="once", run_at=start + timedelta(hours=1)),
        create(
            name="jitter",
            endpoint=endpoint,
            schedule_type="interval",
            interval_seconds=600,
            starts_at=start,
            ends_at=start + timedelta(hours=3),
            jitter_seconds=300,
        ),
    ]
    previewed = previews(schedules, after=start - timedelta(seconds=1))

    drive(beat, until=start + DAY)

    assert sorted(sent(redis_client)) == sorted(
        (number, when.isoformat()) for number, runs in previewed.items() for when in runs
    )


def previews(schedules: list[APIEndpointSchedule], *, after: datetime) -> dict[int, list[datetime]]:
    return {
        schedule.pk: [run.at for run in preview_of(schedule, now=after, count=2000).runs] for schedule in schedules
    }


def drive(beat: DrivenScheduler, *, until: datetime) -> None:
    """Tick at each instant for which beat would wake, as long as one lies ahead."""
    beat.tick_at(datetime.now(UTC))
    while beat.next_due is not None and beat.next_due <= until:
        beat.tick_at(beat.next_due)
    beat.tick_at(until)
