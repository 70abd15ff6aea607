"""A real Chromium for the browser tests and the screenshots: the machine's own, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: Where browsers are looked for; CHROMIUM names another one.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Nothing but what the pages ask for: a request of the browser's own would look like one of ours. No other machine is
#: found, whatever a page asks for.
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class NoBrowser(Exception):
    """There is no Chromium on this machine."""

    def __str__(self) -> str:
        return (
            f"There is no Chromium on this machine (looked for {', '.join(NAMES)}). "
            "On Debian: apt-get install chromium; or name one: CHROMIUM=/path/to/chromium."
        )


def find_chromium() -> Path:
    """Return the path of a Chromium. Raises NoBrowser when there is none."""
    if given := os.environ.get("CHROMIUM"):
        return Path(given)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise NoBrowser


@contextmanager
def open_chromium() -> Iterator["Browser"]:
    """Start a Chromium without a window and end it afterwards. Raises NoBrowser."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        try:
            yield browser
        finally:
            browser.close()
