"""Every change of a schedule, asked for in code, on a page, by a script or on a terminal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from schedules.history import history_of
from schedules.models import APIEndpoint, APIEndpointSchedule, Backfill, RecordedChange
from schedules.models.definitions import recurrence_of
from schedules.services.backfills.asking import cancel_backfill, start_backfill
from schedules.services.backfills.planning import BackfillRequest
from schedules.services.defining import delete_definition, save_definition
from schedules.services.occurrences import move_occurrence, run_instead, skip_occurrence, undo_change
from schedules.services.ownership import take_over
from schedules.services.resuming import resume_schedule
from schedules.services.reverting import revert
from schedules.services.switching import pause_schedule, set_enabled, set_endpoint_enabled
from schedules.services.triggering import OtherArguments, run_now
from tests.support.admin import ADD, LIST, as_sent, typed

API = "/api/v1/schedules"
ENDPOINTS = "/admin/schedules/apiendpoint/"
#: Where an occurrence is moved to, and until when a pause lasts.
IN_A_WEEK = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
FROM, TO = datetime(2026, 3, 1, 15, tzinfo=UTC), datetime(2026, 3, 3, 15, tzinfo=UTC)


@dataclass
class Doors:
    """Who stands before each door. With ``must_open`` each is expected to let the change through."""

    user: User
    browser: Client
    script: APIClient
    file: Path
    must_open: bool = True
    #: What was answered, as text.
    said: list[str] = field(default_factory=list)

    def act(self, schedule: APIEndpointSchedule, code: str, **answers: Any) -> None:
        self.send(f"{LIST}do/{code}/", {"schedule": schedule.pk, "confirmed": "1", **answers})

    def save(self, schedule: APIEndpointSchedule, **fields: Any) -> None:
        address = f"{LIST}{schedule.pk}/change/"
        adminform = self.browser.get(address).context["adminform"]
        # A page that is only read has no form to send; who sends one all the same had it open before.
        self.send(address, {**as_sent(adminform.form), **fields})

    def send(self, address: str, data: Any) -> None:
        """Send a form and look at the page that comes of it."""
        answer = self.browser.post(address, data)
        if self.must_open:
            assert answer.status_code == 302, (answer.status_code, _errors(answer))
        shown = self.browser.get(answer.headers["Location"]) if answer.status_code == 302 else answer
        self.said.append(shown.content.decode())

    def ask(self, schedule: APIEndpointSchedule, end: str, body: Any = None, *, method: str = "post") -> None:
        address = f"{API}/{schedule.pk}{end}"
        etag = self.script.get(f"{API}/{schedule.pk}").headers.get("ETag")
        self.call(address, body, method=method, headers={"If-Match": etag} if etag else {})

    def call(self, address: str, body: Any = None, *, method: str = "post", headers: Any = None) -> None:
        answer = getattr(self.script, method)(address, body, headers=headers or {})
        if self.must_open:
            assert answer.status_code in (200, 201, 202, 204), answer.content
        self.said.append(answer.content.decode())

    def apply(self, text: str, **options: Any) -> None:
        self.file.write_text(text, encoding="utf-8")
        call_command("apply_schedules", str(self.file), verbosity=0, **options)


Step = Callable[[Doors, APIEndpointSchedule], Any]


class Change(NamedTuple):
    """What the schedule is like before, what was done to it then, and the change at each door; the service first."""

    before: dict[str, Any]
    steps: dict[str, Step]
    prepare: Step = lambda doors, schedule: None


def _errors(answer: Any) -> Any:
    context = answer.context or {}
    form = context.get("form") or getattr(context.get("adminform"), "form", None)
    return form.errors if form is not None else answer.content[:500]


def renamed(doors: Doors, schedule: APIEndpointSchedule) -> None:
    schedule.name = "evening"
    save_definition(schedule, by=doors.user)


def edited(doors: Doors, schedule: APIEndpointSchedule) -> None:
    schedule.execution_times = {"times": ["09:30"]}
    save_definition(schedule, by=doors.user)


def edited_by_others(doors: Doors, schedule: APIEndpointSchedule) -> None:
    schedule.execution_times = {"times": ["09:30"]}
    schedule.save()


def created(doors: Doors, schedule: APIEndpointSchedule) -> None:
    again = APIEndpointSchedule(
        name="morning", endpoint=APIEndpoint.objects.get(), args=["scheduled"], execution_times={"times": ["08:10"]}
    )
    save_definition(again, by=doors.user)


def gone(doors: Doors, schedule: APIEndpointSchedule) -> None:
    APIEndpointSchedule.objects.get(pk=schedule.pk).delete()


def latest_of(schedule: APIEndpointSchedule) -> RecordedChange:
    found = history_of(APIEndpointSchedule, schedule.pk).first()
    assert found is not None
    return found


def reverted_on_page(doors: Doors, schedule: APIEndpointSchedule) -> None:
    address = f"{LIST}{schedule.pk}/history/{latest_of(schedule).pk}/revert/"
    page = doors.browser.get(address)
    mark = page.context["plan"].mark if page.status_code == 200 else ""
    doors.send(address, {"reason": "mistake", "mark": mark})


REVERTED: dict[str, Step] = {
    "service": lambda doors, schedule: revert(latest_of(schedule), now=timezone.now(), by=doors.user, reason="mistake"),
    "page": reverted_on_page,
    "API": lambda doors, schedule: doors.call(
        f"{API}/{schedule.pk}/history/{latest_of(schedule).pk}/revert", {"reason": "mistake"}
    ),
}


def next_of(schedule: APIEndpointSchedule) -> datetime:
    found = recurrence_of(schedule).next_after(timezone.now())
    assert found is not None
    return found


def own_next_of(schedule: APIEndpointSchedule) -> datetime:
    """When the rule itself has the next one, whatever was decided about it."""
    found = recurrence_of(schedule).plain.next_after(timezone.now())
    assert found is not None
    return found


def backfilled(doors: Doors, schedule: APIEndpointSchedule) -> None:
    start_backfill(schedule.pk, BackfillRequest(FROM, TO), now=timezone.now(), by=doors.user, reason="outage")


def resumed(policy: str) -> Change:
    return Change(
        {"is_paused": True},
        {
            "service": lambda doors, schedule: resume_schedule(
                schedule.pk, now=timezone.now(), policy=policy, by=doors.user, reason="over"
            ),
            "page": lambda doors, schedule: doors.act(schedule, "resume", policy=policy, reason="over"),
            "API": lambda doors, schedule: doors.ask(schedule, "/resume", {"policy": policy, "reason": "over"}),
            "command": lambda doors, schedule: call_command(
                "resume_schedule", schedule.name, policy=policy, reason="over", verbosity=0
            ),
        },
    )


CHANGES: dict[str, Change] = {
    "enable": Change(
        {"enabled": False},
        {
            "service": lambda doors, schedule: set_enabled(schedule.pk, True, by=doors.user),
            "page": lambda doors, schedule: doors.act(schedule, "enable"),
            "form": lambda doors, schedule: doors.save(schedule, enabled="on"),
            "API": lambda doors, schedule: doors.ask(schedule, "", {"enabled": True}, method="patch"),
        },
    ),
    "disable": Change(
        {},
        {
            "service": lambda doors, schedule: set_enabled(schedule.pk, False, by=doors.user),
            "page": lambda doors, schedule: doors.act(schedule, "disable"),
            "API": lambda doors, schedule: doors.ask(schedule, "", {"enabled": False}, method="patch"),
        },
    ),
    "pause": Change(
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
    "pause until a moment": Change(
        {},
        {
            "service": lambda doors, schedule: pause_schedule(
                schedule.pk, now=timezone.now(), reason="maintenance", until=IN_A_WEEK
            ),
            "page": lambda doors, schedule: doors.act(
                schedule, "pause", reason="maintenance", until=f"{timezone.localtime(IN_A_WEEK):%Y-%m-%dT%H:%M}"
            ),
            "API": lambda doors, schedule: doors.ask(
                schedule, "/pause", {"reason": "maintenance", "until": IN_A_WEEK.isoformat()}
            ),
            "command": lambda doors, schedule: call_command(
                "pause_schedule", schedule.name, reason="maintenance", until=IN_A_WEEK, verbosity=0
            ),
        },
    ),
    "resume": resumed("latest"),
    "resume and run all": resumed("all"),
    "resume and run none": resumed("skip"),
    "run": Change(
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
    "run with other arguments": Change(
        {},
        {
            "service": lambda doors, schedule: run_now(
                schedule.pk, now=timezone.now(), by=doors.user, arguments=OtherArguments(["again"], {"limit": 3})
            ),
            "page": lambda doors, schedule: doors.act(schedule, "run", args='["again"]', kwargs='{"limit": 3}'),
            "API": lambda doors, schedule: doors.ask(schedule, "/run", {"args": ["again"], "kwargs": {"limit": 3}}),
        },
    ),
    "backfill": Change(
        {},
        {
            "service": backfilled,
            "page": lambda doors, schedule: doors.send(
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
    "skip the next occurrence": Change(
        {},
        {
            "service": lambda doors, schedule: skip_occurrence(
                schedule.pk, next_of(schedule), now=timezone.now(), by=doors.user, reason="holiday"
            ),
            "page": lambda doors, schedule: doors.send(
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
    "move the next occurrence": Change(
        {},
        {
            "service": lambda doors, schedule: move_occurrence(
                schedule.pk, next_of(schedule), to=IN_A_WEEK, now=timezone.now(), by=doors.user, reason="late"
            ),
            "page": lambda doors, schedule: doors.send(
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
    "rename": Change(
        {},
        {
            "service": renamed,
            "page": lambda doors, schedule: doors.save(schedule, name="evening"),
            "API": lambda doors, schedule: doors.ask(schedule, "", {"name": "evening"}, method="patch"),
        },
    ),
    "edit": Change(
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
    "delete": Change(
        {},
        {
            "service": lambda doors, schedule: delete_definition(schedule, by=doors.user),
            "page": lambda doors, schedule: doors.send(f"{LIST}{schedule.pk}/delete/", {"post": "yes"}),
            "API": lambda doors, schedule: doors.ask(schedule, "", method="delete"),
        },
    ),
    "cancel a backfill": Change(
        {},
        {
            "service": lambda doors, schedule: cancel_backfill(
                Backfill.objects.get().pk, now=timezone.now(), by=doors.user
            ),
            "page": lambda doors, schedule: doors.send(
                f"/admin/schedules/backfill/{Backfill.objects.get().pk}/cancel/", {}
            ),
            "API": lambda doors, schedule: doors.call(f"/api/v1/backfills/{Backfill.objects.get().pk}/cancel"),
        },
        backfilled,
    ),
    "run the next occurrence now instead": Change(
        {},
        {
            "service": lambda doors, schedule: run_instead(
                schedule.pk, next_of(schedule), now=timezone.now(), by=doors.user, reason="early"
            ),
            "page": lambda doors, schedule: doors.send(
                f"{LIST}{schedule.pk}/occurrence/",
                {"at": next_of(schedule).isoformat(), "do": "run", "reason": "early", "instead": "on"},
            ),
        },
    ),
    "undo a change of one occurrence": Change(
        {},
        {
            "service": lambda doors, schedule: undo_change(
                schedule.pk, own_next_of(schedule), now=timezone.now(), by=doors.user
            ),
            "page": lambda doors, schedule: doors.send(
                f"{LIST}{schedule.pk}/occurrence/", {"at": own_next_of(schedule).isoformat(), "do": "undo"}
            ),
            "API": lambda doors, schedule: doors.ask(
                schedule, "/occurrences/undo", {"change": schedule.occurrence_changes.get().pk}
            ),
        },
        lambda doors, schedule: move_occurrence(
            schedule.pk, next_of(schedule), to=IN_A_WEEK + timedelta(minutes=5), now=timezone.now()
        ),
    ),
    "revert an edit": Change({}, REVERTED, edited_by_others),
    "revert a pause": Change(
        {},
        REVERTED,
        lambda doors, schedule: pause_schedule(schedule.pk, now=timezone.now(), reason="maintenance"),
    ),
    "restore": Change({}, REVERTED, gone),
    "create": Change(
        {},
        {
            "service": created,
            "page": lambda doors, schedule: doors.send(
                ADD,
                typed(
                    APIEndpoint.objects.get(), name="morning", execution_times="0810", args='["scheduled"]'
                ),
            ),
            "API": lambda doors, schedule: doors.call(
                API,
                {
                    "name": "morning", "endpoint": APIEndpoint.objects.get().pk, "args": ["scheduled"],
                    "execution_times": {"times": ["08:10"]},
                },
            ),
            "API by name": lambda doors, schedule: doors.call(
                f"{API}/by-name/morning",
                {
                    "endpoint": APIEndpoint.objects.get().pk, "args": ["scheduled"],
                    "execution_times": {"times": ["08:10"]},
                },
                method="put",
            ),
            "command": lambda doors, schedule: doors.apply(
                "schedules:\n- name: morning\n  endpoint: companies\n  args: [scheduled]\n"
                "  execution_times: {times: ['08:10']}\n"
            ),
        },
        gone,
    ),
    "switch its endpoint off": Change(
        {},
        {
            "service": lambda doors, schedule: set_endpoint_enabled(schedule.endpoint_id, False, by=doors.user),
            "page": lambda doors, schedule: doors.send(
                f"{ENDPOINTS}switch_off/", {"endpoint": schedule.endpoint_id}
            ),
            "API": lambda doors, schedule: doors.call(
                f"/api/v1/endpoints/{schedule.endpoint_id}", {"enabled": False}, method="patch"
            ),
        },
    ),
    "take over from a file": Change(
        {"managed_by": "operations"},
        {
            "service": lambda doors, schedule: take_over(APIEndpointSchedule, schedule.pk, by=doors.user),
            "page": lambda doors, schedule: doors.send(f"{LIST}{schedule.pk}/take-over/", {}),
            "API": lambda doors, schedule: doors.ask(schedule, "/take-over"),
        },
    ),
}  # fmt: skip

#: Free to those who may not call the task: they stop something.
STOPS = {"pause", "pause until a moment", "cancel a backfill"}
#: What a file owns is not changed so; all others leave what it says alone, or end its owning.
DEFINES = {"enable", "disable", "rename", "edit", "delete", "revert an edit"}
