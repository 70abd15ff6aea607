"""Every change, whichever door it came through: who, when, from where, why, before and after."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from schedules import actors
from schedules.ledger import recording
from schedules.models import APIEndpoint, APIEndpointSchedule, OccurrenceChange, RecordedChange, ScheduleRun
from schedules.services import mirroring, occurrence_upkeep
from schedules.services.access_tokens import make_access_token
from schedules.services.resuming import resume_schedule
from schedules.services.switching import pause_schedule, set_enabled
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule, an_endpoint

pytestmark = pytest.mark.django_db

Action = RecordedChange.Action


@pytest.fixture
def user() -> User:
    return User.objects.create_superuser("sato", "sato@example.jp", "secret")


@pytest.fixture
def browser(user: User) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(user)
    return client


def latest(row: Any) -> RecordedChange:
    found = RecordedChange.objects.get_for_object(row).first()
    assert found is not None
    return found


def token_of(user: User) -> str:
    _token, key = make_access_token(
        user=user, name="nightly import", scopes=["read", "write"], expires_at=None, now=timezone.now()
    )
    return f"Token {key}"


def test_a_change_in_the_admin_names_the_person_the_address_and_the_reason(browser: Client, user: User) -> None:
    schedule = a_schedule()
    address = reverse("admin:schedules_apiendpointschedule_do", args=["pause"])
    browser.post(address, {"schedule": schedule.pk, "confirmed": "1", "reason": "決算発表のため"})

    change = latest(schedule)
    assert (change.actor, change.actor_name, change.door) == (user, "sato", "admin")
    assert (change.remote_addr, change.reason) == ("192.0.2.7", "決算発表のため")
    assert change.changes["pause_reason"] == ["", "決算発表のため"]
    assert change.changes["paused_at"][0] is None


def test_a_change_by_the_api_names_the_token_and_the_reason_of_the_header(client: Client, user: User) -> None:
    schedule = a_schedule()
    client.patch(
        f"/api/v1/schedules/{schedule.pk}",
        {"max_retries": 3},
        content_type="application/json",
        headers={"Authorization": token_of(user), "X-Change-Reason": "%E5%86%8D%E8%A9%A6%E8%A1%8C"},
    )

    change = latest(schedule)
    assert (change.door, change.through, change.actor_name) == ("api", "nightly import", "sato")
    assert (change.reason, change.changes) == ("再試行", {"max_retries": [0, 3]})


@pytest.mark.parametrize("reason", ["x" * 501, "two%0Alines", "nothing%00"])
def test_a_reason_that_cannot_be_kept_is_refused_and_nothing_changed(client: Client, user: User, reason: str) -> None:
    schedule = a_schedule()
    answer = client.patch(
        f"/api/v1/schedules/{schedule.pk}",
        {"max_retries": 3},
        content_type="application/json",
        headers={"Authorization": token_of(user), "X-Change-Reason": reason},
    )

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "X-Change-Reason")
    schedule.refresh_from_db()
    assert schedule.max_retries == 0


def test_a_command_says_its_name(tmp_path: Any) -> None:
    file = tmp_path / "schedules.yaml"
    file.write_text("endpoints:\n  - name: companies\n    task: tests.nothing\n")
    call_command("apply_schedules", str(file))

    change = latest(APIEndpoint.objects.get())
    assert (change.action, change.door, change.through) == (Action.CREATE, "command", "apply_schedules")


def test_a_pause_after_failures_is_the_engines() -> None:
    schedule = a_schedule(pause_after_failures=1)
    run = a_run(schedule, state=ScheduleRun.State.RUNNING)
    recording.fail(run, ValueError("no answer"), now=timezone.now())

    change = latest(schedule)
    assert (change.door, change.actor, change.reason) == ("engine", None, "Paused by itself after 1 failures in a row.")


def test_a_program_that_names_nobody_is_recorded_as_one() -> None:
    assert (latest(an_endpoint()).door, RecordedChange.objects.count()) == ("other", 1)


def test_what_only_the_engine_keeps_is_no_change() -> None:
    schedule = a_schedule()
    before = RecordedChange.objects.count()
    schedule.save()
    schedule.endpoint.save()
    mirroring.endpoint_saved(schedule.endpoint)
    set_enabled(schedule.pk, True)

    assert RecordedChange.objects.count() == before


def test_a_save_that_fails_leaves_no_trace(transactional_db: None) -> None:
    an_endpoint(name="taken")
    other = an_endpoint(name="free")
    before = RecordedChange.objects.count()
    other.name = "taken"
    with pytest.raises(IntegrityError):
        other.save()

    assert RecordedChange.objects.count() == before


def test_deleting_keeps_the_history_and_what_was_deleted_with_it() -> None:
    schedule = a_schedule(name="morning")
    endpoint, pk = schedule.endpoint, schedule.pk
    endpoint.delete()

    deleted = RecordedChange.objects.get_for_model(APIEndpointSchedule).filter(object_id=pk).first()
    assert deleted is not None
    assert (deleted.action, deleted.object_repr) == (Action.DELETE, "morning")
    assert deleted.serialized_data["fields"]["execution_times"] == {"times": ["08:10"]}


def test_recording_costs_two_queries() -> None:
    schedule = a_schedule()
    resume_schedule(schedule.pk, now=timezone.now())  # What is looked up once in a process is known now.
    with CaptureQueriesContext(
        connection,
    ) as queries:
        pause_schedule(schedule.pk, now=timezone.now())
    others = [each for each in queries.captured_queries if "recordedchange" in each["sql"]]

    assert len(others) == 1
    assert len(queries) <= 10


def test_djangos_own_log_knows_of_changes_through_the_api(client: Client, user: User) -> None:
    schedule = a_schedule()
    headers = {"Authorization": token_of(user)}
    address = f"/api/v1/schedules/{schedule.pk}"
    client.patch(address, {"max_retries": 3}, content_type="application/json", headers=headers)
    client.delete(address, headers=headers)

    entries = LogEntry.objects.filter(user=user, object_id=str(schedule.pk)).order_by("pk")
    assert [entry.action_flag for entry in entries] == [2, 3]
    assert "retries" in entries[0].change_message


def test_secrets_are_not_recorded(user: User) -> None:
    key = token_of(user).partition(" ")[2]
    kept = [f"{change.changes} {change.serialized_data}" for change in RecordedChange.objects.all()]

    assert kept
    assert not any("digest" in text or key in text for text in kept)


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(browser: Client, settings: Any, user: User) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "PROXIES": 1}
    schedule = a_schedule()
    address = reverse("admin:schedules_apiendpointschedule_do", args=["disable"])
    forged = {"X-Forwarded-For": "10.9.9.9, 198.51.100.4"}
    browser.post(address, {"schedule": schedule.pk, "confirmed": "1"}, headers=forged)

    assert latest(schedule).remote_addr == "198.51.100.4"


def test_what_one_request_says_is_forgotten_with_it(browser: Client) -> None:
    schedule = a_schedule()
    address = reverse("admin:schedules_apiendpointschedule_do", args=["pause"])
    browser.post(address, {"schedule": schedule.pk, "confirmed": "1", "reason": "maintenance"})

    assert actors.current() == actors.Actor()


def test_a_one_time_change_is_recorded_and_its_passing_is_not(user: User) -> None:
    schedule = a_schedule()
    change = OccurrenceChange.objects.create(schedule=schedule, scheduled_for=timezone.now(), kind="skip")
    assert latest(change).action == Action.CREATE
    # The list of all changes has nothing else that says of which schedule.
    assert latest(change).object_repr.startswith(f"{schedule.name} 20")
    pk = change.pk
    occurrence_upkeep._delete(schedule.pk, [change], change.scheduled_for)

    assert not OccurrenceChange.objects.exists()
    assert RecordedChange.objects.get_for_model(OccurrenceChange).filter(object_id=pk).count() == 1


def test_of_a_one_time_change_its_author_is_told_once(user: User) -> None:
    change = OccurrenceChange.objects.create(schedule=a_schedule(), scheduled_for=timezone.now(), kind="skip")
    change.changed_by, change.changed_by_name, change.reason = user, str(user), "stocktaking"
    change.save()

    assert set(latest(change).changes) == {"reason"}
