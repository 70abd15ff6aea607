"""Browser tabs that tests use one after the other: a new one costs more than most tests do in it.

Between two tests a tab loses its page, its cookies and what its pages have stored. What its pages ask of another
machine and what they write to the console is noted for the test that has the tab.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOWHERE = "about:blank"
#: Milliseconds that something may take to appear on a busy machine.
PATIENCE = 60_000


@dataclass
class Tab:
    page: "Page"
    kind: tuple[str, bool]
    is_own: bool
    #: Where trouble is noted; None while nobody has the tab.
    trouble: list[str] | None = None
    site: str = ""


@dataclass
class Tabs:
    browser: "Browser"
    free: list[Tab] = field(default_factory=list)
    taken: list[Tab] = field(default_factory=list)

    def take(self, *, language: str, scripts: bool, own: bool, trouble: list[str], site: str) -> "Page":
        """Return an empty tab; ``own``: one that has not been used and will not be used again."""
        kind = (language, scripts)
        tab = None if own else next((tab for tab in self.free if tab.kind == kind), None)
        if tab is None:
            tab = self._open(kind, own)
        else:
            self.free.remove(tab)
        tab.trouble, tab.site = trouble, site
        self.taken.append(tab)
        return tab.page

    def give_back(self) -> None:
        """Empty the tabs that were taken."""
        while self.taken:
            tab = self.taken.pop()
            if tab.is_own:
                tab.page.context.close()
                continue
            self._empty(tab)
            self.free.append(tab)

    def close(self) -> None:
        for tab in self.free + self.taken:
            tab.page.context.close()

    def _open(self, kind: tuple[str, bool], own: bool) -> Tab:
        language, scripts = kind
        context = self.browser.new_context(java_script_enabled=scripts, locale=language)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        tab = Tab(page, kind, own)

        def note(text: str) -> None:
            if tab.trouble is not None:
                tab.trouble.append(text)

        def note_request(request: Any) -> None:
            if urlsplit(request.url).netloc != urlsplit(tab.site).netloc:
                note(f"asked for {request.url}")

        # Only noted: the browser itself finds no other machine, and pages are kept apart from the test's own pace.
        # (Playwright's routes would hold each request up, and switch the browser's cache off.)
        page.on("request", note_request)
        page.on("console", lambda message: message.type in ("error", "warning") and note(message.text))
        page.on("pageerror", lambda error: note(str(error)))
        return tab

    def _empty(self, tab: Tab) -> None:
        tab.trouble = None
        page, (_language, scripts) = tab.page, tab.kind
        if scripts and page.url.startswith(tab.site):
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto(NOWHERE)
        page.emulate_media(color_scheme="null")
        page.context.clear_cookies()
