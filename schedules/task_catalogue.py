"""Which Celery tasks may be called, by whom, and with which arguments."""

import difflib
import fnmatch
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from celery import Task, current_app
from django.utils.translation import gettext as _

from schedules import conf
from schedules.masking import holds_secret
from schedules.recurrence import Publication
from schedules.task_calls import problem_with_call
from schedules.task_parameters import Parameter, bound_values, parameters_of, problem_with_value

#: Celery's own helpers are tasks too, but nobody schedules them.
INTERNAL = "celery."


def known_tasks() -> dict[str, Task]:
    """Return the registered tasks by name that the settings allow to be called."""
    app = current_app._get_current_object()
    app.loader.import_default_modules()
    return {name: task for name, task in sorted(app.tasks.items()) if is_allowed(name)}


def is_allowed(name: str) -> bool:
    """Say whether the settings let this site call the task, known or not. Celery's own helpers never are."""
    if name.startswith(INTERNAL):
        return False
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in conf.setting("ALLOWED_TASKS"))


def problem_with_allowance(name: str) -> str | None:
    """Return a sentence if the settings do not let this site call the task; None if they do."""
    if is_allowed(name):
        return None
    return _('The task "%(name)s" is not among those that this site allows to be called.') % {"name": name}


def permissions_for(name: str) -> list[str]:
    """Return the permissions that a person needs for the task, besides those for schedules and endpoints."""
    needed = conf.setting("TASK_PERMISSIONS")
    return sorted({needed[pattern] for pattern in needed if fnmatch.fnmatchcase(name, pattern)})


def problem_with_permission(user: Any, name: str) -> str | None:
    """Return a sentence if the user may not make or run what calls the task; None if it is permitted."""
    missing = [permission for permission in permissions_for(name) if not user.has_perm(permission)]
    if not missing:
        return None
    return _('The task "%(name)s" needs the permission %(permission)s, which you do not have.') % {
        "name": name,
        "permission": ", ".join(missing),
    }


def problem_with_task(name: str) -> str | None:
    """Return a sentence if the task is not allowed, or no worker knows it, with the nearest; None if all is well."""
    if refused := problem_with_allowance(name):
        return refused
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


def parameters_of_task(name: str) -> list[Parameter] | None:
    """Return what a task wants to be told; None when no worker knows it, or when it takes anything."""
    task = known_tasks().get(name)
    return None if task is None else parameters_of(task.run)


def bound_arguments(name: str, args: Any, kwargs: Any) -> dict[str, Any] | None:
    """Return the value of each parameter of a known task that is given; None when it has no such ones."""
    task = known_tasks().get(name)
    if task is None or not isinstance(args, list | tuple) or not isinstance(kwargs, dict):
        return None
    try:
        return bound_values(task.run, args, kwargs)
    except TypeError:
        return None


def description_of(name: str) -> str:
    """Return the first sentence that a task says of itself, in its own language; empty when there is none."""
    task = known_tasks().get(name)
    first = (inspect.getdoc(task.run) or "").partition("\n\n")[0] if task else ""
    return " ".join(first.split())


def problem_with_arguments(name: str, args: Any, kwargs: Any) -> tuple[str, str] | None:
    """Return ("args" or "kwargs", sentence) if a known task cannot be called so; None if it can."""
    if not isinstance(args, Sequence) or isinstance(args, str):
        return "args", _('The arguments must be a list, such as ["scheduled"].')
    if not isinstance(kwargs, Mapping):
        return "kwargs", _('The named arguments must be an object, such as {"limit": 10}.')
    for field, given in (("args", args), ("kwargs", kwargs)):
        if holds_secret(given):
            # They are stored, shown and sent as they are: a task reads its keys from the settings.
            return field, _("The arguments hold a secret of this site. Leave it out: the task can read its settings.")
    task = known_tasks().get(name)
    if task is None:
        return None
    if refused_call := problem_with_call(task.run, args, kwargs):
        return refused_call
    values = bound_values(task.run, args, kwargs)
    for index, parameter in enumerate(parameters_of(task.run) or ()):
        if parameter.name in values and (refused := problem_with_value(parameter, values[parameter.name])):
            return ("args" if index < len(args) else "kwargs"), refused
    return None
