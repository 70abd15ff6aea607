"""What holds for every page: one language, no script within it, nothing in the console, no screen too narrow for it,
and axe-core finds nothing serious in either theme.

The pages are walked in parts, so that test processes share them; each is loaded once in each language.
"""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.scene import HOME, build

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs

PHONE, DESK = 390, 1440
PARTS = 4
POLICY = "script-src 'self' 'unsafe-eval'"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: Runs axe-core, once it has been put in, in the light and in the dark: there only what depends on the theme.
RUN_AXE = """async () => {
  const found = [];
  for (const [theme, rules] of [["light", {}], ["dark", { runOnly: ["color-contrast", "link-in-text-block"] }]]) {
    document.documentElement.classList.toggle("dark", theme === "dark");
    const { violations } = await axe.run({ resultTypes: ["violations"], ...rules });
    for (const { id, impact, nodes } of violations) {
      if (impact === "serious" || impact === "critical") {
        found.push(`in the ${theme}: ${id}: ${nodes.slice(0, 3).map((node) => node.target.join(" "))}`);
      }
    }
  }
  return found;
}"""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_is_quiet_keeps_to_its_policy_fits_its_screen_and_satisfies_axe(
    open_as: "OpenAs", chief: Any, endpoint: Any, language: str, part: int
) -> None:
    """What breaks the policy stands in the console, and the fixture fails the test for it."""
    from axe_playwright_python.base import AXE_SCRIPT

    addresses = build(chief, endpoint)[part::PARTS]
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
        if language == "en":
            page.evaluate(AXE_SCRIPT)
            found += [f"{address} {violation}" for violation in page.evaluate(RUN_AXE)]
    assert not found, "\n".join(found)
