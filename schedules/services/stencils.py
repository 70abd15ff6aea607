"""The entries of many schedules, written quickly: what schedules share is computed once.

Of schedules that are alike in all but their key, revision and arguments, ``content_of`` is asked for one. Its text is
kept with holes where the others differ. So what an entry looks like is said in one place, and a filled stencil is byte
for byte what ``content_of`` would have written; tests hold them against each other.
"""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from schedules.mirror.entry import Entry, EntryContent, WrittenEntry, text_of
from schedules.mirror.keys import entry_name
from schedules.models import APIEndpointSchedule
from schedules.models.definitions import ANCHORED_WHEN_MADE, Beside
from schedules.planning import Policy
from schedules.recurrence import DefinitionError, Recurrence
from schedules.services.raw_rows import ARGS, CREATED_AT, KWARGS, PK, REVISION, Row, schedule_of, shared_column

#: Stencils kept at a time; then all are cut anew, so that any number of different rules takes the same memory.
MAX_KEPT = 2048
_KIND = shared_column("schedule_type")
#: As long as an instant is down to the second.
_TO_THE_SECOND = len("2000-01-01 00:00:00")

#: Stand in the text where the holes are to be; nobody else can have written them.
_ARGS, _KWARGS, _NAME = (uuid.uuid4().hex for _ in range(3))

_ITEM = r'(?:"[\w .:/@+-]*"|0|-?[1-9]\d{0,17}|true|false|null)'
#: Most arguments, of which everybody writes the same JSON; reading and writing it takes longer than all the rest.
_WRITTEN_ALIKE = re.compile(rf'\[(?:{_ITEM}(?:, {_ITEM})*)?\]|\{{(?:"[\w .:/@+-]*": {_ITEM})?\}}', re.ASCII)


class Stencils:
    """The stencils of one walk over all rows."""

    def __init__(self, beside: Beside, content_of: Callable[[APIEndpointSchedule, Beside], EntryContent]) -> None:
        self._beside, self._content_of = beside, content_of
        self._cut: dict[tuple, _Stencil | None] = {}

    def entry_of(self, row: Row, seal: str) -> Entry | None:
        """Return the entry of a raw row in force; None where the schedule itself has to be looked at."""
        own, shared = row
        pk, args, kwargs = own[PK], own[ARGS], own[KWARGS]
        if pk in self._beside.changes:
            return self._written_anew(row, seal)
        # Columns that hold what the forms and the API would have refused are no matter for a stencil.
        if (args or "[")[0] != "[" or (kwargs or "{")[0] != "{":
            return None
        anchor = own[CREATED_AT][:_TO_THE_SECOND] if shared[_KIND] == ANCHORED_WHEN_MADE else None
        key = (anchor, args is None, kwargs is None, shared)
        stencil = self._cut[key] if key in self._cut else self._keep(key, row)
        return stencil and stencil.fill(pk, own[REVISION], args, kwargs, seal)

    def _written_anew(self, row: Row, seal: str) -> Entry | None:
        try:
            return replace(self._content_of(schedule_of(row), self._beside), seal=seal)
        except DefinitionError:
            return None

    def _keep(self, key: tuple, row: Row) -> "_Stencil | None":
        if len(self._cut) >= MAX_KEPT:
            self._cut.clear()
        try:
            self._cut[key] = _Stencil.cut_from(self._content_of(schedule_of(row), self._beside))
        except DefinitionError:
            self._cut[key] = None
        return self._cut[key]


@dataclass(frozen=True, slots=True)
class _Stencil:
    """``text``: to be filled with % and arguments, named arguments and name; the first two are used where a row has
    none of its own.
    """

    text: str
    args: str
    kwargs: str
    recurrence: Recurrence
    policy: Policy

    @classmethod
    def cut_from(cls, content: EntryContent) -> "_Stencil":
        text = replace(content, args=[_ARGS], kwargs={_KWARGS: 0}, name=_NAME).to_json().replace("%", "%%")
        for hole in (text_of([_ARGS]), text_of({_KWARGS: 0}), _NAME):
            text = text.replace(hole, "%s")
        return cls(text, text_of(content.args), text_of(content.kwargs), content.recurrence, content.policy)

    def fill(self, pk: int, revision: int, args: str | None, kwargs: str | None, seal: str) -> WrittenEntry:
        name = entry_name(pk)
        args = self.args if args is None else _as_written(args)
        kwargs = self.kwargs if kwargs is None else _as_written(kwargs)
        text = self.text % (args, kwargs, name)
        return WrittenEntry(pk, name, self.recurrence, self.policy, revision, seal, text)


def _as_written(raw: str) -> str:
    """Return a database's JSON as an entry has it."""
    return raw if _WRITTEN_ALIKE.fullmatch(raw) else text_of(json.loads(raw))
