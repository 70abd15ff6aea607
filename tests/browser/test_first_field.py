"""Where typing begins, for whoever uses the keyboard alone."""

from typing import TYPE_CHECKING, Any

from tests.browser.scene import LIST
from tests.browser.test_schedule_form import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs


def test_two_times_on_trading_days_are_set_with_the_keyboard_alone(
    open_as: "OpenAs", chief: Any, endpoint: Any
) -> None:
    from schedules.models import APIEndpointSchedule

    page = open_as(chief, f"{LIST}add/")
    expect(page.locator("#id_name")).to_be_focused()
    page.keyboard.type("Morning and evening")
    page.keyboard.press("Enter")
    # Refused: what was typed stays, and typing goes on at the first field that is wrong.
    expect(page.locator("#id_endpoint")).to_be_focused()
    expect(page.locator("#id_name")).to_have_value("Morning and evening")
    page.keyboard.press("L")
    for _key in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "id_execution_times":
            break
    page.keyboard.type("810 1740 ")
    page.keyboard.press("Tab")
    expect(page.locator("#id_trading_day_rule")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".sx-sentence")).to_contain_text("Every day at 8:10 and 17:40 (only on trading days")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("was added successfully")
    schedule = APIEndpointSchedule.objects.get()
    assert schedule.execution_times == {"times": ["08:10", "17:40"]}
    assert schedule.trading_day_rule == "skip"
