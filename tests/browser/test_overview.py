"""The first page keeps itself fresh, quietly, and only while somebody can see it."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.test_schedule_form import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import OpenAs

HOME = "/admin/"
HALF_A_MINUTE = 31_000


def open_home(open_as: "OpenAs", chief: Any, **how: Any) -> "tuple[Page, list[str]]":
    """The page with a clock that the test can move on, and the addresses that it asks for from now on."""
    page = open_as(chief, HOME, own_clock=True, **how)
    page.clock.install()
    page.reload(wait_until="networkidle")
    asked: list[str] = []
    page.on("request", lambda request: request.url.endswith(HOME) and asked.append(request.url))
    return page, asked


@pytest.fixture
def schedule(endpoint: Any) -> Any:
    from tests.support.builders import a_schedule

    return a_schedule(endpoint=endpoint, name="morning", schedule_type="cron", cron_expression="* * * * *")


def test_what_went_wrong_meanwhile_appears_by_itself(open_as: "OpenAs", chief: Any, schedule: Any) -> None:
    from tests.support.builders import a_run

    page, _asked = open_home(open_as, chief)
    page.locator("#today-table summary").click()
    a_run(schedule, state="failed", error="J-Quants answered 503.")
    expect(page.locator(".sx-needs")).not_to_contain_text("morning")

    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator(".sx-needs")).to_contain_text("J-Quants answered 503.")
    # What was open stays open, and the new first line is said.
    expect(page.locator("#today-table")).to_have_attribute("open", "")
    expect(page.locator("[role=status].sx-unseen")).to_contain_text("need a person")

    page.locator(".sx-needs").get_by_role("link", name="morning").click()
    expect(page.locator("body")).to_contain_text("J-Quants answered 503.")


def test_a_hidden_tab_asks_for_nothing_and_catches_up_when_it_is_seen(
    open_as: "OpenAs", chief: Any, schedule: Any
) -> None:
    page, asked = open_home(open_as, chief)

    def show(state: str) -> None:
        page.evaluate(
            """state => {
              Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            state,
        )

    show("hidden")
    page.clock.fast_forward(10 * HALF_A_MINUTE)
    page.wait_for_timeout(300)
    assert asked == []
    with page.expect_response(lambda response: response.url.endswith(HOME)):
        show("visible")
    assert len(asked) == 1


def test_who_was_signed_out_comes_to_the_login_page(open_as: "OpenAs", chief: Any, schedule: Any) -> None:
    page, _asked = open_home(open_as, chief)
    page.context.clear_cookies(name="sessionid")
    page.clock.fast_forward(HALF_A_MINUTE)
    page.wait_for_url("**/admin/login/**")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_day_can_be_read_as_a_table(open_as: "OpenAs", chief: Any, endpoint: Any, scripts: bool) -> None:
    from tests.support.builders import a_run, a_schedule

    for number in range(20):
        a_run(a_schedule(endpoint=endpoint, name=f"number {number}"))
    page = open_as(chief, HOME, scripts=scripts)
    page.locator("#today-table summary").click()
    page.locator("#today-table").get_by_role("link", name="Succeeded: 20").first.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(20)


def test_what_one_reads_stays_open_and_keeps_the_focus_while_the_page_renews_itself(
    open_as: "OpenAs", chief: Any, schedule: Any
) -> None:
    page = open_as(chief, "/admin/")
    page.evaluate("document.getElementById('overview').dataset.old = '1'")
    page.locator("#today-table summary").focus()
    page.keyboard.press("Enter")
    for focused in (page.locator("#today-table summary"), page.locator(".sx-coming a").first):
        focused.focus()
        page.evaluate("htmx.trigger('#overview', 'overview:refresh')")
        expect(page.locator("#overview[data-old]")).to_have_count(0)
        expect(focused).to_be_focused()
        expect(page.locator("#today-table")).to_have_attribute("open", "")
        page.evaluate("document.getElementById('overview').dataset.old = '1'")
    # Nothing has changed, so nobody is told anything.
    assert page.locator("p[role=status]").all_inner_texts() == [""]
