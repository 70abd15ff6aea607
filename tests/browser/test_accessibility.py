"""The pages can be used without a mouse and without good eyes: axe-core finds nothing serious, in both themes."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.test_pages import LIST, PAGES
from tests.browser.test_schedule_form import ADD

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs

SERIOUS = ("serious", "critical")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(open_as: "OpenAs", chief: Any, endpoint: Any, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    from tests.support.builders import a_run, a_schedule

    schedule = a_schedule(endpoint=endpoint, name="morning", trading_day_rule="skip")
    run = a_run(schedule, state="failed", error="J-Quants answered 503.", traceback="Traceback")
    page = open_as(chief, PAGES[0])
    start = page.url.removesuffix(PAGES[0])
    page.emulate_media(color_scheme=theme)
    more = (
        f"{LIST}{schedule.pk}/change/",
        f"{LIST}do/pause/?schedule={schedule.pk}",
        f"/admin/schedules/schedulerun/{run.pk}/change/",
        f"/admin/schedules/apiendpoint/{endpoint.pk}/change/",
    )
    found = []
    for address in (*PAGES, *more):
        page.goto(start + address, wait_until="load")
        assert ("dark" in (page.locator("html").get_attribute("class") or "")) == (theme == "dark"), address
        for violation in Axe().run(page).response["violations"]:
            if violation["impact"] in SERIOUS:
                places = [" ".join(node["target"]) for node in violation["nodes"][:3]]
                found.append(f"{address}: {violation['id']}: {places}")
    assert found == []


def test_the_first_key_leads_past_the_navigation(open_as: "OpenAs", chief: Any) -> None:
    page = open_as(chief, LIST)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#content').contains(document.activeElement)")


def test_a_schedule_is_made_with_the_keyboard_alone(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    from schedules.models import APIEndpointSchedule

    page = open_as(chief, ADD)

    def tab_to(wanted: str) -> None:
        for _step in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
        raise AssertionError(f"Tab never reaches {wanted}")

    tab_to("#id_name")
    page.keyboard.type("by hand")
    tab_to("#id_endpoint")
    page.keyboard.type("Listed")
    tab_to("[name=schedule_type]")
    page.keyboard.press("ArrowRight")
    tab_to("[name=weekdays][value=fri]")
    page.keyboard.press("Space")
    tab_to("#id_execution_times")
    page.keyboard.type("0810 ")
    page.keyboard.type("1740")
    page.keyboard.press("Enter")
    tab_to("button[name=_save]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{LIST}")
    schedule = APIEndpointSchedule.objects.get()
    assert (schedule.weekdays, schedule.execution_times) == (["fri"], {"times": ["08:10", "17:40"]})
