"""One core, four doors: the same change asked for in code, on a page, by a script or on a terminal is the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpointSchedule, Backfill, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.services.backfills.asking import start_backfill
from schedules.services.backfills.planning import BackfillRequest
from schedules.services.occurrences import move_occurrence, skip_occurrence
from schedules.services.resuming import resume_schedule
from schedules.services.switching import pause_schedule, set_enabled
from schedules.services.triggering import OtherArguments, run_now
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.admin import LIST, as_sent
from tests.support.builders import a_schedule
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.django_db(transaction=True)

API = "/api/v1/schedules"
#: The pause that is resumed began before the occurrences of two days.
PAUSED_FOR = timedelta(days=2)
#: Where an occurrence is moved to.
IN_A_WEEK = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
FROM, TO = datetime(2026, 3, 1, 15, tzinfo=UTC), datetime(2026, 3, 3, 15, tzinfo=UTC)


@dataclass
class Doors:
    """Who stands before each door."""

    user: User
    browser: Client
    script: APIClient
    file: Path

    def act(self, schedule: APIEndpointSchedule, code: str, **answers: Any) -> None:
        answer = self.browser.post(f"{LIST}do/{code}/", {"schedule": schedule.pk, "confirmed": "1", **answers})
        assert answer.status_code == 302, answer.context["form"].errors

    def save(self, schedule: APIEndpointSchedule, **typed: Any) -> None:
        address = f"{LIST}{schedule.pk}/change/"
        form = self.browser.get(address).context["adminform"].form
        answer = self.browser.post(address, {**as_sent(form), **typed})
        assert answer.status_code == 302, answer.context["adminform"].form.errors

    def ask(self, schedule: APIEndpointSchedule, end: str, body: Any = None, *, method: str = "post") -> None:
        address = f"{API}/{schedule.pk}{end}"
        headers = {"If-Match": self.script.get(f"{API}/{schedule.pk}").headers["ETag"]}
        answer = getattr(self.script, method)(address, body, headers=headers)
        assert answer.status_code in (200, 202, 204), answer.content

    def apply(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        call_command("apply_schedules", str(self.file), verbosity=0)


Step = Callable[[Doors, APIEndpointSchedule], Any]


def renamed(doors: Doors, schedule: APIEndpointSchedule) -> None:
    schedule.name = "evening"
    schedule.save()


def edited(doors: Doors, schedule: APIEndpointSchedule) -> None:
    schedule.execution_times = {"times": ["09:30"]}
    schedule.save()


def next_of(schedule: APIEndpointSchedule) -> datetime:
    found = recurrence_of(schedule).next_after(timezone.now())
    assert found is not None
    return found


def backfilled(doors: Doors, schedule: APIEndpointSchedule) -> None:
    start_backfill(schedule.pk, BackfillRequest(FROM, TO), now=timezone.now(), by=doors.user, reason="outage")


#: Change → what the schedule is like before it, and the change at each door that offers it; the first is the service.
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Step]]] = {
    "enable": (
        {"enabled": False},
        {
            "service": lambda doors, schedule: set_enabled(schedule.pk, True),
            "page": lambda doors, schedule: doors.act(schedule, "enable"),
            "form": lambda doors, schedule: doors.save(schedule, enabled="on"),
            "API": lambda doors, schedule: doors.ask(schedule, "", {"enabled": True}, method="patch"),
        },
    ),
    "disable": (
        {},
        {
            "service": lambda doors, schedule: set_enabled(schedule.pk, False),
            "page": lambda doors, schedule: doors.act(schedule, "disable"),
            "API": lambda doors, schedule: doors.ask(schedule, "", {"enabled": False}, method="patch"),
        },
    ),
    "pause": (
        {},
        {
            "service": lambda doors, schedule: pause_schedule(schedule.pk, now=timezone.now(), reason="maintenance"),
            "page": lambda doors, schedule: doors.act(schedule, "pause", reason="maintenance"),
            "API": lambda doors, schedule: doors.ask(schedule, "/pause", {"reason": "maintenance"}),
            "command": lambda doors, schedule: call_command(
                "pause_schedule", schedule.name, reason="maintenance", verbosity=0
            ),
        },
    ),
    "resume": (
        {"is_paused": True},
        {
            "service": lambda doors, schedule: resume_schedule(
                schedule.pk, now=timezone.now(), policy="latest", by=doors.user, reason="over"
            ),
            "page": lambda doors, schedule: doors.act(schedule, "resume", policy="latest", reason="over"),
            "API": lambda doors, schedule: doors.ask(schedule, "/resume", {"policy": "latest", "reason": "over"}),
            "command": lambda doors, schedule: call_command(
                "resume_schedule", schedule.name, policy="latest", reason="over", verbosity=0
            ),
        },
    ),
    "run": (
        {},
        {
            "service": lambda doors, schedule: run_now(
                schedule.pk, now=timezone.now(), by=doors.user, reason="by hand"
            ),
            "page": lambda doors, schedule: doors.act(
                schedule, "run", reason="by hand", args='["scheduled"]', kwargs="{}"
            ),
            "API": lambda doors, schedule: doors.ask(schedule, "/run", {"reason": "by hand"}),
            "command": lambda doors, schedule: call_command(
                "run_schedule", schedule.name, reason="by hand", verbosity=0
            ),
        },
    ),
    "run with other arguments": (
        {},
        {
            "service": lambda doors, schedule: run_now(
                schedule.pk, now=timezone.now(), by=doors.user, arguments=OtherArguments(["again"], {"limit": 3})
            ),
            "page": lambda doors, schedule: doors.act(schedule, "run", args='["again"]', kwargs='{"limit": 3}'),
            "API": lambda doors, schedule: doors.ask(schedule, "/run", {"args": ["again"], "kwargs": {"limit": 3}}),
        },
    ),
    "backfill": (
        {},
        {
            "service": backfilled,
            "page": lambda doors, schedule: doors.browser.post(
                f"{LIST}{schedule.pk}/backfill/",
                {
                    "from_at": "2026-03-02T00:00", "to_at": "2026-03-04T00:00", "order": "oldest", "at_once": "1",
                    "reason": "outage", "start": "1",
                },
            ),
            "API": lambda doors, schedule: doors.ask(
                schedule,
                "/backfill",
                {"from_at": FROM.isoformat(), "to_at": TO.isoformat(), "reason": "outage", "dry_run": False},
            ),
        },
    ),
    "skip the next occurrence": (
        {},
        {
            "service": lambda doors, schedule: skip_occurrence(
                schedule.pk, next_of(schedule), now=timezone.now(), by=doors.user, reason="holiday"
            ),
            "page": lambda doors, schedule: doors.browser.post(
                f"{LIST}{schedule.pk}/occurrence/",
                {"at": next_of(schedule).isoformat(), "do": "skip", "reason": "holiday"},
            ),
            "API": lambda doors, schedule: doors.ask(
                schedule,
                "/occurrences/skip",
                {"scheduled_for": next_of(schedule).isoformat(), "reason": "holiday"},
            ),
        },
    ),
    "move the next occurrence": (
        {},
        {
            "service": lambda doors, schedule: move_occurrence(
                schedule.pk, next_of(schedule), to=IN_A_WEEK, now=timezone.now(), by=doors.user, reason="late"
            ),
            "page": lambda doors, schedule: doors.browser.post(
                f"{LIST}{schedule.pk}/occurrence/",
                {
                    "at": next_of(schedule).isoformat(), "do": "move", "reason": "late",
                    "moved_to": f"{IN_A_WEEK.astimezone(recurrence_of(schedule).zone):%Y-%m-%dT%H:%M}",
                },
            ),
            "API": lambda doors, schedule: doors.ask(
                schedule,
                "/occurrences/move",
                {
                    "scheduled_for": next_of(schedule).isoformat(), "moved_to": IN_A_WEEK.isoformat(),
                    "reason": "late",
                },
            ),
        },
    ),
    "rename": (
        {},
        {
            "service": renamed,
            "page": lambda doors, schedule: doors.save(schedule, name="evening"),
            "API": lambda doors, schedule: doors.ask(schedule, "", {"name": "evening"}, method="patch"),
        },
    ),
    "edit": (
        {},
        {
            "service": edited,
            "page": lambda doors, schedule: doors.save(schedule, execution_times="0930"),
            "API": lambda doors, schedule: doors.ask(
                schedule, "", {"execution_times": {"times": ["09:30"]}}, method="patch"
            ),
            "command": lambda doors, schedule: doors.apply(
                "schedules:\n- name: morning\n  endpoint: companies\n  args: [scheduled]\n"
                "  execution_times: {times: ['09:30']}\n"
            ),
        },
    ),
    "delete": (
        {},
        {
            "service": lambda doors, schedule: schedule.delete(),
            "page": lambda doors, schedule: doors.browser.post(f"{LIST}{schedule.pk}/delete/", {"post": "yes"}),
            "API": lambda doors, schedule: doors.ask(schedule, "", method="delete"),
        },
    ),
}  # fmt: skip


@pytest.fixture
def doors(tmp_path: Path) -> Doors:
    user = User.objects.create_superuser("operations")
    browser, script = Client(HTTP_ACCEPT_LANGUAGE="en"), APIClient()
    browser.force_login(user)
    script.force_authenticate(user)
    return Doors(user, browser, script, tmp_path / "schedules.yml")


@pytest.mark.parametrize(
    ("change", "door"),
    [(change, door) for change, (_before, steps) in CHANGES.items() for door in list(steps)[1:]],
)
def test_a_change_is_the_same_through_every_door(
    doors: Doors, redis_server: RedisServer, change: str, door: str
) -> None:
    before, steps = CHANGES[change]

    by_service = outcome_of(steps["service"], doors, before)
    redis_server.empty()
    by_door = outcome_of(steps[door], doors, before)

    if door == "command":
        # Nobody is signed in on a terminal.
        by_service["runs"] = [{**run, "triggered_by": None} for run in by_service["runs"]]
        # A file owns what it names.
        by_service["row"]["managed_by"] = by_door["row"]["managed_by"]
    assert by_door == by_service
    assert by_service != outcome_of(lambda doors, schedule: None, doors, before), "the change changes nothing"


def outcome_of(step: Step, doors: Doors, before: dict[str, Any]) -> dict[str, Any]:
    """Return what stands in the database and in the mirror after ``step`` was done to a new schedule."""
    APIEndpointSchedule.objects.all().delete()
    ScheduleRun.objects.all().delete()
    Backfill.objects.all().delete()
    fields = {"paused_at": timezone.now() - PAUSED_FOR} if before.get("is_paused") else before
    schedule = a_schedule(name="morning", args=["scheduled"], **fields)
    step(doors, APIEndpointSchedule.objects.get(pk=schedule.pk))
    row = APIEndpointSchedule.objects.filter(pk=schedule.pk).values().first() or {}
    held = Mirror().read([schedule.pk])[0]
    return {
        "row": {name: value for name, value in row.items() if name not in MOMENTS},
        "is_paused": bool(row.get("paused_at")),
        "is_started": bool(row.get("effective_from")),
        "held": (held.is_listed, held.next),
        "runs": list(ScheduleRun.objects.order_by("scheduled_for", "pk").values(*OF_RUN)),
        "changes": list(schedule.occurrence_changes.values(*OF_CHANGE) if row else []),
        "backfills": list(Backfill.objects.values("state", "from_at", "to_at", "order", "at_once", "reason")),
    }


#: What differs between two that are otherwise the same.
MOMENTS = {"id", "created_at", "updated_at", "effective_from", "paused_at"}
OF_CHANGE = ("scheduled_for", "kind", "moved_to", "reason")
OF_RUN = ("scheduled_for", "trigger", "trigger_reason", "triggered_by", "state", "state_reason", "args", "kwargs")
