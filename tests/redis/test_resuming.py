"""A pause ends: what it passed over is run or has a row that says why not, and the answer lists which is which."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from schedules.exceptions import TooManyMissed
from schedules.models import APIEndpointSchedule, Backfill, ScheduleRun
from schedules.models.reasons import Reason
from schedules.services.resuming import EndedPauses, resume_schedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule
from tests.support.queue_worker import work_off

pytestmark = pytest.mark.django_db(transaction=True)

State = ScheduleRun.State
HOUR = timedelta(hours=1)
#: 08:10 in Tokyo on 2 to 5 March 2026: the schedule of these tests runs daily then, and is paused over these.
DAYS = [datetime(2026, 3, day, 23, 10, tzinfo=UTC) for day in range(1, 5)]
NOW = DAYS[-1] + HOUR


def paused(**fields: Any) -> APIEndpointSchedule:
    return a_schedule(**{"paused_at": DAYS[0] - HOUR, "pause_reason": "maintenance", **fields})


def rows_of(schedule: APIEndpointSchedule) -> dict[datetime | None, tuple[str, str]]:
    runs = ScheduleRun.objects.filter(schedule=schedule)
    return {run.scheduled_for: (run.state, run.state_reason) for run in runs}


SKIPPED = (State.SKIPPED, Reason.PAUSED)


@pytest.mark.parametrize(
    ("policy", "will_run"),
    [("skip", []), ("latest", DAYS[-1:]), ("all", DAYS)],
)
def test_each_occurrence_is_run_or_has_a_row(
    redis_client: redis.Redis, policy: str, will_run: list[datetime]
) -> None:
    schedule = paused()

    resumed = resume_schedule(schedule.pk, now=NOW, policy=policy, reason="over")

    assert list(resumed.will_run) == will_run
    assert list(resumed.skipped) == [instant for instant in DAYS if instant not in will_run]
    assert [run.scheduled_for for run in work_off(redis_client)] == will_run
    ran = (State.SUCCEEDED, "")
    assert rows_of(schedule) == {instant: ran if instant in will_run else SKIPPED for instant in DAYS}
    schedule.refresh_from_db()
    assert (schedule.paused_at, schedule.pause_reason) == (None, "")


def test_without_a_pause_nothing_happens(redis_client: redis.Redis) -> None:
    schedule = a_schedule()

    assert not resume_schedule(schedule.pk, now=NOW, policy="all").changed
    assert not ScheduleRun.objects.exists()


def test_what_somebody_ran_meanwhile_is_not_run_again(redis_client: redis.Redis) -> None:
    schedule = paused()
    a_run(schedule, scheduled_for=DAYS[-1])

    assert resume_schedule(schedule.pk, now=NOW, policy="latest").will_run == ()
    assert rows_of(schedule)[DAYS[-1]] == (State.SUCCEEDED, "")


def test_only_what_lay_within_the_pause_counts(redis_client: redis.Redis) -> None:
    schedule = paused(paused_at=DAYS[0], paused_until=DAYS[2])

    # What was due at the very beginning had been sent, and what is due at the very end is.
    assert resume_schedule(schedule.pk, now=NOW, policy="all").will_run == (DAYS[1],)


def test_what_is_off_passed_over_nothing(redis_client: redis.Redis) -> None:
    resumed = resume_schedule(paused(enabled=False).pk, now=NOW, policy="all")

    assert resumed.changed
    assert not ScheduleRun.objects.exists()


def test_more_than_may_be_run_at_a_time_is_refused_and_the_pause_stays(settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "BACKFILL_MAX_OCCURRENCES": 3}
    schedule = paused()

    with pytest.raises(TooManyMissed):
        resume_schedule(schedule.pk, now=NOW, policy="all")

    schedule.refresh_from_db()
    assert schedule.paused_at is not None
    assert not ScheduleRun.objects.exists()


def test_of_more_than_can_be_kept_the_newest_have_rows(settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "PAUSE_MAX_ROWS": 50}
    schedule = paused(schedule_type="interval", interval_seconds=1, starts_at=DAYS[0])

    resumed = resume_schedule(schedule.pk, now=NOW, policy="latest")

    assert resumed.is_cut
    assert resumed.will_run == (NOW,)
    assert 20 < len(resumed.skipped) < 50
    assert resumed.skipped[-1] == NOW - timedelta(seconds=1)


def test_a_pause_that_ended_by_itself_leaves_rows_once() -> None:
    schedule = paused(paused_until=DAYS[2] + HOUR)
    upkeep = EndedPauses()

    upkeep.step(DAYS[1])
    assert rows_of(schedule) == {}, "it has not ended"
    upkeep.step(NOW)
    EndedPauses().step(NOW)

    assert rows_of(schedule) == dict.fromkeys(DAYS[:3], SKIPPED)


class TestAtTheDoors:
    """The same from the API and from the page, for as many as are chosen."""

    def test_the_api_lists_what_is_run_and_what_is_recorded(self, redis_client: redis.Redis) -> None:
        now = datetime.now(UTC)
        schedule = a_schedule(paused_at=now - timedelta(days=3))
        script = APIClient()
        script.force_authenticate(User.objects.create_superuser("script"))

        answer = script.post(f"/api/v1/schedules/{schedule.pk}/resume", {"policy": "latest", "reason": "over"})

        assert answer.status_code == 200, answer.content
        resumed = answer.json()["resumed"]
        assert (len(resumed["will_run"]), len(resumed["skipped"]), resumed["is_cut"]) == (1, 2, False)
        backfill = Backfill.objects.get(pk=resumed["backfill"])
        assert (backfill.reason, backfill.asked_by.username) == ("over", "script")
        assert answer.json()["is_paused"] is False

    @pytest.mark.parametrize(("policy", "status"), [("skip", 200), ("latest", 403), ("later", 400)])
    def test_to_run_something_takes_the_permission_to_run(self, policy: str, status: int) -> None:
        schedule = a_schedule(paused_at=datetime.now(UTC) - timedelta(days=3))
        user = User.objects.create_user("pauser")
        names = ["view_apiendpointschedule", "pause_apiendpointschedule"]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        script = APIClient()
        script.force_authenticate(user)

        assert script.post(f"/api/v1/schedules/{schedule.pk}/resume", {"policy": policy}).status_code == status
        schedule.refresh_from_db()
        assert (schedule.paused_at is None) is (status == 200)

    def test_the_page_says_what_each_pause_passed_over_and_does_it_for_all(
        self, client: Client, redis_client: redis.Redis
    ) -> None:
        client.force_login(User.objects.create_superuser("operations"))
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        pause = {"paused_at": datetime.now(UTC) - timedelta(days=3)}
        schedules = [a_schedule(name="long", **pause), a_schedule(name="short", paused_at=datetime.now(UTC))]
        address = reverse("admin:schedules_apiendpointschedule_do", args=["resume"])
        named = {"schedule": [schedule.pk for schedule in schedules]}

        page = client.get(address, named).content.decode()
        assert "The pause has passed over 3 runs" in page
        assert "The pause has passed over no run." in page
        answer = client.post(address, {**named, "confirmed": "1", "policy": "all", "reason": "over"}, follow=True)

        assert "2 schedules resumed: long, short" in answer.content.decode()
        assert "3 will be run and 0 stand in the history as skipped" in answer.content.decode()
        assert len(work_off(redis_client)) == 3
        assert not APIEndpointSchedule.objects.filter(paused_at__isnull=False).exists()
