"""What a task wants to be told: its parameters with their kinds, read from its signature and its docstring.

Arguments travel as JSON, so a kind says which JSON value is meant: a date is text such as "2026-12-31".
"""

import enum
import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

#: Kinds of parameters by their annotations. Among several the first counts: a date is sent as text, "date | str".
KINDS: dict[Any, str] = {
    bool: "bool",
    datetime: "datetime",
    date: "date",
    int: "int",
    float: "float",
    str: "str",
    list: "list",
    dict: "object",
}
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
#: "limit: How many." and ":param limit: How many." in a docstring.
_DESCRIBED = re.compile(r"^\s*(?::param\s+(?:\S+\s+)?)?(\w+)\s*(?:\([^)]*\))?:\s+(.+)$")


@dataclass(frozen=True)
class Parameter:
    """One thing that a task wants to be told.

    ``kind``: bool, int, float, str, date, datetime, choice, list, object, or any. ``choices`` are JSON values.
    ``default`` is what the task takes when nothing is said, as JSON would write it.
    """

    name: str
    kind: str
    is_required: bool
    default: Any = None
    choices: tuple[Any, ...] = ()
    allows_none: bool = False
    is_positional_only: bool = False
    description: str = ""

    @property
    def label(self) -> str:
        """The name for people; a task's own app may translate it."""
        words = self.name.replace("_", " ").strip() or self.name
        spoken = pgettext("argument of a task", words)
        return spoken[:1].upper() + spoken[1:]


def parameters_of(call: Callable[..., Any]) -> list[Parameter] | None:
    """Return the parameters in their order; None when they cannot be known (``*args``, ``**kwargs``)."""
    try:
        signature = inspect.signature(call)
    except (TypeError, ValueError):
        return None
    if any(each.kind in VARIADIC for each in signature.parameters.values()):
        return None
    try:
        hints = typing.get_type_hints(call)
    except Exception:  # An annotation may name what is not there at run time; the signature is still good.
        hints = {}
    described = _described(inspect.getdoc(call) or "")
    return [
        _parameter(each, hints.get(name, each.annotation), described.get(name, ""))
        for name, each in signature.parameters.items()
    ]


def bound_values(call: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of each parameter that is given; some may lack. Raises TypeError for those it does not have."""
    return dict(inspect.signature(call).bind_partial(*args, **kwargs).arguments)


def arranged(
    parameters: Sequence[Parameter], values: Mapping[str, Any], *, by_place: int
) -> tuple[list[Any], dict[str, Any]]:
    """Return (args, kwargs) that pass ``values``: the first ``by_place`` by their place, the others by name."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for index, each in enumerate(parameters):
        wants_place = each.is_positional_only or index < by_place
        if wants_place and len(args) == index and (each.name in values or each.is_positional_only):
            args.append(values.get(each.name, each.default))
        elif each.name in values:
            kwargs[each.name] = values[each.name]
    # Without a value, a place only leads to the ones behind it.
    while args and (last := parameters[len(args) - 1]).is_positional_only and last.name not in values:
        if last.is_required:
            break
        args.pop()
    return args, kwargs


def problem_with_value(parameter: Parameter, value: Any) -> str | None:
    """Return a sentence if ``value`` is not what the parameter wants; None if it is."""
    if value is None and (parameter.allows_none or (not parameter.is_required and parameter.default is None)):
        return None
    if _fits(parameter, value):
        return None
    wanted = {
        "bool": _("true or false"),
        "int": _("a whole number"),
        "float": _("a number"),
        "str": _("text"),
        "date": _("a date such as 2026-12-31"),
        "datetime": _("a date and time such as 2026-12-31T08:10"),
        "list": _("a list"),
        "object": _("an object with names and values"),
        "choice": _("one of %(choices)s") % {"choices": ", ".join(map(str, parameter.choices))},
    }[parameter.kind]
    return _('"%(value)s" is not what %(name)s takes: %(wanted)s.') % {
        "value": str(value)[:60],
        "name": parameter.name,
        "wanted": wanted,
    }


def _fits(parameter: Parameter, value: Any) -> bool:
    match parameter.kind:
        case "choice":
            # True equals 1 in Python, but not in JSON.
            return any(type(value) is type(choice) and value == choice for choice in parameter.choices)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "str":
            return isinstance(value, str)
        case "date":
            return isinstance(value, str) and _reads(date.fromisoformat, value)
        case "datetime":
            return isinstance(value, str) and _reads(datetime.fromisoformat, value)
        case "list":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
    return True


def _reads(reader: Callable[[str], Any], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


def _parameter(parameter: inspect.Parameter, annotation: Any, description: str) -> Parameter:
    is_required = parameter.default is inspect.Parameter.empty
    default = None if is_required else _as_json(parameter.default)
    kind, choices, allows_none = _kind_of(annotation)
    if kind == "any" and annotation is inspect.Parameter.empty and default is not None:
        kind = KINDS.get(type(default), "any")
    return Parameter(
        name=parameter.name,
        kind=kind,
        is_required=is_required,
        default=default,
        choices=choices,
        allows_none=allows_none,
        is_positional_only=parameter.kind is inspect.Parameter.POSITIONAL_ONLY,
        description=description,
    )


def _kind_of(annotation: Any) -> tuple[str, tuple[Any, ...], bool]:
    """Return (kind, choices, whether None is allowed)."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _kind_of(inner[0])
    if origin in (typing.Union, types.UnionType):
        found = [_kind_of(each) for each in inner if each is not type(None)]
        allows_none = len(found) < len(inner) or any(each[2] for each in found)
        kinds = {kind for kind, *_rest in found}
        if len(found) == 1:
            return found[0][0], found[0][1], allows_none
        for pair in ({"date", "str"}, {"datetime", "str"}, {"int", "float"}):
            if kinds == pair:
                return ("float" if "float" in pair else next(iter(pair - {"str"}))), (), allows_none
        return "any", (), allows_none
    if origin is typing.Literal:
        return "choice", tuple(each for each in inner if each is not None), None in inner
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return "choice", tuple(_as_json(each) for each in annotation), False
    return KINDS.get(origin or annotation, "any"), (), False


def _as_json(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple | set | frozenset) else value


def _described(docstring: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in docstring.splitlines():
        if match := _DESCRIBED.match(line):
            found.setdefault(match[1], match[2].strip())
    return found
