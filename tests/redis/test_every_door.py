"""One core, four doors: the same change asked for in code, on a page, by a script or on a terminal is the same."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone, translation
from rest_framework.test import APIClient

from schedules.exceptions import ManagedByFile, TaskRefused
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule, Backfill, ScheduleRun
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule
from tests.support.doors import CHANGES, DEFINES, STOPS, Change, Doors, Step
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.django_db(transaction=True)

#: The pause that is resumed began before the occurrences of two days.
PAUSED_FOR = timedelta(days=2)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def doors(tmp_path: Path) -> Doors:
    user = User.objects.create_user("operations", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="schedules"))
    browser, script = Client(HTTP_ACCEPT_LANGUAGE="en"), APIClient(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(user)
    script.force_authenticate(user)
    return Doors(user, browser, script, tmp_path / "schedules.yml")


@pytest.mark.parametrize(
    ("change", "door"), [(name, door) for name, change in CHANGES.items() for door in list(change.steps)[1:]]
)
def test_a_change_is_the_same_through_every_door(
    doors: Doors, redis_server: RedisServer, change: str, door: str
) -> None:
    known = CHANGES[change]

    by_service = outcome_of(known.steps["service"], doors, known)
    redis_server.empty()
    by_door = outcome_of(known.steps[door], doors, known)

    if door == "command":
        # Nobody is signed in on a terminal.
        by_service["runs"] = [{**run, "triggered_by": None} for run in by_service["runs"]]
        # A file owns what it names.
        by_service["row"]["managed_by"] = by_door["row"]["managed_by"]
    assert by_door == by_service
    assert by_service != outcome_of(nothing, doors, known), "the change changes nothing"


@pytest.mark.parametrize("door", ["service", "page", "form", "API", "API by name"])
def test_who_may_not_call_the_task_sets_nothing_going_and_changes_nothing_of_what_calls_it(
    doors: Doors, settings: Any, door: str
) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "TASK_PERMISSIONS": {"tests.*": "auth.delete_permission"}}
    for name, change in CHANGES.items():
        if door in change.steps and name not in STOPS:
            said = refused(change, door, doors, TaskRefused)
            assert "auth.delete_permission" in said, f"{name}: {said}"


def test_who_may_not_call_the_task_may_stop_it(doors: Doors, settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "TASK_PERMISSIONS": {"tests.*": "auth.delete_permission"}}
    for name in STOPS:
        change = CHANGES[name]
        untouched = outcome_of(nothing, doors, change)
        for door in ("service", "page", "API"):
            assert outcome_of(change.steps[door], doors, change) != untouched, (name, door)


@pytest.mark.parametrize("door", ["service", "page", "form", "API"])
def test_what_a_file_owns_is_changed_in_the_file_alone(doors: Doors, door: str) -> None:
    for name in DEFINES:
        change = CHANGES[name]
        if door in change.steps:
            managed = change._replace(before={**change.before, "managed_by": "nightly"})
            said = refused(managed, door, doors, ManagedByFile)
            assert "nightly" in said, f"{name}: {said}"


def refused(change: Change, door: str, doors: Doors, error: type[Exception]) -> str:
    """Make sure that the change is refused and nothing is otherwise; return what was said."""
    untouched = outcome_of(nothing, doors, change)
    doors.must_open = False
    doors.said.clear()

    def attempted(doors: Doors, schedule: APIEndpointSchedule) -> None:
        try:
            change.steps[door](doors, schedule)
        except error as found:
            doors.said.append(str(found))

    assert outcome_of(attempted, doors, change) == untouched
    doors.must_open = True
    return " ".join(doors.said)


def nothing(doors: Doors, schedule: APIEndpointSchedule) -> None:
    """What the change is compared with."""


def outcome_of(step: Step, doors: Doors, change: Change) -> dict[str, Any]:
    """Return what stands in the database and in the mirror after ``step`` was done to a new schedule."""
    APIEndpoint.objects.all().delete()
    ScheduleRun.objects.all().delete()
    Backfill.objects.all().delete()
    fields = dict(change.before)
    if fields.pop("is_paused", False):
        fields["paused_at"] = timezone.now() - PAUSED_FOR
    schedule = a_schedule(name="morning", args=["scheduled"], **fields)
    asker, doors.user = doors.user, None  # type: ignore[assignment]
    change.prepare(doors, APIEndpointSchedule.objects.get(pk=schedule.pk))
    doors.user = asker
    step(doors, APIEndpointSchedule.objects.filter(pk=schedule.pk).first() or schedule)
    row = APIEndpointSchedule.objects.values().first() or {}
    held = Mirror().read([row.get("id", schedule.pk)])[0]
    changes = APIEndpointSchedule.objects.get().occurrence_changes if row else None
    return {
        "row": {name: value for name, value in row.items() if name not in MOMENTS},
        "is_paused": bool(row.get("paused_at")),
        "is_started": bool(row.get("effective_from")),
        "held": (held.is_listed, held.next),
        "runs": list(ScheduleRun.objects.order_by("scheduled_for", "pk").values(*OF_RUN)),
        "changes": list(changes.values(*OF_CHANGE) if changes else []),
        "backfills": list(Backfill.objects.values("state", "from_at", "to_at", "order", "at_once", "reason")),
    }


#: What differs between two that are otherwise the same.
MOMENTS = {"id", "endpoint_id", "created_at", "updated_at", "effective_from", "paused_at"}
OF_CHANGE = ("scheduled_for", "kind", "moved_to", "reason")
OF_RUN = ("scheduled_for", "trigger", "trigger_reason", "triggered_by", "state", "state_reason", "args", "kwargs")
