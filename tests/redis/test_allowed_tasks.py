"""Only tasks that the settings allow, and only by people who may: when saved, when beat sends, when a worker begins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from schedules.exceptions import TaskRefused
from schedules.ledger.claiming import Message, Verdict, claim
from schedules.messages import Origin
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, RecordedChange, ScheduleRun
from schedules.models.reasons import Reason
from schedules.services.reconciling import reconcile
from schedules.services.resuming import resume_schedule
from schedules.services.triggering import run_now
from schedules.task_catalogue import known_tasks
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_key, a_schedule, an_endpoint
from tests.support.driven_beat import DrivenScheduler, sent
from tests.support.occurrences import hourly

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def allow(settings: Any) -> Any:
    def only(*patterns: str) -> None:
        settings.SCHEDULES = {**settings.SCHEDULES, "ALLOWED_TASKS": list(patterns)}

    return only


@pytest.fixture
def needs(settings: Any) -> None:
    """Whatever calls tests.effect needs the permission to delete endpoints, which is as good as any."""
    needed = {"tests.eff*": "schedules.delete_apiendpoint"}
    settings.SCHEDULES = {**settings.SCHEDULES, "TASK_PERMISSIONS": needed}


def a_person(*codenames: str, **fields: Any) -> User:
    user = User.objects.create_user(f"person{User.objects.count()}", **fields)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="schedules", codename__in=codenames))
    return user


def script_of(user: User) -> APIClient:
    client = APIClient(HTTP_ACCEPT_LANGUAGE="en")
    client.credentials(HTTP_AUTHORIZATION=f"Token {a_key(user)}")
    return client


# --- Which tasks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["celery.backend_cleanup", "celery.chord", "tests.fail"])
def test_a_task_that_is_not_allowed_is_no_endpoints_task(allow: Any, task: str) -> None:
    allow("celery.*", "tests.n*")

    with pytest.raises(ValidationError, match="not among those that this site allows"):
        APIEndpoint(name="odd", task=task).full_clean()
    APIEndpoint(name="good", task="tests.nothing").full_clean()
    assert "tests.nothing" in known_tasks()
    assert task not in known_tasks()


def test_beat_sends_no_task_that_was_put_past_the_models(beat: DrivenScheduler, redis_client: redis.Redis) -> None:
    schedule, good = hourly(), hourly(endpoint=an_endpoint(name="good"))
    APIEndpoint.objects.filter(pk=schedule.endpoint_id).update(task="celery.backend_cleanup")
    now = datetime.now(UTC)
    reconcile(now)

    beat.tick_at(now + timedelta(hours=1, seconds=1))

    assert {number for number, _at in sent(redis_client)} == {good.pk}
    (why,) = redis_client.hgetall(Mirror().keys.set_aside).values()
    assert 'does not allow the task "celery.backend_cleanup"' in why


def test_beat_obeys_settings_that_became_stricter(
    beat: DrivenScheduler, redis_client: redis.Redis, allow: Any
) -> None:
    hourly()
    allow("prices.*")
    beat.tick_at(datetime.now(UTC) + timedelta(hours=1, seconds=1))

    assert sent(redis_client) == []


@pytest.mark.parametrize("trigger", ["scheduled", "manual", "backfill"])
def test_a_worker_begins_no_task_that_is_not_allowed_whoever_sent_it(allow: Any, trigger: str) -> None:
    schedule, now = a_schedule(), datetime.now(UTC)
    allow("prices.*")
    origin = Origin(schedule.pk, trigger, now if trigger != "manual" else None, now)
    message = Message("an-id", "tests.nothing", [], {}, origin, is_redelivered=False)

    taken = claim(message, now=now, worker="w")

    assert taken.verdict is Verdict.DROP
    assert ScheduleRun.objects.values_list("state", "state_reason").get() == ("skipped", Reason.NOT_ALLOWED)


def test_nobody_can_run_it_by_hand(allow: Any, redis_client: redis.Redis) -> None:
    schedule = a_schedule()
    chief = User.objects.create_superuser("chief")
    allow("prices.*")

    with pytest.raises(TaskRefused, match="not among those"):
        run_now(schedule.pk, now=datetime.now(UTC), by=chief)
    answer = script_of(chief).post(f"/api/v1/schedules/{schedule.pk}/run", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "task_not_allowed")
    assert not ScheduleRun.objects.exists()
    assert redis_client.llen("default") == 0


# --- Which people ---------------------------------------------------------------------------------------------


def test_a_script_without_the_tasks_permission_makes_and_runs_nothing_that_calls_it(needs: None) -> None:
    endpoint = an_endpoint(task="tests.effect")
    schedule = a_schedule(endpoint=endpoint)
    rights = ["add_apiendpoint", "change_apiendpoint", "change_apiendpointschedule", "run_apiendpointschedule"]
    script = script_of(a_person(*rights, "add_apiendpointschedule", "view_apiendpointschedule", "view_apiendpoint"))

    answers = [
        script.post("/api/v1/endpoints", {"name": "mine", "task": "tests.effect"}),
        script.patch(f"/api/v1/endpoints/{endpoint.pk}", {"default_kwargs": {}}),
        # Away from it counts too: otherwise two steps would change what it is called with.
        script.patch(f"/api/v1/endpoints/{endpoint.pk}", {"task": "tests.nothing"}),
        script.patch(f"/api/v1/schedules/{schedule.pk}", {"enabled": False}),
    ]
    for answer in answers:
        assert answer.status_code == 400, answer.json()
        assert {error["code"] for error in answer.json()["errors"]} == {"task_not_permitted"}
        assert "schedules.delete_apiendpoint" in answer.json()["detail"]
    ran = script.post(f"/api/v1/schedules/{schedule.pk}/run", {})
    assert (ran.status_code, ran.json()["code"]) == (403, "task_not_permitted")
    # Other tasks are as free as before.
    assert script.post("/api/v1/endpoints", {"name": "mine", "task": "tests.nothing"}).status_code == 201


def test_without_the_tasks_permission_nothing_that_calls_it_is_reverted(needs: None) -> None:
    endpoint = an_endpoint(task="tests.effect")
    schedule = a_schedule(endpoint=endpoint)
    for row, changed in ((schedule, {"description": "x"}), (endpoint, {"description": "x"})):
        for name, value in changed.items():
            setattr(row, name, value)
        row.save()
    rights = ["change_apiendpoint", "change_apiendpointschedule", "pause_apiendpointschedule"]
    script = script_of(a_person(*rights, "view_apiendpoint", "view_apiendpointschedule"))

    for resource, row in (("schedules", schedule), ("endpoints", endpoint)):
        entry = RecordedChange.objects.get_for_object(row).latest("pk")
        answer = script.post(f"/api/v1/{resource}/{row.pk}/history/{entry.pk}/revert", {})
        assert (answer.status_code, answer.json()["code"]) == (403, "task_not_permitted")
        row.refresh_from_db()
        assert row.description == "x"
    # To pause what calls it needs no such permission; to undo that is to set it going again.
    address = f"/api/v1/schedules/{schedule.pk}"
    assert script.post(f"{address}/pause", {}).status_code == 200
    entry = RecordedChange.objects.get_for_object(schedule).latest("pk")
    assert script.post(f"{address}/history/{entry.pk}/revert", {}).json()["code"] == "task_not_permitted"
    resume_schedule(schedule.pk, now=datetime.now(UTC))
    entry = RecordedChange.objects.get_for_object(schedule).latest("pk")
    assert script.post(f"{address}/history/{entry.pk}/revert", {}).json()["is_paused"] is True


def test_a_script_with_the_tasks_permission_may(needs: None) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"))
    rights = ["view_apiendpointschedule", "run_apiendpointschedule", "view_schedulerun", "add_apiendpoint"]
    script = script_of(a_person(*rights, "delete_apiendpoint"))

    assert script.post("/api/v1/endpoints", {"name": "mine", "task": "tests.effect"}).status_code == 201
    assert script.post(f"/api/v1/schedules/{schedule.pk}/run", {}).status_code == 202


def test_the_pages_say_which_permission_is_missing_at_the_field(client: Client, needs: None) -> None:
    schedule = a_schedule(endpoint=an_endpoint(task="tests.effect"))
    rights = ["add_apiendpoint", "view_apiendpoint", "change_apiendpointschedule", "run_apiendpointschedule"]
    client.force_login(a_person(*rights, "view_apiendpointschedule", is_staff=True))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    made = client.post("/admin/schedules/apiendpoint/add/", {"name": "mine", "task": "tests.effect", "queue": "x"})
    address = f"/admin/schedules/apiendpointschedule/{schedule.pk}/change/"
    saved = client.post(address, {"endpoint": schedule.endpoint_id})

    assert "schedules.delete_apiendpoint" in str(made.context["adminform"].form.errors["task"])
    assert "schedules.delete_apiendpoint" in str(saved.context["adminform"].form.errors["endpoint"])
    with pytest.raises(TaskRefused, match="delete_apiendpoint"):
        run_now(schedule.pk, now=datetime.now(UTC), by=User.objects.get(is_staff=True))
