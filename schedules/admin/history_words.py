"""What people read of a recorded change: who, from where, and each field before and after, in their own words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from schedules.admin.history_of_runs import is_of_one_run, one_run_sides, one_run_title
from schedules.admin.pictures import local_instant
from schedules.admin.wording import duration_text, page_language, zone_text
from schedules.history import RULE_FIELDS, changes_in, endpoint_names, row_after, row_before, rule_sentence
from schedules.masking import mask_all
from schedules.models import APIEndpointSchedule, RecordedChange
from schedules.models.reasons import pause_text

Action = RecordedChange.Action

_TITLES = {
    Action.CREATE: pgettext_lazy("history of changes", "Created"),
    Action.UPDATE: pgettext_lazy("history of changes", "Changed"),
    Action.DELETE: pgettext_lazy("history of changes", "Deleted"),
}
#: Set by a save itself, so that nobody has changed it.
_UNTOLD = frozenset({"created_at", "updated_at"})


@dataclass(frozen=True)
class Line:
    """One field, or the whole rule, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One entry of the history as a page shows it."""

    entry: RecordedChange
    title: str
    at: str
    who: str
    whence: str
    reason: str
    lines: list[Line]

    @property
    def is_revertible(self) -> bool:
        """Whether undoing it can be asked for; what would come of it is found out then."""
        if is_of_one_run(self.entry):
            # Undone on the page of the run, while that lies ahead.
            return False
        return bool(self.lines) if self.entry.action == Action.UPDATE else self.entry.action == Action.DELETE


def told(entries: Iterable[RecordedChange], *, now: datetime) -> list[Told]:
    """Return entries for a page; two queries more than theirs, however many they are."""
    entries = list(entries)
    names = endpoint_names(entries)
    return [
        Told(
            entry=entry,
            title=_title(entry),
            at=local_instant(entry.timestamp, now=now),
            who=entry.actor_name or str(entry.get_door_display()),
            whence=whence_of(entry),
            reason=pause_text(entry.reason),
            lines=_lines(entry, names, now=now),
        )
        for entry in entries
    ]


def _title(entry: RecordedChange) -> str:
    if is_of_one_run(entry):
        return one_run_title(entry)
    return pgettext("history of changes", "Reverted") if entry.reverts else str(_TITLES.get(entry.action, ""))


def whence_of(entry: RecordedChange) -> str:
    """Return the door, what was used there, and the address."""
    door = str(entry.get_door_display()) if entry.actor_name else ""
    return " · ".join(part for part in (door, entry.through, entry.remote_addr or "") if part)


def difference_lines(
    row: models.Model, differences: Mapping[str, tuple[Any, Any]], *, stored: models.Model | None, now: datetime
) -> list[Line]:
    """Return what would change from ``stored`` to ``row`` as lines: the rule in one, the other fields one each."""
    rules = (rule_sentence(stored, page_language()), rule_sentence(row, page_language()))
    keys = {value for value in differences.get("endpoint", ()) if isinstance(value, int)}
    return _as_lines(type(row), differences, rules, _names_of(keys), now=now)


def field_words(field: "models.Field[Any, Any]", value: Any, names: Mapping[int, str], *, now: datetime) -> str:
    """Return one value as people say it."""
    if value is None or value == "" or value == []:
        return "–"
    if field.name == "endpoint":
        return names.get(value, f"#{value}")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, datetime):
        return local_instant(value, now=now)
    if isinstance(value, date):
        return formats.date_format(value)
    if field.name.endswith("_seconds") and isinstance(value, int):
        return duration_text(timedelta(seconds=value))
    return _text_words(field.name, value)


def _text_words(name: str, value: Any) -> str:
    value = mask_all(value)
    if name == "pause_reason":
        return pause_text(value)
    if name == "timezone":
        return zone_text(value)
    if isinstance(value, dict) and list(value) == ["times"]:
        value = value["times"]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _lines(entry: RecordedChange, names: Mapping[int, str], *, now: datetime) -> list[Line]:
    if is_of_one_run(entry):
        return [Line(*sides) for sides in one_run_sides(entry, now=now)]
    model = entry.content_type.model_class()
    if model is None:
        return []
    rules = (rule_sentence(row_before(entry), page_language()), rule_sentence(row_after(entry), page_language()))
    if entry.action != Action.UPDATE:
        # All of its fields at once would say nothing; of a schedule, the rule says what it is.
        return [Line(_("rule"), *(rule or "–" for rule in rules))] if any(rules) else []
    return _as_lines(model, changes_in(entry), rules, names, now=now) + _sets(entry, model)


def _as_lines(
    model: type[models.Model],
    changes: Mapping[str, tuple[Any, Any]],
    rules: tuple[str, str],
    names: Mapping[int, str],
    *,
    now: datetime,
) -> list[Line]:
    says_rule = issubclass(model, APIEndpointSchedule) and rules[0] != rules[1] and RULE_FIELDS & set(changes)
    lines = [Line(_("rule"), *(rule or "–" for rule in rules))] if says_rule else []
    for field in model._meta.concrete_fields:
        if field.name not in changes or field.name in _UNTOLD or (says_rule and field.name in RULE_FIELDS):
            continue
        before, after = changes[field.name]
        words = [field_words(field, value, names, now=now) for value in (before, after)]
        if words[0] != words[1]:
            lines.append(Line(str(field.verbose_name), *words))
    return lines


def _sets(entry: RecordedChange, model: type[models.Model]) -> list[Line]:
    """Return what joined or left a many-to-many field."""
    lines = []
    for name, change in (entry.changes or {}).items():
        if isinstance(change, dict) and change.get("type") == "m2m":
            objects = ", ".join(change["objects"])
            sides = ("–", objects) if change["operation"] == "add" else (objects, "–")
            lines.append(Line(str(model._meta.get_field(name).verbose_name), *sides))  # type: ignore[union-attr]
    return lines


def _names_of(keys: set[int]) -> dict[int, str]:
    return endpoint_names([RecordedChange(changes={"endpoint": list(keys)})])
