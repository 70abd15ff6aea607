"""Which Celery tasks can be called, and with which arguments."""

import difflib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from celery import Task, current_app
from django.utils.translation import gettext as _

from schedules.recurrence import Publication

#: Celery's own helpers are tasks too, but nobody schedules them.
INTERNAL = "celery."


def known_tasks() -> dict[str, Task]:
    """Return the registered tasks by name, without Celery's internal ones."""
    app = current_app._get_current_object()
    app.loader.import_default_modules()
    return {name: task for name, task in sorted(app.tasks.items()) if not name.startswith(INTERNAL)}


def problem_with_task(name: str) -> str | None:
    """Return a sentence if no worker knows the task, with the nearest known name; None if one does."""
    tasks = known_tasks()
    if name in tasks:
        return None
    nearest = difflib.get_close_matches(name, tasks, n=1, cutoff=0.5)
    if nearest:
        return _('No worker knows the task "%(name)s". Did you mean "%(nearest)s"?') % {
            "name": name,
            "nearest": nearest[0],
        }
    return _('No worker knows the task "%(name)s". Known are: %(known)s.') % {
        "name": name,
        "known": ", ".join(tasks) or _("none"),
    }


def publication_of(name: str) -> Publication | None:
    """Return when the data that a task fetches are published, as its attribute ``publication`` says; None if unknown.

    The task knows: ``@shared_task(publication=Publication("J-Quants", ("17:30",)))``.
    """
    publication = getattr(known_tasks().get(name), "publication", None)
    return publication if isinstance(publication, Publication) else None


def problem_with_arguments(name: str, args: Any, kwargs: Any) -> tuple[str, str] | None:
    """Return ("args" or "kwargs", sentence) if a known task cannot be called so; None if it can."""
    if not isinstance(args, Sequence) or isinstance(args, str):
        return "args", _('The arguments must be a list, such as ["scheduled"].')
    if not isinstance(kwargs, Mapping):
        return "kwargs", _('The named arguments must be an object, such as {"limit": 10}.')
    task = known_tasks().get(name)
    if task is None:
        return None
    signature = inspect.signature(task.run)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        field = "kwargs" if "keyword" in str(error) else "args"
        return field, _("The task %(task)s%(signature)s cannot be called with these arguments: %(cause)s.") % {
            "task": name,
            "signature": signature,
            "cause": error,
        }
    return None
