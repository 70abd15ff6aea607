"""Reading the history of changes: a row as it was before and after an entry, and its rule then in words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet

from schedules.models import APIEndpoint, APIEndpointSchedule, OccurrenceChange, RecordedChange
from schedules.models.definitions import FIELD_OF_KEY, Beside, recurrence_of
from schedules.recurrence import DefinitionError, describe

#: What a schedule's rule is made of: said in one sentence, where there is one.
RULE_FIELDS = frozenset(FIELD_OF_KEY.values())


def history_of(model: type[models.Model], pk: int) -> QuerySet[RecordedChange]:
    """Return the entries of one row, newest first, whether it is still there or not."""
    entries: QuerySet[RecordedChange] = RecordedChange.objects.get_for_model(model)
    return entries.filter(object_id=pk).select_related("actor")


def whole_history_of(model: type[models.Model], pk: int) -> QuerySet[RecordedChange]:
    """Return what ``history_of`` does; of a schedule also what was decided about single runs of it."""
    if model is not APIEndpointSchedule:
        return history_of(model, pk)
    kinds = ContentType.objects.get_for_models(model, OccurrenceChange)
    own = models.Q(content_type=kinds[model], object_id=pk)
    # They have rows of their own, which know whose they are also when they are gone.
    once = models.Q(content_type=kinds[OccurrenceChange], serialized_data__fields__schedule=pk)
    return RecordedChange.objects.filter(own | once).select_related("actor")


def deleted_rows(model: type[models.Model]) -> QuerySet[RecordedChange]:
    """Return the last entry of each row that is gone, latest first."""
    gone = RecordedChange.objects.get_for_model(model).filter(action=RecordedChange.Action.DELETE)
    of_same = RecordedChange.objects.filter(
        content_type=models.OuterRef("content_type"), object_id=models.OuterRef("object_id")
    )
    later = of_same.filter(pk__gt=models.OuterRef("pk"))
    return gone.filter(~models.Exists(later)).select_related("actor")  # type: ignore[no-any-return]


def changes_in(entry: RecordedChange) -> dict[str, tuple[Any, Any]]:
    """Return before and after of each changed column, typed as the row has them."""
    model = entry.content_type.model_class()
    found = {}
    for name, values in (entry.changes or {}).items():
        # A many-to-many field, and a column that a later release has dropped, have no value to go back to.
        if isinstance(values, list) and model and (field := _column(model, name)):
            found[name] = (value_of(field, values[0]), value_of(field, values[1]))
    return found


def value_of(field: "models.Field[Any, Any]", raw: Any) -> Any:
    """Return a recorded value as the row has it; instants are recorded in UTC without saying so."""
    try:
        value = raw if field.is_relation else field.to_python(raw)
    except ValidationError:
        return raw
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def row_after(entry: RecordedChange) -> models.Model | None:
    """Return the row as the change left it, not saved; None for a deletion, and when that was not recorded."""
    return None if entry.action == RecordedChange.Action.DELETE else _snapshot(entry)


def row_before(entry: RecordedChange) -> models.Model | None:
    """Return the row as the change found it, not saved; None for a creation."""
    if entry.action == RecordedChange.Action.CREATE:
        return None
    row = _snapshot(entry)
    if row is not None and entry.action == RecordedChange.Action.UPDATE:
        set_values(row, {name: before for name, (before, _after) in changes_in(entry).items()})
    return row


def set_values(row: models.Model, values: Mapping[str, Any]) -> None:
    """Set columns by their fields' names; of a relation, the value is the other row's key."""
    for name, value in values.items():
        setattr(row, row._meta.get_field(name).attname, value)  # type: ignore[union-attr]


def rule_sentence(row: models.Model | None, language: str) -> str:
    """Return a schedule's rule in words; empty for anything else, and when its columns make no rule."""
    if not isinstance(row, APIEndpointSchedule):
        return ""
    try:
        return describe(recurrence_of(row, Beside()), language)
    except (DefinitionError, TypeError, ValueError):
        return ""


def endpoint_names(entries: list[RecordedChange]) -> dict[int, str]:
    """Return the names of the endpoints that the entries mention, of deleted ones their last; one or two queries."""
    wanted = {key for entry in entries for key in (entry.changes or {}).get("endpoint") or () if isinstance(key, int)}
    if not wanted:
        return {}
    names = dict(APIEndpoint.objects.filter(pk__in=wanted).values_list("pk", "name"))
    if gone := wanted - names.keys():
        last = RecordedChange.objects.get_for_model(APIEndpoint).filter(object_id__in=gone).order_by("timestamp", "pk")
        names |= dict(last.values_list("object_id", "object_repr"))
    return names


def _snapshot(entry: RecordedChange) -> models.Model | None:
    model = entry.content_type.model_class()
    if model is None or not entry.serialized_data:
        return None
    row = model(pk=entry.object_id)
    kept = entry.serialized_data["fields"].items()
    set_values(row, {name: value_of(field, raw) for name, raw in kept if (field := _column(model, name))})
    return row


def _column(model: type[models.Model], name: str) -> "models.Field[Any, Any] | None":
    return next((field for field in model._meta.concrete_fields if field.name == name), None)
