"""One `make run` at a time on one copy of the project."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from .places import shown
from .problem import Problem


def take_lock(path: Path) -> TextIO:
    """Hold ``path`` locked until the returned file is closed or this process ends, however it ends.

    Raises ``Problem`` when another process holds it.
    """
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        raise Problem(
            f"Another `make run` already runs on this copy (process {holder}, lock {shown(path)}). "
            "Use that one, or stop it with Ctrl-C first."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
