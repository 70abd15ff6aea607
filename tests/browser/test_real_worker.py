"""From the press of a button to a green run, through a real worker."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scene import LIST
from tests.browser.test_schedule_form import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import OpenAs
    from tests.support.stack import Stack


@pytest.fixture
def worker(folder_stack: "Stack", site: str) -> "Iterator[None]":
    worker = folder_stack.worker("--concurrency=1")
    yield
    worker.kill()


@pytest.mark.usefixtures("worker")
def test_a_run_is_asked_for_and_the_page_by_itself_shows_it_green(open_as: "OpenAs", chief: Any) -> None:
    from schedules.models import ScheduleRun
    from tests.support.builders import a_schedule, an_endpoint

    schedule = a_schedule(endpoint=an_endpoint(task="tests.slow", default_args=[1.0]), name="morning")
    page = open_as(chief, f"{LIST}{schedule.pk}/change/")
    page.get_by_role("link", name="Run now").first.click()
    page.fill("#id_reason", "to see it")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("body")).to_contain_text("1 run handed to the workers: morning")
    expect(page.locator("#recent-runs .sx-badge")).to_have_text("Succeeded")
    assert ScheduleRun.objects.get().state == "succeeded"
