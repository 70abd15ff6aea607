"""The pages can be used without a mouse, and in the light that the reader's system asks for."""

from typing import TYPE_CHECKING, Any

from tests.browser.scene import HOME, LIST
from tests.browser.test_schedule_form import ADD, expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs


def test_the_theme_is_that_of_the_system(open_as: "OpenAs", chief: Any) -> None:
    page = open_as(chief, HOME)
    expect(page.locator("html.dark")).to_have_count(0)
    page.emulate_media(color_scheme="dark")
    page.reload()
    expect(page.locator("html.dark")).to_have_count(1)


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
