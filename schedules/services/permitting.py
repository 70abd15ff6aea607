"""May this task be called, and by this person? Asked by every service that sends one because somebody wants it."""

from typing import Any

from schedules.exceptions import TaskRefused
from schedules.task_catalogue import problem_with_allowance, problem_with_permission


def require_task(name: str, *, by: Any) -> None:
    """Raise TaskRefused unless the settings allow the task, and to ``by``; None is whoever runs the system."""
    if sentence := problem_with_allowance(name):
        raise TaskRefused(sentence, is_forbidden=False)
    require_permission(name, by=by)


def require_permission(name: str, *, by: Any) -> None:
    """Raise TaskRefused unless ``by`` may call the task; None is whoever runs the system."""
    if by is not None and (sentence := problem_with_permission(by, name)):
        raise TaskRefused(sentence, is_forbidden=True)
