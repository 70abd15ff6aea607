"""The theme works under the pages' policy, which every page is held to in ``test_every_page``."""

from typing import TYPE_CHECKING, Any

from tests.browser.scene import LIST

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs


def test_the_theme_still_opens_its_menus(open_as: "OpenAs", chief: Any, endpoint: Any) -> None:
    page = open_as(chief, LIST)
    page.locator("a", has_text="Filters").first.click()
    assert page.locator("#changelist-filter").is_visible()
