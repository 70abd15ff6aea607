"""Say where the copy is and how to sign in, once its pages answer."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable

RULE = "─" * 78


def announcement(*, url: str, login: str, password: str, password_file: str) -> str:
    """Return the text to show when the pages answer."""
    return "\n".join(
        [
            RULE,
            f"  Stockura runs:  {url}",
            f"  Sign in as:     {login}",
            f"  Password:       {password}",
            f"                  (kept in {password_file}; delete that file to get a new one)",
            "  Stop it:        Ctrl-C; the next `make run` goes on with the same data",
            RULE,
        ]
    )


def wait_for_pages(url: str, *, give_up: Callable[[], bool]) -> bool:
    """Return True when ``url`` answers, False when ``give_up`` says so first."""
    while not give_up():
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
            return True  # it answers, if only to say that it is not well: the person should look at it
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False
