"""Whether a task takes the arguments that are given, told in words for people.

Python's own message for this is English and names the whole signature, which no operator reads. Whether each value is
of the right kind is ``task_parameters``' question.
"""

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.task_parameters import VARIADIC


def problem_with_call(
    call: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[str, str] | None:
    """Return ("args" or "kwargs", sentence) if ``call`` does not take so many or such arguments; None if it does."""
    signature = inspect.signature(call)
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        pass
    else:
        return None
    parameters = signature.parameters
    takes_any_name = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    own = {name: each for name, each in parameters.items() if each.kind not in VARIADIC}
    by_place = [name for name, each in own.items() if each.kind is not each.KEYWORD_ONLY]
    by_name = [name for name, each in own.items() if each.kind is not each.POSITIONAL_ONLY]
    placed = by_place[: len(args)]
    for name in kwargs:
        if name in by_name and name in placed:
            return "kwargs", _('"%(name)s" is given twice: by its place and by its name.') % {"name": name}
        if name not in by_name and not takes_any_name:
            return "kwargs", _no_such_argument(str(name)[:60], by_name)
    for name, each in own.items():
        is_given = name in placed or (name in kwargs and name in by_name)
        if each.default is each.empty and not is_given:
            return "args" if name in by_place else "kwargs", _('The task needs "%(name)s".') % {"name": name}
    return "args", ngettext(
        "There are more arguments than the task takes, which is %(most)d: %(names)s.",
        "There are more arguments than the task takes, which are %(most)d: %(names)s.",
        len(by_place),
    ) % {"most": len(by_place), "names": ", ".join(by_place) or "–"}


def _no_such_argument(name: str, known: Sequence[str]) -> str:
    if not known:
        return _('The task takes no named arguments, so not "%(name)s" either.') % {"name": name}
    if nearest := difflib.get_close_matches(name, known, n=1):
        return _('The task has no argument "%(name)s". Did you mean "%(nearest)s"?') % {
            "name": name,
            "nearest": nearest[0],
        }
    return _('The task has no argument "%(name)s". It takes: %(known)s.') % {
        "name": name,
        "known": ", ".join(known),
    }
