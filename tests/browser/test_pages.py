"""The list in a real browser: actions, languages, and what a reader sees."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scene import LIST
from tests.browser.test_schedule_form import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs


@pytest.fixture
def schedule(endpoint: Any) -> Any:
    from tests.support.builders import a_schedule

    return a_schedule(endpoint=endpoint, name="morning", trading_day_rule="skip")


def test_running_now_takes_one_question_and_leaves_a_run_in_the_history(
    open_as: "OpenAs", chief: Any, schedule: Any
) -> None:
    page = open_as(chief, LIST)
    page.get_by_role("link", name="Run now: morning").click()
    page.fill("#id_reason", "last night's failed")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("body")).to_contain_text("1 run handed to the workers: morning")
    page.goto(page.url.replace(LIST, "/admin/schedules/schedulerun/"))
    expect(page.locator("#result_list")).to_contain_text("last night's failed")


def test_a_schedule_is_switched_off_and_on_from_its_row(open_as: "OpenAs", chief: Any, schedule: Any) -> None:
    page = open_as(chief, f"{LIST}?state=on")
    page.get_by_role("button", name="Switch off: morning").click()
    expect(page.locator("body")).to_contain_text("1 schedule switched off: morning")
    assert page.url.endswith("?state=on")
    page.goto(page.url.partition("?")[0])
    page.get_by_role("button", name="Switch on: morning").click()
    expect(page.locator("#result_list")).to_contain_text("In force")


def test_many_are_paused_with_a_reason(open_as: "OpenAs", chief: Any, schedule: Any) -> None:
    from tests.support.builders import a_schedule

    a_schedule(name="evening")
    page = open_as(chief, LIST)
    for box in page.locator("input.action-select[name=_selected_action]").all():
        box.check()
    page.select_option("select[name=action]", "pause")
    page.get_by_role("button", name="Run", exact=True).click()
    page.fill("#id_reason", "maintenance")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("body")).to_contain_text("2 schedules paused: evening, morning")
    expect(page.locator("#result_list").get_by_text("maintenance")).to_have_count(2)


def test_the_rule_is_said_in_the_language_of_the_page(open_as: "OpenAs", chief: Any, schedule: Any) -> None:
    assert "毎日 8:10（東証の営業日のみ）" in open_as(chief, LIST, language="ja").locator("#result_list").inner_text()
    assert "Every day at 8:10" in open_as(chief, LIST, language="en").locator("#result_list").inner_text()


def test_readers_see_the_rule_and_its_runs_but_nothing_to_press(open_as: "OpenAs", schedule: Any) -> None:
    from django.contrib.auth.models import Permission, User

    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_apiendpointschedule"))
    page = open_as(reader, LIST)
    assert page.locator("#result_list .sx-button").count() == 0
    page.get_by_role("link", name="morning").click()
    expect(page.locator(".sx-sentence")).to_contain_text("Every day at 8:10")
    assert page.locator(".sx-runs li").count() == 10
    assert page.locator("main input:visible, #content input:visible").count() == 0
    assert page.locator(".sx-status .sx-button").count() == 0
