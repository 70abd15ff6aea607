"""Make the pictures of the README: `make screenshots`.

Starts a web server and a Redis of its own on a throw-away database, fills it with ``screenshot_scene``, and drives
Chromium over it. ``--everything FOLDER`` takes every page in both languages, both themes and both widths, for looking
through by eye; nothing of it is kept in the project.
"""

import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = ROOT / "docs" / "images"
MAX_BYTES = 300_000
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}


@dataclass(frozen=True)
class Shot:
    """One picture: which page, how the browser is set, and what is done before it is taken."""

    name: str
    page: str
    language: str = "ja"
    theme: str = "light"
    width: str = "desktop"


#: Pages by name: an address, and what is typed there first.
PAGES = {
    "home": "/admin/",
    "login": "/admin/login/",
    "calendar": "/admin/schedules/apiendpointschedule/calendar/",
    "calendar-month": "/admin/schedules/apiendpointschedule/calendar/?view=month",
    "calendar-day": "/admin/schedules/apiendpointschedule/calendar/?view=day",
    "schedules": "/admin/schedules/apiendpointschedule/",
    "new": "/admin/schedules/apiendpointschedule/add/",
    "daily": "/admin/schedules/apiendpointschedule/1/change/",
    "monthly": "/admin/schedules/apiendpointschedule/2/change/",
    "cron": "/admin/schedules/apiendpointschedule/3/change/",
    "pause": "/admin/schedules/apiendpointschedule/do/pause/?schedule=1",
    "compare": "/admin/schedules/apiendpointschedule/reconcile/",
    "runs": "/admin/schedules/schedulerun/",
    "failed-run": "/admin/schedules/schedulerun/10/change/",
    "run": "/admin/schedules/schedulerun/9/change/",
    "endpoints": "/admin/schedules/apiendpoint/",
    "endpoint": "/admin/schedules/apiendpoint/1/change/",
    "exceptional-days": "/admin/schedules/exceptionalday/",
}
README = (
    Shot("overview", "home"),
    Shot("schedules", "schedules"),
    Shot("schedules-dark", "schedules", language="en", theme="dark"),
    Shot("form", "daily"),
    Shot("form-cron", "cron", language="en"),
    Shot("runs", "runs"),
    Shot("failed-run", "failed-run"),
    Shot("phone", "daily", width="phone"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--everything", metavar="FOLDER", type=Path, help="take every page in every way, into FOLDER")
    parser.add_argument("--pages", nargs="*", default=sorted(PAGES), help="with --everything: only these pages")
    options = parser.parse_args()
    from tests.support.browser import NoBrowser, open_chromium

    if options.everything:
        ways = product(options.pages, ("ja", "en"), ("light", "dark"), WIDTHS)
        shots = [Shot("-".join(way), *way) for way in ways]
    else:
        shots = list(README)
    folder = options.everything or IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with open_chromium() as browser:
            take(browser, shots, folder, whole_page=bool(options.everything))
    except NoBrowser as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def take(browser: "Browser", shots: list[Shot], folder: Path, *, whole_page: bool) -> None:
    """Start the site, take ``shots`` into ``folder``, and end it."""
    directory = Path(tempfile.mkdtemp(prefix="stockura-screenshots-"))
    prepare_environment(directory)
    from tests.support.ports import free_port
    from tests.support.redis_server import OwnRedis
    from tests.support.stack import Stack
    from tests.support.waiting import wait_until

    redis = OwnRedis(port=free_port(), directory=directory / "redis")
    redis.start()
    stack = Stack(directory=directory, database_url=f"sqlite:///{directory / 'scene.sqlite3'}", redis=redis)
    try:
        stack.manage("migrate", "--verbosity=0")
        session = stack.python(
            "import sys; sys.path.insert(0, 'scripts')\n"
            "import screenshot_scene\nscreenshot_scene.build()\n"
            "from django.test import Client\nfrom django.contrib.auth.models import User\n"
            "client = Client(); client.force_login(User.objects.get())\n"
            "answer = client.cookies['sessionid'].value"
        )
        web = stack.web()
        if any(shot.page == "home" for shot in shots):
            # The overview tells how the engine is, so there is one.
            stack.beat()
            stack.worker()
            wait_until(
                lambda: redis.client().zcard("stockura:schedule::workers"), within=30, saying="a worker to be seen"
            )
        for shot in shots:
            path = folder / f"{shot.name}.png"
            photograph(browser, web.url, session, shot, path, whole_page=whole_page)
            size = path.stat().st_size
            print(f"{path.name}: {size // 1000} KB")
            if not whole_page and size > MAX_BYTES:
                raise SystemExit(f"{path.name} is larger than {MAX_BYTES // 1000} KB.")
    finally:
        stack.close()
        redis.stop()
        shutil.rmtree(directory, ignore_errors=True)


def photograph(browser: "Browser", url: str, session: str, shot: Shot, path: Path, *, whole_page: bool) -> None:
    width, height = WIDTHS[shot.width]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if shot.theme == "dark" else "light",
        locale=shot.language,
        reduced_motion="reduce",
    )
    cookies = {"django_language": shot.language}
    if shot.page != "login":
        cookies["sessionid"] = session
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    page = context.new_page()
    page.goto(url + PAGES[shot.page], wait_until="networkidle")
    page.screenshot(path=path, full_page=whole_page)
    context.close()


def prepare_environment(directory: Path) -> None:
    """Point Django at the throw-away copy; nothing of the developer's own is read or touched."""
    (directory / "static").mkdir()
    os.environ.update(
        DJANGO_SETTINGS_MODULE="stockura.settings",
        STOCKURA_ENV_FILE=os.devnull,
        STOCKURA_VAR_DIR=str(directory),
        STATIC_ROOT=str(directory / "static"),
        DEBUG="true",
    )


if __name__ == "__main__":
    sys.exit(main())
