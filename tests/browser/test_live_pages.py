"""Pages follow what happens, and forms follow what is chosen in them."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scene import LIST
from tests.browser.test_schedule_form import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs

FOUR_SECONDS = 4_000


@pytest.mark.parametrize("page_of", ["the list", "the schedule", "the run"])
def test_a_run_is_followed_until_it_is_green(open_as: "OpenAs", chief: Any, endpoint: Any, page_of: str) -> None:
    from schedules.models import ScheduleRun
    from tests.support.builders import a_run, a_schedule

    schedule = a_schedule(endpoint=endpoint, name="morning")
    run = a_run(schedule, state="running")
    addresses = {
        "the list": LIST,
        "the schedule": f"{LIST}{schedule.pk}/change/",
        "the run": f"/admin/schedules/schedulerun/{run.pk}/change/",
    }
    page = open_as(chief, addresses[page_of], own_clock=True)
    page.clock.install()
    page.reload(wait_until="load")
    expect(page.locator("#sx-live[hx-get]")).to_have_count(1)
    ScheduleRun.objects.filter(pk=run.pk).update(state="succeeded")
    page.clock.fast_forward(FOUR_SECONDS)
    expect(page.locator("#content .sx-badge", has_text="Succeeded").first).to_be_visible()
    # Nothing is under way any more, so nothing is asked any more.
    expect(page.locator("#sx-live[hx-get]")).to_have_count(0)


def test_another_endpoint_brings_the_fields_of_its_task(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    from schedules.models import APIEndpoint, APIEndpointSchedule
    from tests.support import tasks  # noqa: F401 (registers them)

    page = open_as(chief, f"{LIST}add/")
    page.fill("#id_name", "told")
    page.fill("#id_execution_times", "0810")
    page.select_option("#id_endpoint", label="Listed companies")
    page.locator("summary", has_text="Arguments and queue").click()
    expect(page.locator(".sx-usual-arguments")).to_contain_text("scheduled")
    page.locator("label.sx-segment:has([name=arguments_from][value=own])").click()
    page.select_option("#id_argument_allow_older", "true")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("was added successfully")
    schedule = APIEndpointSchedule.objects.get()
    assert (schedule.args, schedule.kwargs) == (["scheduled"], {"allow_older": True})
    assert APIEndpoint.objects.get().default_kwargs == {}
