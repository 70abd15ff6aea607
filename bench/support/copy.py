"""A throw-away copy of Stockura: its own Redis, an empty database, and processes when asked for."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

if TYPE_CHECKING:
    from tests.support.stack import Stack


@contextmanager
def a_copy(database: str = "sqlite", **environment: str) -> Iterator["Stack"]:
    """Set Django up on a fresh copy and yield what starts its processes; everything ends and goes afterwards.

    ``database`` is "sqlite" or "postgresql"; ``environment`` is what settings.py is to read beside the usual.
    """
    from tests.support.environment import TestRun

    run = TestRun(database=database, worker="bench" if database == "sqlite" else "")
    os.environ.update(environment)
    # A page under a measurement is no page: DEBUG would keep every query of a long run in memory.
    os.environ["DEBUG"] = "false"
    os.environ["ALLOWED_HOSTS"] = "localhost"
    import django

    django.setup()
    from django.core.management import call_command

    from tests.support.redis_server import OwnRedis
    from tests.support.stack import Stack

    call_command("migrate", verbosity=0)
    server = OwnRedis(port=run.redis_port, directory=run.var_dir / "redis")
    server.start()
    directory = run.var_dir / "processes"
    directory.mkdir()
    stack = Stack(directory=directory, database_url=os.environ["DATABASE_URL"], redis=server)
    try:
        yield stack
    finally:
        stack.close()
        server.stop()
        run.close()
