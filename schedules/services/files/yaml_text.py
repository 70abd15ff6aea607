"""YAML as people mean it: 17:40 is a text, ``on`` a word, and every value knows its line.

PyYAML reads YAML 1.1, where 17:40 is the number 1060 and ``on`` is true. Here, as in YAML 1.2, only what looks like
JSON's numbers, true, false and null is anything but text. What PyYAML writes is read back unchanged, because it quotes
more than is needed here. No tag makes an object, and no alias stands for another value: a short file stays small.
"""

import math
import re
from typing import Any

import yaml
from django.utils.translation import gettext as _

from schedules.recurrence.problems import quote
from schedules.services.files.problems import FileProblem, FileRefused

#: Characters. Ten thousand schedules take about a third of it.
MAX_LENGTH = 20_000_000
#: Digits of a whole number: as many as the largest float has, which PostgreSQL hands back written out. Longer ones cost
#: time and mean nothing.
MAX_DIGITS = 400
#: How deep lists and objects may lie in one another.
MAX_DEPTH = 50

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    yaml_implicit_resolvers: dict[str, Any] = {}


_TAG = "tag:yaml.org,2002:"
for _name, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(rf"^(?:{_pattern})$"), _first)


class Read:
    """A YAML text: ``value``, and the ``line`` of each list's or object's parts by where it lies: ("jobs", 0, "name").

    Raises FileRefused for what is no YAML. Other problems are collected in ``problems``.
    """

    def __init__(self, text: str) -> None:
        self.problems: list[FileProblem] = []
        self._lines: dict[tuple[str | int, ...], int] = {}
        self._seen: set[int] = set()
        if len(text) > MAX_LENGTH:
            raise FileRefused([FileProblem(_("The file is too long."))])
        try:
            _refuse_depth(text)
            node = yaml.compose(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            raise _no_yaml(error.problem or str(error), line) from error
        except yaml.YAMLError as error:
            raise _no_yaml(str(error).splitlines()[0], None) from error
        except (RecursionError, UnicodeError) as error:
            raise _no_yaml(type(error).__name__, None) from error
        self.value = None if node is None else self._value(node, ())

    def line(self, *path: str | int) -> int | None:
        """Return the line of what lies at ``path``, or of the nearest thing around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)

    def _value(self, node: Any, path: tuple[str | int, ...]) -> Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            return self._refuse(node, _("Aliases (*name) are not read. Write the value out."))
        self._seen.add(id(node))
        kind = node.tag.removeprefix(_TAG)
        if isinstance(node, yaml.ScalarNode) and kind in ("null", "bool", "int", "float", "str"):
            return self._scalar(node, kind)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self._value(below, (*path, number)) for number, below in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self._mapping(node, path)
        return self._refuse(node, _('The tag "%(tag)s" is not read here. Leave it out.') % {"tag": quote(node.tag)})

    def _scalar(self, node: Any, kind: str) -> Any:
        text = node.value
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        try:
            if kind == "int" and len(text) <= MAX_DIGITS:
                return int(text)
            if kind == "float" and math.isfinite(number := float(text)):
                return number
        except ValueError:  # an explicit tag, such as !!int on a word
            pass
        if kind in ("int", "float"):
            return self._refuse(node, _('"%(value)s" is not a number that can be kept.') % {"value": quote(text)})
        if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            return self._refuse(node, _("The text holds signs that cannot be kept."))
        return text

    def _mapping(self, node: Any, path: tuple[str | int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, _("A key must be a word."))
                continue
            key = key_node.value
            if key in found:
                self._refuse(key_node, _('"%(key)s" stands here twice. Keep one of the two.') % {"key": quote(key)})
                continue
            self._lines[(*path, key)] = key_node.start_mark.line + 1
            found[key] = self._value(value_node, (*path, key))
        return found

    def _refuse(self, node: Any, sentence: str) -> None:
        self.problems.append(FileProblem(sentence, node.start_mark.line + 1))


def _refuse_depth(text: str) -> None:
    """Raise FileRefused for what lies too deep: the composer written in C calls itself until the process dies of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH + 1:
            sentence = _("Lists and objects lie too deep in one another.")
            raise FileRefused([FileProblem(sentence, event.start_mark.line + 1)])


def _no_yaml(cause: str, line: int | None) -> FileRefused:
    return FileRefused([FileProblem(_("This is not YAML: %(cause)s.") % {"cause": quote(cause)}, line)])
