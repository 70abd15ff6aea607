"""One run skipped, moved and left to its rule again, as a person does it from the next runs."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scene import LIST
from tests.browser.test_schedule_form import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs


@pytest.mark.parametrize("scripts", [True, False])
def test_one_run_is_skipped_and_that_is_undone_without_touching_the_rule(
    open_as: "OpenAs", chief: Any, endpoint: Any, scripts: bool
) -> None:
    from tests.support.builders import a_schedule

    schedule = a_schedule(endpoint=endpoint, name="morning")
    page = open_as(chief, f"{LIST}{schedule.pk}/change/", scripts=scripts)
    times = page.locator(".sx-runs time")
    first, second = times.nth(0).get_attribute("datetime"), times.nth(1).get_attribute("datetime")
    page.get_by_role("link", name="Skip this run:").first.click()
    page.get_by_label("Reason").fill("Stocktaking")
    page.get_by_role("button", name="Skip this run").click()
    expect(page.locator("body")).to_contain_text("08:10 is skipped.")
    expect(page.locator(".sx-once")).to_contain_text("Stocktaking · chief")
    assert times.nth(0).get_attribute("datetime") == second

    page.get_by_role("link", name="Undo the one-time change:").click()
    page.get_by_role("button", name="Undo the one-time change").click()
    expect(page.locator("body")).to_contain_text("The one-time change is undone.")
    assert times.nth(0).get_attribute("datetime") == first


def test_a_run_skipped_from_the_calendar_leads_back_to_the_same_days(
    open_as: "OpenAs", chief: Any, endpoint: Any
) -> None:
    from schedules.models import OccurrenceChange
    from tests.support.builders import a_schedule

    a_schedule(endpoint=endpoint, name="morning")
    page = open_as(chief, f"{LIST}calendar/?view=month")
    page.get_by_role("link", name="Later").click()
    heading = page.locator(".sx-page-title").inner_text()
    page.locator(".sx-cal-coming a", has_text="morning").nth(1).click()
    skip = page.locator("form:has(button[value=skip])")
    skip.get_by_label("Reason").fill("Stocktaking")
    skip.get_by_role("button").click()
    expect(page.locator("body")).to_contain_text("08:10 is skipped.")
    expect(page.locator(".sx-page-title")).to_have_text(heading)
    expect(page.locator(".sx-cal-once")).to_have_count(1)
    assert OccurrenceChange.objects.get().reason == "Stocktaking"
