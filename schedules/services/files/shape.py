"""What a file says of a row: the fields, their types, what is left out when it is usual.

The fields are the columns that people set, so that a new column is in the file by itself. What the engine writes
(pauses, revisions, since when a schedule is in force) is no part of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from schedules.models import APIEndpoint, APIEndpointSchedule, ExceptionalDay
from schedules.models.definitions import recurrence_of
from schedules.recurrence import DefinitionError
from schedules.recurrence.problems import quote
from schedules.recurrence.reading import Reader
from schedules.recurrence.zones import find_zone
from schedules.refusals import sentence_of


@dataclass(frozen=True)
class Section:
    """One list of the file: rows of one model, told apart by ``key``."""

    name: str
    model: type[models.Model]
    key: tuple[str, ...]

    @property
    def fields(self) -> dict[str, Any]:
        """Return the columns that the file sets, by name, in the order in which they are written."""
        columns = self.model._meta.concrete_fields
        wanted = [column for column in columns if column.editable and not column.primary_key]
        return {column.name: column for column in sorted(wanted, key=lambda column: column.name not in self.key)}

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values[name] for name in self.key)

    def title_of(self, key: tuple[Any, ...]) -> str:
        return " ".join(map(str, key))


#: In the order in which they are applied: a schedule needs its endpoint.
SECTIONS = (
    Section("endpoints", APIEndpoint, ("name",)),
    Section("schedules", APIEndpointSchedule, ("name",)),
    Section("exceptional_days", ExceptionalDay, ("exchange", "on")),
)

#: Lists that may be written in more than one way and mean the same.
_RULE_LISTS = ("execution_times", "weekdays", "month_days", "excluded_dates")


def default_of(column: Any) -> Any:
    """Return what a field has that is left out. Raises ValidationError for one that must be given."""
    if column.has_default() or column.null or column.blank:
        return column.get_default()
    raise ValidationError(_("This field is missing."), code="required")


def value_of(column: Any, raw: Any) -> Any:
    """Return what a file's value means to a column. Raises ValidationError: 5.0, "5" and yes are not 5 and true."""
    if raw is None and (column.null or column.blank):
        return None if column.null else column.get_default()
    if isinstance(column, models.JSONField):
        if column.name == "execution_times" and not (isinstance(raw, dict) and set(raw) == {"times"}):
            raise ValidationError(_('Write the times as {"times": ["08:10", "17:40"]}.'), code="times")
        return raw
    reader = Reader({column.name: raw})
    value: Any = raw
    if isinstance(column, models.BooleanField):
        if not isinstance(raw, bool):
            raise ValidationError(_('"%(value)s" is neither true nor false.') % {"value": quote(raw)}, code="boolean")
    elif isinstance(column, models.IntegerField):
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise ValidationError(_('"%(value)s" is not a whole number.') % {"value": quote(raw)}, code="integer")
    elif isinstance(column, models.DateTimeField):
        # The reader says what is wrong; it cuts off parts of a second, which a column keeps.
        value = datetime.fromisoformat(raw) if reader.instant(column.name, required=True) is not None else None
    elif isinstance(column, models.DateField):
        value = reader.on_date(column.name, raw)
    else:
        value = reader.text(column.name, raw, most=column.max_length or 100_000)
    if reader.problems:
        problem = reader.problems[0]
        raise ValidationError(sentence_of(problem), code=problem.code)
    return value


def raw_of(row: Any, column: Any) -> Any:
    """Return a column's value as the file has it; the inverse of ``value_of``."""
    if column.is_relation:
        return str(getattr(row, column.name))
    value = getattr(row, column.name)
    if isinstance(value, datetime):
        return value.astimezone(_zone_of(row)).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def same(before: Any, after: Any, column: Any) -> bool:
    """Say whether two rows have the same in a field, however it is written: "8:10" is "08:10"."""
    name = column.name
    old, new = getattr(before, name), getattr(after, name)
    if not isinstance(column, models.JSONField):
        return bool(old == new)
    # As texts: to Python, 1 and true are equal.
    if json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True):
        return True
    return name in _RULE_LISTS and None not in (old, new) and _settled(before, name) == _settled(after, name)


def settle(schedule: APIEndpointSchedule) -> None:
    """Write the lists of a sound rule as the recurrence has them: times in order, with two digits."""
    definition = recurrence_of(schedule).definition
    for name in _RULE_LISTS:
        if getattr(schedule, name):
            setattr(schedule, name, _from_definition(definition, name))


def _settled(schedule: Any, name: str) -> Any:
    try:
        return _from_definition(recurrence_of(schedule).definition, name)
    except DefinitionError:
        return getattr(schedule, name)


def _from_definition(definition: Mapping[str, Any], name: str) -> Any:
    if name == "execution_times":
        return {"times": definition.get("times", [])}
    return definition.get(name, [])


def _zone_of(row: Any) -> Any:
    return find_zone(getattr(row, "timezone", "")) or ZoneInfo("UTC")
