"""Two connections to PostgreSQL at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.support.waiting import patient, wait_until


def meanwhile(do: Callable[[], Any]) -> Callable[[], Any]:
    """Start ``do`` on a connection of its own and return when it waits for a lock of ours; its result is had by a call.

    What it raises is raised there. SQLite has one writer at a time: there the test is skipped.
    """
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time.")
    results: list[Any] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            results.append(do())
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(_somebody_waits_for_us, within=20, saying="the other one to wait for us")

    def result() -> Any:
        thread.join(timeout=patient(20))
        if errors:
            raise errors[0]
        return results[0]

    return result


def _somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])
