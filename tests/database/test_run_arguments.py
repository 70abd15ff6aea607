"""A single run with other arguments than its schedule's: what is laid over what, what is refused, what is kept."""

from datetime import UTC, datetime
from typing import Any

import pytest
from celery import shared_task
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from schedules.exceptions import ArgumentsRefused
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.services.triggering import OtherArguments, run_now
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_schedule, an_endpoint

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@shared_task(name="tests.take")
def take(trigger: str = "scheduled", *, limit: int = 0, day: str = "") -> None:
    """A task with a signature to hold arguments against."""


@pytest.fixture
def schedule() -> APIEndpointSchedule:
    endpoint = an_endpoint(task="tests.take", default_args=["scheduled"], default_kwargs={"limit": 5})
    return a_schedule(endpoint=endpoint)


@pytest.mark.parametrize(
    ("given", "args", "kwargs"),
    [
        ({}, ["scheduled"], {"limit": 5}),
        ({"args": ["manual"]}, ["manual"], {"limit": 5}),
        ({"args": []}, [], {"limit": 5}),
        ({"kwargs": {"day": "2026-03-01"}}, ["scheduled"], {"limit": 5, "day": "2026-03-01"}),
        ({"kwargs": {"limit": 9}}, ["scheduled"], {"limit": 9}),
        ({"kwargs": {"day": "x"}, "replace_kwargs": True}, ["scheduled"], {"day": "x"}),
        ({"kwargs": {}, "replace_kwargs": True}, ["scheduled"], {}),
    ],
)
def test_a_run_keeps_what_it_was_called_with_and_the_schedule_its_own(
    schedule: APIEndpointSchedule, given: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
) -> None:
    run = run_now(schedule.pk, now=NOW, arguments=OtherArguments(**given))

    kept = ScheduleRun.objects.get(pk=run.pk)
    assert (kept.args, kept.kwargs) == (args, kwargs)
    schedule.refresh_from_db()
    assert schedule.call() == ("tests.take", ["scheduled"], {"limit": 5})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"args": ["a", "b"]}, "args"),
        ({"args": "manual"}, "args"),
        ({"kwargs": {"limt": 3}}, "kwargs"),
        ({"kwargs": ["limit"]}, "kwargs"),
    ],
)
def test_what_the_task_does_not_take_is_refused_at_its_field_and_nothing_is_run(
    schedule: APIEndpointSchedule, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(ArgumentsRefused) as refused:
        run_now(schedule.pk, now=NOW, arguments=OtherArguments(**given))

    assert refused.value.field == field
    assert not ScheduleRun.objects.exists()


class TestRunPage:
    """The same, asked for by a person on the page "Run now"."""

    @pytest.fixture
    def browser(self, client: Client) -> Client:
        client.force_login(User.objects.create_superuser("operations"))
        return client

    def ask(self, browser: Client, *schedules: APIEndpointSchedule, **answers: str) -> Any:
        address = reverse("admin:schedules_apiendpointschedule_do", args=["run"])
        named = [schedule.pk for schedule in schedules]
        return browser.post(address, {"schedule": named, "confirmed": "1", "reason": "by hand", **answers})

    def test_it_asks_for_each_thing_by_name_as_the_schedule_has_it(
        self, browser: Client, schedule: APIEndpointSchedule
    ) -> None:
        address = reverse("admin:schedules_apiendpointschedule_do", args=["run"])
        answer = browser.get(f"{address}?schedule={schedule.pk}")

        form, page = answer.context["form"], answer.content.decode()
        assert {name: form[f"argument_{name}"].value() for name in ("trigger", "limit", "day")} == {
            "trigger": "scheduled",
            "limit": "5",
            "day": None,
        }
        assert all(f'for="id_argument_{name}"' in page for name in ("trigger", "limit", "day"))
        assert 'name="args"' not in page
        assert 'name="arguments_of" value="tests.take"' in page

    def fields(self, **typed: str) -> dict[str, str]:
        named = {f"argument_{name}": value for name, value in typed.items()}
        return {"arguments_of": "tests.take", "argument_trigger": "scheduled", "argument_limit": "5", **named}

    def test_what_is_filled_in_counts_for_this_run_alone(self, browser: Client, schedule: APIEndpointSchedule) -> None:
        self.ask(browser, schedule, **self.fields(limit="９", day=""))

        run = ScheduleRun.objects.get()
        assert (run.args, run.kwargs, run.trigger_reason) == (["scheduled"], {"limit": 9}, "by hand")
        assert run.triggered_by is not None
        schedule.refresh_from_db()
        assert schedule.call() == ("tests.take", ["scheduled"], {"limit": 5})

    def test_fields_that_nobody_touches_leave_the_arguments_as_they_were(
        self, browser: Client, schedule: APIEndpointSchedule
    ) -> None:
        self.ask(browser, schedule, **self.fields())

        run = ScheduleRun.objects.get()
        assert (run.args, run.kwargs) == (["scheduled"], {"limit": 5})

    def test_what_the_task_does_not_take_is_said_at_its_field(
        self, browser: Client, schedule: APIEndpointSchedule
    ) -> None:
        answer = self.ask(browser, schedule, **self.fields(limit="many"))

        assert answer.status_code == 200
        assert list(answer.context["form"].errors) == ["argument_limit"]
        assert 'value="many"' in answer.content.decode()
        assert not ScheduleRun.objects.exists()

    def test_a_task_without_a_signature_is_told_in_json(self, browser: Client) -> None:
        free = a_schedule(endpoint=an_endpoint(name="free", task="tests.nothing", default_kwargs={"a": 1}))
        address = reverse("admin:schedules_apiendpointschedule_do", args=["run"])
        assert "&quot;a&quot;: 1" in browser.get(f"{address}?schedule={free.pk}").content.decode()

        self.ask(browser, free, arguments_of="", args="", kwargs='{"a": 2}')

        assert ScheduleRun.objects.get().kwargs == {"a": 2}

    def test_who_writes_json_is_taken_at_their_word(self, browser: Client, schedule: APIEndpointSchedule) -> None:
        self.ask(browser, schedule, args='["scheduled"]', kwargs='{"limit": 9}')

        assert ScheduleRun.objects.get().kwargs == {"limit": 9}

    @pytest.mark.parametrize(
        ("field", "typed"),
        [("kwargs", '{"limt": 9}'), ("kwargs", "{"), ("args", '["a", "b"]'), ("args", '["\\u0000"]'), ("args", "7")],
    )
    def test_what_makes_no_sense_stands_at_its_field_as_it_was_typed(
        self, browser: Client, schedule: APIEndpointSchedule, field: str, typed: str
    ) -> None:
        answer = self.ask(browser, schedule, **{"args": '["scheduled"]', "kwargs": "{}", field: typed})

        assert answer.status_code == 200
        form = answer.context["form"]
        assert list(form.errors) == [field]
        assert form[field].value() == typed or str(form[field].value()) == typed
        assert not ScheduleRun.objects.exists()

    def test_many_at_once_are_each_run_with_their_own(self, browser: Client, schedule: APIEndpointSchedule) -> None:
        other = a_schedule(args=["other"])

        answer = self.ask(browser, schedule, other, args='["ignored"]')

        assert answer.status_code == 302
        assert {run.schedule_id: run.args for run in ScheduleRun.objects.all()} == {
            schedule.pk: ["scheduled"],
            other.pk: ["other"],
        }
