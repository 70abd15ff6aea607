"""A person runs the past: asks, sees what would be run, runs it, follows it, and calls it off."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from schedules.models import APIEndpointSchedule, Backfill, ScheduleRun
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule
from tests.support.queue_worker import take_one, work_off

pytestmark = pytest.mark.django_db(transaction=True)

PERIOD = {"from_at": "2026-03-02T00:00", "to_at": "2026-03-04T23:59", "order": "oldest", "at_once": "1"}


@pytest.fixture
def staff_with() -> Callable[..., Client]:
    def make(*permissions: str) -> Client:
        user = User.objects.create_user(f"user{User.objects.count()}", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        browser = Client(HTTP_ACCEPT_LANGUAGE="en")
        browser.force_login(user)
        return browser

    return make


@pytest.fixture
def operator(staff_with: Callable[..., Client]) -> Client:
    return staff_with("view_apiendpointschedule", "run_apiendpointschedule", "view_schedulerun")


def address_of(schedule: APIEndpointSchedule) -> str:
    return reverse("admin:schedules_apiendpointschedule_backfill", args=[schedule.pk])


def test_it_is_seen_before_it_is_run_and_followed_until_it_is_done(
    operator: Client, redis_client: redis.Redis
) -> None:
    schedule = a_schedule(name="morning")
    assert address_of(schedule) in operator.get(
        reverse("admin:schedules_apiendpointschedule_change", args=[schedule.pk])
    ).content.decode()

    seen = operator.post(address_of(schedule), {**PERIOD, "preview": "1"}).content.decode()
    assert "3 runs will be made" in seen
    assert 'name="start"' in seen
    assert not Backfill.objects.exists()

    page = operator.post(address_of(schedule), {**PERIOD, "start": "1", "reason": "outage"}, follow=True)
    backfill = Backfill.objects.get()
    assert page.redirect_chain[-1][0] == reverse("admin:schedules_backfill_change", args=[backfill.pk])
    text = page.content.decode()
    assert "0 / 3 (0 %)" in text
    assert "outage" in text
    assert "hx-get" in text, "it does not keep itself fresh"

    work_off(redis_client)
    text = operator.get(page.redirect_chain[-1][0]).content.decode()
    assert "3 / 3 (100 %)" in text
    assert "Cancel the backfill" not in text
    listed = operator.get(reverse("admin:schedules_backfill_changelist")).content.decode()
    assert "3 / 3 (100 %)" in listed
    assert 'href="/admin/schedules/backfill/"' in listed, "it does not stand in the navigation"
    run = ScheduleRun.objects.filter(backfill=backfill).latest("pk")
    assert str(backfill) in operator.get(reverse("admin:schedules_schedulerun_change", args=[run.pk])).content.decode()
    runs = operator.get(reverse("admin:schedules_schedulerun_changelist"), {"backfill__id__exact": backfill.pk})
    assert runs.context["cl"].result_count == 3


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"to_at": "2999-01-01T00:00"}, "to_at"),
        ({"to_at": "2026-01-01T00:00"}, "to_at"),
        ({"from_at": ""}, "from_at"),
        ({"from_at": "yesterday"}, "from_at"),
        ({"at_once": "99"}, "at_once"),
        ({"limit": "0"}, "limit"),
        ({"limit": "5000"}, "limit"),
        ({"order": "random"}, "order"),
        ({"from_at": "2026-03-02T00:00", "to_at": "2026-03-02T01:00"}, "from_at"),
    ],
)
def test_nonsense_is_said_at_its_field_and_nothing_typed_is_lost(
    operator: Client, answers: dict[str, Any], field: str
) -> None:
    answer = operator.post(address_of(a_schedule()), {**PERIOD, "start": "1", "reason": "outage", **answers})

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert 'value="outage"' in answer.content.decode()
    assert not Backfill.objects.exists()


def test_looking_never_starts_nor_cancels(operator: Client, redis_client: redis.Redis) -> None:
    schedule = a_schedule()
    assert operator.get(address_of(schedule), {**PERIOD, "start": "1"}).status_code == 200
    assert not Backfill.objects.exists()

    operator.post(address_of(schedule), {**PERIOD, "start": "1"})
    backfill = Backfill.objects.get()
    operator.get(reverse("admin:schedules_backfill_cancel", args=[backfill.pk]))
    backfill.refresh_from_db()
    assert backfill.is_open


def test_it_is_called_off_from_its_page(operator: Client, redis_client: redis.Redis) -> None:
    operator.post(address_of(a_schedule()), {**PERIOD, "start": "1"})
    backfill = Backfill.objects.get()
    address = reverse("admin:schedules_backfill_cancel", args=[backfill.pk])

    said = operator.post(address, follow=True).content.decode()

    assert "no more runs of it are sent" in said
    assert "cancelled already" in operator.post(address, follow=True).content.decode()
    backfill.refresh_from_db()
    assert (backfill.state, backfill.cancelled_by is not None) == (Backfill.State.CANCELLED, True)
    assert take_one(redis_client) is not None
    assert redis_client.llen("default") == 0


def test_who_may_only_look_sees_it_and_cannot_do_it(staff_with: Callable[..., Client], operator: Client) -> None:
    schedule = a_schedule()
    operator.post(address_of(schedule), {**PERIOD, "start": "1"})
    backfill = Backfill.objects.get()
    page = reverse("admin:schedules_backfill_change", args=[backfill.pk])
    reader = staff_with("view_apiendpointschedule", "view_schedulerun")

    assert "Cancel the backfill" not in reader.get(page).content.decode()
    assert reader.post(reverse("admin:schedules_backfill_cancel", args=[backfill.pk])).status_code == 403
    assert reader.post(address_of(schedule), {**PERIOD, "start": "1"}).status_code == 403
    assert reader.post(page, {"state": "done"}).status_code == 403
    assert staff_with("view_apiendpointschedule").get(page).status_code == 403


@pytest.mark.parametrize("pk", [999, 10**30])
def test_what_is_not_there_is_not_found(operator: Client, pk: int) -> None:
    assert operator.get(f"/admin/schedules/apiendpointschedule/{pk}/backfill/").status_code == 404
    assert operator.post(f"/admin/schedules/backfill/{pk}/cancel/").status_code == 404


def asked(operator: Client, schedule: APIEndpointSchedule) -> tuple[str, str, str]:
    """Return the period that the page suggests, and why."""
    form = operator.get(address_of(schedule)).context["form"]
    shown = [form[name].value().strftime("%Y-%m-%d %H:%M") for name in ("from_at", "to_at")]
    return shown[0], shown[1], str(form["from_at"].help_text)


def test_the_page_suggests_what_has_not_succeeded_since_the_last_success(operator: Client) -> None:
    schedule = a_schedule(name="morning")
    day = timedelta(days=1)
    # 09:00 in Tokyo, each run at 08:10.
    now = datetime(2026, 3, 6, 0, 0, tzinfo=UTC)
    today = now - timedelta(minutes=50)
    a_run(schedule, scheduled_for=today - 4 * day, state="succeeded")
    a_run(schedule, scheduled_for=today - 3 * day, state="missed")
    APIEndpointSchedule.objects.update(effective_from=now - 20 * day)

    with time_machine.travel(now, tick=False):
        begin, end, why = asked(operator, schedule)
        assert (begin, end) == ("2026-03-03 08:10", "2026-03-06 09:00")
        assert "after the last success" in why
        # All that follows has succeeded; a hole is left.
        a_run(schedule, scheduled_for=today, state="succeeded")
        begin, _end, why = asked(operator, schedule)
        assert begin == "2026-03-03 08:10"
        assert "failed or was missed" in why
        ScheduleRun.objects.filter(state="missed").update(state="succeeded")
        begin, _end, why = asked(operator, schedule)
        assert begin == "2026-03-05 09:00"
        assert "no run is missing" in why


def test_a_schedule_that_has_never_succeeded_is_suggested_from_its_first_run(operator: Client) -> None:
    schedule = a_schedule(name="morning")
    now = datetime(2026, 3, 6, 0, 0, tzinfo=UTC)
    APIEndpointSchedule.objects.update(effective_from=now - timedelta(days=2))

    with time_machine.travel(now, tick=False):
        begin, _end, why = asked(operator, schedule)

    # In force since the 4th at 09:00.
    assert begin == "2026-03-05 08:10"
    assert "none has succeeded" in why
