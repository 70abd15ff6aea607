"""A measurement on PostgreSQL, then on SQLite, as its command line says."""

import subprocess
import sys
from collections.abc import Callable

DATABASES = ("postgresql", "sqlite")


def run(main: Callable[..., None], *sizes: int) -> None:
    """Call ``main(*sizes, database=…)``; numbers on the command line replace ``sizes``, names choose databases."""
    given = sys.argv[1:]
    numbers = [int(text) for text in given if text.isdigit()]
    databases = [text for text in given if not text.isdigit()] or DATABASES
    if unknown := [name for name in databases if name not in DATABASES]:
        sys.exit(f"Not a database of this measurement: {', '.join(unknown)}. There are {' and '.join(DATABASES)}.")
    if len(databases) == 1:
        main(*numbers, *sizes[len(numbers) :], database=databases[0])
        return
    for each in databases:
        # Settings are read once in a process.
        subprocess.run([sys.executable, sys.argv[0], *map(str, numbers), each], check=True)
