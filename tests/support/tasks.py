"""Tasks for tests. Their effects are lines in a file, which outlive whatever is killed meanwhile."""

import os
import time
from pathlib import Path

from celery import Task, current_task, shared_task

from schedules import progress
from schedules.messages import HEADER

#: Names the file; each line is one beginning or end of a task.
EFFECTS_VARIABLE = "STOCKURA_TEST_EFFECTS"


def write_effect(word: str) -> None:
    """Append "word schedule scheduled_for task_id" in one step, which several processes may do at once."""
    request = current_task.request
    origin = (request.headers or {}).get(HEADER) or {}
    line = f"{word} {origin.get('schedule')} {origin.get('scheduled_for')} {request.id}\n"
    file = os.open(os.environ[EFFECTS_VARIABLE], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def effects(path: Path, word: str = "done") -> list[tuple[int, str, str]]:
    """Return (schedule, scheduled_for, task_id) of the lines that begin with ``word``, in the order of writing."""
    lines = path.read_text().splitlines() if path.exists() else []
    parts = [line.split(" ") for line in lines]
    return [(int(part[1]), part[2], part[3]) for part in parts if part[0] == word]


def table_of(effects_file: Path) -> Path:
    """Return the folder in which ``tests.enter`` makes one file "schedule@scheduled_for" for each occurrence."""
    return effects_file.with_suffix(".table")


@shared_task(name="tests.nothing")
def nothing(*args: object, **kwargs: object) -> None:
    """Take any arguments and do nothing."""


@shared_task(name="tests.effect")
def effect() -> str:
    write_effect("done")
    return "done"


@shared_task(name="tests.enter")
def enter() -> str:
    """Enter the occurrence into a table with a unique key (see ``table_of``); "again" when it stood there already."""
    origin = (current_task.request.headers or {}).get(HEADER) or {}
    table = table_of(Path(os.environ[EFFECTS_VARIABLE]))
    table.mkdir(exist_ok=True)
    try:
        (table / f"{origin.get('schedule')}@{origin.get('scheduled_for')}").touch(exist_ok=False)
    except FileExistsError:
        write_effect("again")
        return "again"
    return "done"


@shared_task(name="tests.slow")
def slow(seconds: float) -> str:
    """Work for a while and report how far it is."""
    write_effect("begun")
    for step in range(10):
        progress.report(step, 10, f"step {step}")
        time.sleep(seconds / 10)
    write_effect("done")
    return "done"


@shared_task(name="tests.fail")
def fail(sentence: str = "It went wrong.") -> None:
    write_effect("begun")
    raise ValueError(sentence)


@shared_task(name="tests.replace", bind=True)
def replace(self: Task) -> None:
    """Go on as another task, as Celery's ``Task.replace`` has it."""
    self.replace(effect.si())
