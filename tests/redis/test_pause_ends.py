"""A pause that ends by itself: at a moment, or when the next trading day begins."""

from datetime import UTC, date, datetime, timedelta

import pytest
import redis
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from schedules.exceptions import PauseEndsTwice, TradingDayUnknown
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, ExceptionalDay, ScheduleRun
from schedules.selectors import doubtful_pauses
from schedules.services.pause_ends import next_trading_day
from schedules.services.previewing import preview_of
from schedules.services.resuming import record_ended_pause
from schedules.services.switching import pause_schedule
from schedules.standing import places_of
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule
from tests.support.driven_beat import DrivenScheduler, sent

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)
#: Thursday evening in Tokyo; Friday 20 March 2026 is a holiday there.
THURSDAY = datetime(2026, 3, 19, 9, 0, tzinfo=UTC)
MONDAY = datetime(2026, 3, 22, 15, 0, tzinfo=UTC)


def test_a_pause_until_the_next_trading_day_ends_when_that_day_begins() -> None:
    schedule = a_schedule()
    pause_schedule(schedule.pk, now=THURSDAY, until_next_trading_day=True)
    schedule.refresh_from_db()

    assert next_trading_day(schedule, THURSDAY) == date(2026, 3, 23)
    assert schedule.paused_until == MONDAY


@pytest.mark.parametrize(
    ("fields", "on"),
    [
        ({"exchange": "XNYS"}, date(2026, 3, 20)),
        # It is Thursday still in New York.
        ({"timezone": "America/New_York"}, date(2026, 3, 23)),
        ({"timezone": "Pacific/Kiritimati"}, date(2026, 3, 23)),
    ],
)
def test_the_trading_day_is_that_of_the_exchange_on_the_days_of_the_zone(fields: dict[str, str], on: date) -> None:
    assert next_trading_day(a_schedule(**fields), THURSDAY) == on


def test_the_exceptional_days_of_the_staff_are_looked_at_first() -> None:
    ExceptionalDay.objects.create(exchange="XTKS", on=date(2026, 3, 23), is_open=False, reason_ja="障害")

    assert next_trading_day(a_schedule(), THURSDAY) == date(2026, 3, 24)


def test_where_the_calendar_ends_the_pause_is_refused_with_a_sentence() -> None:
    schedule = a_schedule()
    with translation.override("en"), pytest.raises(TradingDayUnknown, match="XTKS is not known"):
        pause_schedule(schedule.pk, now=datetime(2200, 1, 1, tzinfo=UTC), until_next_trading_day=True)
    with pytest.raises(PauseEndsTwice):
        pause_schedule(schedule.pk, now=THURSDAY, until=MONDAY, until_next_trading_day=True)
    schedule.refresh_from_db()
    assert schedule.paused_at is None


def test_what_is_due_at_the_very_end_of_a_pause_runs_and_what_lies_before_does_not(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = a_schedule(schedule_type="interval", execution_times=None, interval_seconds=3600)
    first = Mirror().read([schedule.pk])[0].next
    assert first is not None
    end = first + timedelta(hours=1)
    pause_schedule(schedule.pk, now=first - SECOND, until=end)
    schedule.refresh_from_db()

    assert Mirror().read([schedule.pk])[0].next == end
    assert places_of([schedule], now=first)[schedule.pk].next_run_at == end
    assert preview_of(schedule, now=first, count=1).runs[0].at == end
    beat.tick_at(first)
    beat.tick_at(end)
    assert sent(redis_client) == [(schedule.pk, end.isoformat())]
    record_ended_pause(schedule, now=end + SECOND)
    assert list(ScheduleRun.objects.values_list("scheduled_for", flat=True)) == [first]


def test_the_command_pauses_until_the_next_trading_day(capsys: pytest.CaptureFixture[str]) -> None:
    schedule = a_schedule(name="morning")
    with time_machine.travel(THURSDAY, tick=False), translation.override("en"):
        call_command("pause_schedule", "morning", "--until-next-trading-day")
    schedule.refresh_from_db()

    assert schedule.paused_until == MONDAY
    assert "2026-03-23 00:00" in capsys.readouterr().out


def test_many_are_paused_each_until_its_own_next_trading_day(admin_client: object) -> None:
    tokyo, new_york = (
        a_schedule(name="tokyo"),
        a_schedule(name="new york", exchange="XNYS", timezone="America/New_York"),
    )
    address = reverse("admin:schedules_apiendpointschedule_do", args=["pause"])
    chosen = {"schedule": [tokyo.pk, new_york.pk], "confirmed": "1", "reason": "maintenance"}
    admin_client.cookies["django_language"] = "en"  # type: ignore[attr-defined]
    post = admin_client.post  # type: ignore[attr-defined]
    page = post(address, {**chosen, "until_next_trading_day": "on", "until": "2030-01-01 00:00"}).content.decode()
    assert "not both" in page
    assert not APIEndpointSchedule.objects.filter(paused_at__isnull=False).exists()
    assert post(address, {**chosen, "until_next_trading_day": "on"}).status_code == 302

    ends = dict(APIEndpointSchedule.objects.values_list("name", "paused_until"))
    assert ends["tokyo"].astimezone(UTC).hour == 15
    assert ends["new york"].astimezone(UTC).hour in (4, 5)


def test_after_how_many_days_a_pause_may_have_been_forgotten_is_a_setting(settings: object) -> None:
    schedule = a_schedule()
    pause_schedule(schedule.pk, now=THURSDAY)

    assert not doubtful_pauses(THURSDAY + timedelta(days=6)).exists()
    assert doubtful_pauses(THURSDAY + timedelta(days=8)).exists()
    settings.SCHEDULES = {"LONG_PAUSE_DAYS": 2}  # type: ignore[attr-defined]
    assert doubtful_pauses(THURSDAY + timedelta(days=3)).exists()
