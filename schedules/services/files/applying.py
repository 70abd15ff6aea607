"""Apply a file as a whole: every entry or none, in one transaction, through the models' own checks.

Pauses, runs and since when a schedule is in force are never touched by it, except as any edit does: a changed rule
fires nothing that lies before the change. What a file says already is left alone, so that a second apply does nothing.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from schedules.models import APIEndpoint, APIEndpointSchedule, RecordedChange
from schedules.services.files.document import Document, Entry, read_document
from schedules.services.files.plan import Change, FieldChange, Plan, Verb, shown
from schedules.services.files.problems import FileProblem, FileRefused
from schedules.services.files.shape import SECTIONS, Section, raw_of, same, settle

Tell = Callable[[int], None]


def apply_file(
    text: str, *, dry_run: bool = False, prune: bool = False, take_over: bool = False, tell: Tell = lambda done: None
) -> Plan:
    """Make the database say what the file says, and return what was changed (or would be, with ``dry_run``).

    ``prune`` also deletes what the file's owner owns and the file does not name. ``take_over`` allows entries of
    another owner to become this one's. ``tell`` hears how many entries have been dealt with. Raises FileRefused.
    """
    document, problems = read_document(text)
    if prune and not document.owner:
        sentence = _("Without an owner the file may delete nothing. Name one in it, such as owner: operations.")
        problems.append(FileProblem(sentence))
    try:
        with transaction.atomic():
            plan = _Application(document, problems, take_over=take_over, tell=tell).carry_out(prune=prune)
            if problems:
                raise FileRefused(problems)
            if dry_run:
                transaction.set_rollback(True)
    except IntegrityError as error:
        sentence = _("Somebody else has changed the same rows at this moment. Repeat the command.")
        raise FileRefused([FileProblem(sentence)]) from error
    return plan


class _Application:
    """One file against one database."""

    def __init__(self, document: Document, problems: list[FileProblem], *, take_over: bool, tell: Tell) -> None:
        self._owner = document.owner
        self._entries = document.entries
        self._problems = problems
        self._take_over = take_over
        self._tell = tell
        self._done = 0
        self._plan = Plan()
        self._endpoints: dict[str, APIEndpoint] = {}

    def carry_out(self, *, prune: bool) -> Plan:
        for section in SECTIONS:
            rows = self._rows(section)
            for entry in self._entries[section.name]:
                self._apply(entry, rows.get(entry.key))
                self._done += 1
                self._tell(self._done)
            if section.model is APIEndpoint:
                self._endpoints = {endpoint.name: endpoint for endpoint in APIEndpoint.objects.all()}
        if prune and not self._problems:
            # Schedules before the endpoints that they need.
            for section in sorted(SECTIONS, key=lambda section: section.model is APIEndpoint):
                self._prune(section)
        return self._plan

    def _rows(self, section: Section) -> dict[tuple[Any, ...], Any]:
        rows = section.model._base_manager.select_for_update(of=("self",))
        if section.model is APIEndpointSchedule:
            rows = rows.select_related("endpoint")
        return {tuple(getattr(row, name) for name in section.key): row for row in rows}

    def _apply(self, entry: Entry, row: Any) -> None:
        values = self._with_endpoint(entry)
        candidate = entry.section.model() if row is None else copy.copy(row)
        for name, value in values.items():
            setattr(candidate, name, value)
        columns = entry.section.fields
        changed = [name for name in values if row is None or not same(row, candidate, columns[name])]
        owner_changes = row is not None and row.managed_by != self._owner
        if owner_changes and not self._owner and not self._take_over:
            # A file without an owner may repeat what others own, and leaves it theirs.
            owner_changes = False
        if row is not None and not self._may_touch(entry, row, changed, owner_changes):
            return
        if changed and not self._is_sound(entry, candidate):
            return
        self._note(entry, row, candidate, changed, self._owner if owner_changes else None)
        if row is None:
            candidate.managed_by = self._owner
            self._save(entry, candidate)
        elif changed:
            if owner_changes:
                candidate.managed_by = self._owner
            columns_saved = [*_columns_of(entry, changed), "managed_by", *_touched(candidate)]
            self._save(entry, candidate, update_fields=columns_saved)
        elif owner_changes:
            self._hand_over(row)

    def _hand_over(self, row: Any) -> None:
        """Make the row the file's owner's, and say so in its history."""
        changes = {"managed_by": [row.managed_by, self._owner]}
        row.managed_by = self._owner
        # No save: whose it is means nothing to the engine, and a revision would be raised for it.
        type(row)._base_manager.filter(pk=row.pk).update(managed_by=self._owner)
        RecordedChange.objects.log_create(row, action=RecordedChange.Action.UPDATE, changes=changes)

    def _with_endpoint(self, entry: Entry) -> dict[str, Any]:
        values = dict(entry.values)
        if entry.section.model is not APIEndpointSchedule:
            return values
        name = values["endpoint"]
        # An endpoint that is itself at fault: its schedules need not be blamed too.
        if name not in self._endpoints and all(problem.entry != name for problem in self._problems):
            sentence = _('No endpoint is called "%(name)s", neither in the file nor in the database.')
            self._problems.append(entry.problem(sentence % {"name": name}, "endpoint"))
        # One that is not saved stands in for what is missing, so that the rest of the entry is checked too.
        return values | {"endpoint": self._endpoints.get(name) or APIEndpoint(name=name)}

    def _may_touch(self, entry: Entry, row: Any, changed: list[str], owner_changes: bool) -> bool:
        is_anothers = row.managed_by not in ("", self._owner)
        if not is_anothers or self._take_over or not (changed or owner_changes):
            return True
        sentence = _('It is managed by "%(owner)s". Change it there, or use --take-over.')
        self._problems.append(entry.problem(sentence % {"owner": row.managed_by}))
        return False

    def _is_sound(self, entry: Entry, candidate: Any) -> bool:
        try:
            candidate.full_clean(exclude={"endpoint"} if getattr(candidate, "endpoint_id", 0) is None else None)
            _refuse_what_was_put_aside(entry.values, candidate)
        except ValidationError as error:
            for name, found in error.message_dict.items():
                at = "" if name == NON_FIELD_ERRORS else name
                self._problems += [entry.problem(sentence, at) for sentence in found]
            return False
        if entry.section.model is APIEndpointSchedule:
            settle(candidate)
        return True

    def _note(self, entry: Entry, row: Any, candidate: Any, changed: list[str], owner: str | None) -> None:
        verb = Verb.CREATED if row is None else Verb.CHANGED if changed else Verb.UNCHANGED
        columns = entry.section.fields
        fields = [
            FieldChange(name, shown(raw_of(row, columns[name])), shown(raw_of(candidate, columns[name])))
            for name in (changed if row is not None else ())
        ]
        self._plan.changes.append(Change(entry.section.name, entry.title, verb, tuple(fields), owner))

    def _save(self, entry: Entry, candidate: Any, **how: Any) -> None:
        # Nothing is written behind a mistake: it would be rolled back anyway, and costs the reader time.
        if not self._problems or entry.section.model is APIEndpoint:
            candidate.save(**how)

    def _prune(self, section: Section) -> None:
        named = {entry.key for entry in self._entries[section.name]}
        for key, row in self._rows(section).items():
            if row.managed_by != self._owner or key in named:
                continue
            title = section.title_of(key)
            if section.model is APIEndpoint and (schedules := list(row.schedules.values_list("name", flat=True)[:3])):
                sentence = _("It cannot be deleted: %(schedules)s still need it.") % {"schedules": ", ".join(schedules)}
                self._problems.append(FileProblem(sentence, entry=title))
                continue
            self._plan.changes.append(Change(section.name, title, Verb.DELETED))
            row.delete()


def _columns_of(entry: Entry, names: list[str]) -> list[str]:
    # By column: what a save means for the engine is judged by "endpoint_id".
    return [entry.section.fields[name].attname for name in names]


def _touched(row: Any) -> list[str]:
    """Return the columns that Django fills by itself at a save."""
    return [column.name for column in row._meta.concrete_fields if getattr(column, "auto_now", False)]


def _refuse_what_was_put_aside(values: Mapping[str, Any], candidate: Any) -> None:
    """Refuse what the file says for another kind: it would be forgotten, and the writer believe it has an effect."""
    aside = [name for name, value in values.items() if _is_filled(value) and not _is_filled(getattr(candidate, name))]
    if aside:
        message = _('"%(field)s" has no meaning for the kind "%(kind)s". Leave it empty.')
        raise ValidationError({name: message % {"field": name, "kind": candidate.schedule_type} for name in aside})


def _is_filled(value: Any) -> bool:
    return value not in (None, "", [])
