"""Documents of rows without the questions that DRF asks of each field of each row: half of the time of a long list.

DRF looks whether a row is a mapping and whether a value is to be called, and asks for the zone at every instant. The
columns of a model's row are plain attributes; here each is read and represented by what was found out once.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.utils.functional import cached_property
from rest_framework import serializers

#: How to read a field's value from a row, and how to represent one that is not None.
Reader = tuple[str, Callable[[Any], Any], Callable[[Any], Any]]


class QuickDocuments(serializers.ModelSerializer):
    """A model serializer whose answers are DRF's, sooner. What is no plain column is left to DRF's own field."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        if not isinstance(instance, self.Meta.model):
            return super().to_representation(instance)  # type: ignore[no-any-return]
        document: dict[str, Any] = {}
        for name, read, represent in self._readers:
            try:
                value = read(instance)
            except serializers.SkipField:
                continue
            document[name] = None if value is None else represent(value)
        return document

    @cached_property
    def _readers(self) -> list[Reader]:
        return [self._reader(name, field) for name, field in self.fields.items() if not field.write_only]

    def _reader(self, name: str, field: serializers.Field) -> Reader:
        column = self._columns.get(field.source)
        if isinstance(field, serializers.PrimaryKeyRelatedField) and column and field.pk_field is None:
            return name, attrgetter(column), _as_it_is
        if isinstance(field, serializers.SerializerMethodField):
            return name, _as_it_is, field.to_representation
        if column is None or type(field).get_attribute is not serializers.Field.get_attribute:
            return name, field.get_attribute, field.to_representation
        if isinstance(field, serializers.DateTimeField) and not hasattr(field, "timezone"):
            # As DRF would find it for each value: that of the request.
            field.timezone = field.default_timezone()
        return name, attrgetter(column), field.to_representation

    @cached_property
    def _columns(self) -> dict[str, str]:
        """Return the attribute of each column by the name of its field."""
        return {column.name: column.attname for column in self.Meta.model._meta.concrete_fields}


def _as_it_is(value: Any) -> Any:
    return value
