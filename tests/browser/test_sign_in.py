"""Signing in, with scripts and without."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.test_schedule_form import expect

if TYPE_CHECKING:
    from tests.browser.conftest import OpenAs


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_whoever_is_signed_out_can_sign_in_again(open_as: "OpenAs", chief: Any, scripts: bool) -> None:
    chief.set_password("correct horse")
    chief.save()
    page = open_as(chief, "/admin/", scripts=scripts)
    page.context.clear_cookies(name="sessionid")
    page.reload()
    page.locator("[name=username]").fill(chief.username)
    page.locator("[name=password]").fill("correct horse")
    page.locator("form button[type=submit]").first.click()
    expect(page.locator("#today-title")).to_be_visible()
