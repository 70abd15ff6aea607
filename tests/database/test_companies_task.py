"""The task that schedules run, against the stand-in over real HTTP."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from celery import current_app
from django.utils.translation import override

from schedules import progress
from schedules.task_catalogue import known_tasks, problem_with_arguments
from stockura.companies import tasks
from stockura.companies.models import Company, CompanyChange
from stockura.companies.tasks import sync_listed_companies
from stockura.jquants.client import JQuantsClient
from stockura.jquants.errors import AuthError, RateLimited, Unavailable
from stockura.jquants.standin.server import StandinServer
from tests.support.jquants import KEY, a_standin, break_answers, lists_of, rows_of

pytestmark = pytest.mark.django_db

APRIL = rows_of("2026-04-30", {"Code": "45300"}, {"Code": "72030"})
MAY = rows_of("2026-05-29", {"Code": "72030", "Mkt": "0112"}, {"Code": "99840"})


@pytest.fixture(autouse=True)
def standin(settings: Any) -> Iterator[StandinServer]:
    with a_standin(lists_of(APRIL, MAY), page_size=1) as standin, override("en"):
        settings.JQUANTS_API_KEY = KEY
        settings.JQUANTS_BASE_URL = standin.base_url
        settings.JQUANTS_REQUESTS_PER_MINUTE = 500
        settings.JQUANTS_SHRINK_LIMIT = 0.5
        yield standin


def run(*args: Any, **kwargs: Any) -> Any:
    """Run the task as a worker would, without the worker; return its result or raise its error."""
    return sync_listed_companies.apply(args=args, kwargs=kwargs, task_id="task-1", throw=True).result


def test_it_is_registered_under_the_name_by_which_endpoints_call_it() -> None:
    name = "stockura.companies.tasks.sync_listed_companies"

    assert known_tasks()[name].name == current_app.tasks[name].name == name
    assert problem_with_arguments(name, ["scheduled"], {}) is None
    assert problem_with_arguments(name, ["scheduled"], {"on": "2026-05-29", "allow_older": True}) is None


def test_it_fetches_the_newest_list_and_returns_its_counts() -> None:
    run("scheduled", on="2026-04-30")

    result = run("scheduled")

    expected = {"as_of": "2026-05-29", "received": 2, "created": 1, "changed": 1, "delisted": 1, "unchanged": 0}
    assert {name: result[name] for name in expected} == expected
    assert sorted(Company.objects.filter(delisted_on=None).values_list("code", flat=True)) == ["72030", "99840"]
    assert set(CompanyChange.objects.values_list("task_id", flat=True)) == {"task-1"}


def test_progress_goes_from_asking_to_done() -> None:
    reports: list[tuple[int, int | None, str]] = []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "WRITE_EVERY", 0.0)
        with progress.recorded_by(lambda *report: reports.append(report)):
            run()

    assert reports == [
        (0, None, "Asking J-Quants for the list of companies"),
        (1, None, "1 companies received"),
        (2, None, "2 companies received"),
        (0, 2, "Comparing 2 companies with those known"),
        (2, 2, "Done: the list of 2026-05-29"),
    ]


def test_called_by_hand_a_request_for_quiet_rises_as_it_is(standin: StandinServer) -> None:
    break_answers(standin, "429=90")

    # A worker's comes back after that time: tests/processes/test_companies_worker.py.
    with pytest.raises(RateLimited) as refused:
        sync_listed_companies()
    assert refused.value.retry_after == 90
    assert len(standin.requests) == 1


@pytest.mark.parametrize(("fault", "error"), [("403", AuthError), ("500", Unavailable)])
def test_a_refusal_or_fault_fails_the_run_and_changes_nothing(
    standin: StandinServer, fault: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "JQuantsClient", partial(JQuantsClient, sleep=lambda seconds: None))
    break_answers(standin, fault)

    with pytest.raises(error):
        run()
    assert not Company.objects.exists()


def test_a_list_that_shrinks_too_much_fails_the_run_with_that_reason(settings: Any) -> None:
    settings.JQUANTS_SHRINK_LIMIT = 0.2
    run(on="2026-04-30")

    failed = sync_listed_companies.apply()

    assert failed.state == "FAILURE"
    assert "1 of the 2 listed companies are missing from the list received" in str(failed.result)
    assert Company.objects.get(code="45300").is_listed

    assert 'run the task once with {"allow_shrunken": true}' in str(failed.result)
    assert run(allow_shrunken=True)["delisted"] == 1


def test_an_older_list_is_applied_only_on_purpose() -> None:
    run()

    assert "run the task with" in str(sync_listed_companies.apply(kwargs={"on": "2026-04-30"}).result)
    assert run(on="2026-04-30", allow_older=True)["as_of"] == "2026-04-30"


@pytest.mark.parametrize("on", ["29.5.2026", "2026-02-30", "tomorrow", 20260529])
def test_a_date_that_is_none_is_told_with_an_example(on: object, standin: StandinServer) -> None:
    failed = sync_listed_companies.apply(kwargs={"on": on})

    assert failed.state == "FAILURE"
    assert str(failed.result) == f'"{on}" is no date. Write the date of the list as YYYY-MM-DD, for example 2026-05-29.'
    assert not standin.requests


def test_no_key_is_told_with_where_to_put_one(settings: Any) -> None:
    settings.JQUANTS_API_KEY = ""

    assert "JQUANTS_API_KEY" in str(sync_listed_companies.apply().result)
