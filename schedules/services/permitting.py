"""May this task be called, and by this person? Asked by every service that sets one going or changes what calls it.

Who may not call a task changes nothing of what calls it, through no door. Pausing is the exception, an emergency brake
that anybody may pull who may pause; to let go of it again is to set the task going.
"""

from typing import Any

from schedules.exceptions import TaskRefused
from schedules.models import APIEndpoint, APIEndpointSchedule
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


def tasks_called_by(row: Any) -> list[str]:
    """Return the task that an endpoint or a schedule calls, as it is; nothing for any other row."""
    if isinstance(row, APIEndpoint):
        return [row.task]
    return [row.endpoint.task] if isinstance(row, APIEndpointSchedule) else []
