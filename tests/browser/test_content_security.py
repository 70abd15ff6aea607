"""The pages keep to their policy: no script within a page, nothing from elsewhere."""

from typing import TYPE_CHECKING, Any

from tests.browser.test_pages import LIST, PAGES

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs


def test_no_page_breaks_the_policy_and_a_script_within_one_does_not_run(
    open_as: "OpenAs", chief: Any, endpoint: Any
) -> None:
    """What a page breaks stands in the console, and the fixture fails the test for it."""
    page = open_as(chief, PAGES[0])
    start = page.url.removesuffix(PAGES[0])
    for address in (*PAGES, f"/admin/schedules/apiendpoint/{endpoint.pk}/change/", "/admin/login/"):
        response = page.goto(start + address, wait_until="load")
        policy = response.headers["content-security-policy"]
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert scripts == "script-src 'self' 'unsafe-eval'"
    assert page.locator("script:not([src])").count() == 0


def test_the_theme_still_opens_its_menus(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    page = open_as(chief, LIST)
    page.locator("a", has_text="Filters").first.click()
    assert page.locator("#changelist-filter").is_visible()
