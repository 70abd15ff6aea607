"""The lock under which a schedule is changed."""

from typing import Any


def locked(schedules: Any) -> Any:
    """Return the rows of a query of schedules, locked until the transaction ends: to change them, not to delete them.

    Rows that point at them may come and go meanwhile (PostgreSQL's FOR NO KEY UPDATE). Beat, which records what it has
    sent, would wait for the schedule at its commit, and a worker that has locked it and records the same run would wait
    for beat: one of the two would be thrown out.
    """
    return schedules.select_for_update(of=("self",), no_key=True)
