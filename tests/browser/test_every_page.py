"""What holds for every page: one language, no script within it, nothing in the console, no screen too narrow for it."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scene import HOME, build

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs

PHONE, DESK = 390, 1440
POLICY = "script-src 'self' 'unsafe-eval'"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_is_quiet_keeps_to_its_policy_and_fits_its_screen(
    open_as: "OpenAs", chief: Any, endpoint: Any, language: str
) -> None:
    """What breaks the policy stands in the console, and the fixture fails the test for it."""
    addresses = build(chief, endpoint)
    page = open_as(chief, HOME, language=language, width=PHONE)
    start = page.url.removesuffix(HOME)
    found = []
    for address in addresses:
        page.set_viewport_size({"width": PHONE, "height": 900})
        response = page.goto(start + address, wait_until="load")
        assert response.status == 200, address
        assert POLICY in response.headers["content-security-policy"].split("; "), address
        assert page.locator("html").get_attribute("lang") == language, address
        assert page.locator("script:not([src])").count() == 0, address
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 900})
            if (pixels := page.evaluate(TOO_WIDE)) > 0:
                found.append(f"{address} at {width}: {pixels} px too wide")
    assert not found, "\n".join(found)
