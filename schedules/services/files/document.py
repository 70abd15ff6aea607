"""A file's text as entries: which row each is about, and what it says of it. Nothing here asks the database."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from schedules.recurrence.problems import quote
from schedules.services.files.problems import FileProblem, FileRefused
from schedules.services.files.shape import SECTIONS, Section, default_of, value_of
from schedules.services.files.yaml_text import Read

OWNER = "owner"
_TOP = (OWNER, *(section.name for section in SECTIONS))
MAX_OWNER = 200


@dataclass(frozen=True)
class Entry:
    """One row as the file wants it: a value for each field, those left out with their defaults.

    ``endpoint`` of a schedule is a name here. ``lines`` holds the line of each field that the file names.
    """

    section: Section
    key: tuple[Any, ...]
    values: Mapping[str, Any]
    line: int
    lines: Mapping[str, int]

    @property
    def title(self) -> str:
        return self.section.title_of(self.key)

    def problem(self, sentence: str, name: str = "") -> FileProblem:
        return FileProblem(sentence, self.lines.get(name, self.line), self.title, name)


@dataclass
class Document:
    """What a file says. ``owner`` is empty for a file that leaves its entries to the pages."""

    owner: str = ""
    entries: dict[str, list[Entry]] = field(default_factory=dict)


def read_document(text: str) -> tuple[Document, list[FileProblem]]:
    """Return what can be read of the file, and everything that is wrong with it so far.

    Raises FileRefused for a text that is no YAML or nothing at all: an empty file is a mistake, never a wish.
    """
    read = Read(text)
    found, problems = read.value, read.problems
    if not isinstance(found, dict):
        sentence = _("The file has none of the lists %(known)s.") % {"known": ", ".join(_TOP[1:])}
        raise FileRefused([*problems, FileProblem(sentence, read.line())])
    for name in found:
        if name not in _TOP:
            problems.append(FileProblem(_unknown(name, _TOP), read.line(name)))
    owner = found.get(OWNER) or ""
    if not isinstance(owner, str) or len(owner) > MAX_OWNER:
        problems.append(FileProblem(_("The owner must be a text of at most 200 characters."), read.line(OWNER)))
        owner = ""
    document = Document(owner=owner)
    for section in SECTIONS:
        document.entries[section.name] = _entries(section, found.get(section.name), read)
    return document, problems


def _entries(section: Section, raw: Any, read: Read) -> list[Entry]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        read.problems.append(FileProblem(_("This must be a list: one entry after the other, each with a dash."),
                                         read.line(section.name), field=section.name))  # fmt: skip
        return []
    entries: dict[tuple[Any, ...], Entry] = {}
    for number, item in enumerate(raw):
        entry = _entry(section, item, read, (section.name, number))
        if entry is None:
            continue
        if first := entries.get(entry.key):
            sentence = _("It stands in the file twice; the first time in line %(line)d.") % {"line": first.line}
            read.problems.append(entry.problem(sentence))
        entries.setdefault(entry.key, entry)
    return list(entries.values())


def _entry(section: Section, item: Any, read: Read, path: tuple[str | int, ...]) -> Entry | None:
    line = read.line(*path) or 1
    if not isinstance(item, dict):
        read.problems.append(FileProblem(_('"%(value)s" is not an entry.') % {"value": quote(item)}, line))
        return None
    lines = {name: read.line(*path, name) or line for name in item}
    title = " ".join(quote(item[name]) for name in section.key if item.get(name) is not None)
    values, fields = {}, section.fields
    for name in item:
        if name not in fields:
            read.problems.append(FileProblem(_unknown(name, fields), lines[name], title))
    sound = True
    for name, column in fields.items():
        try:
            if column.is_relation:
                values[name] = _name_of_relation(item.get(name))
            else:
                values[name] = value_of(column, item[name]) if name in item else default_of(column)
                if name in section.key and values[name] == "":
                    raise ValidationError(_("This field is missing."), code="required")
        except ValidationError as error:
            sound = False
            at = lines.get(name, line)
            read.problems += [FileProblem(sentence, at, title, name) for sentence in error.messages]
    return Entry(section, section.key_of(values), values, line, lines) if sound else None


def _name_of_relation(raw: Any) -> str:
    if raw is None:
        raise ValidationError(_("This field is missing."), code="required")
    if not isinstance(raw, str):
        raise ValidationError(_('"%(value)s" is not text. Write it in quotation marks.') % {"value": quote(raw)})
    return raw


def _unknown(name: str, known: Any) -> str:
    nearest = difflib.get_close_matches(name[:60], known, n=1)
    if nearest:
        return _('"%(name)s" is not a field here. Did you mean "%(nearest)s"?') % {
            "name": quote(name),
            "nearest": nearest[0],
        }
    return _('"%(name)s" is not a field here. Fields that can be set are: %(known)s.') % {
        "name": quote(name),
        "known": ", ".join(known),
    }
