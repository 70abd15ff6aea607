"""The way from a request to a model's row: types are the serializer's, rules are the model's."""

import copy
import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models
from django.utils.translation import gettext as _
from rest_framework import serializers

from schedules.api.errors import field_errors
from schedules.api.fields import InstantField
from schedules.api.serializers.quick import QuickDocuments
from schedules.services.defining import save_definition
from schedules.task_catalogue import problem_with_permission


class KnownFields:
    """Refuses fields that a serializer does not have: ignored, they would be believed to have an effect."""

    #: Names that may be sent though they are no fields here: an answer sent back has them.
    ignored: frozenset[str] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = {
                str(name)[:60]: [serializers.ErrorDetail(self._unknown_field(str(name)), code="unknown_field")]
                for name in data
                if name not in self.fields and name not in self.ignored
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)

    def _unknown_field(self, name: str) -> str:
        nearest = difflib.get_close_matches(name[:60], self.fields, n=1)
        if nearest:
            return _('"%(name)s" is not a field here. Did you mean "%(nearest)s"?') % {
                "name": name[:60],
                "nearest": nearest[0],
            }
        writable = ", ".join(name for name, field in self.fields.items() if not field.read_only)
        return _('"%(name)s" is not a field here. Fields that can be set are: %(known)s.') % {
            "name": name[:60],
            "known": writable,
        }


class CheckedModelSerializer(KnownFields, QuickDocuments):
    """A model serializer whose rules are those of ``full_clean()``, the same as behind the admin's forms.

    PUT replaces: a field that is left out takes its default. Fields that are only read may be sent back, so that an
    answer can be changed and returned; they are ignored. Unknown fields are refused.
    """

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.DateTimeField: InstantField
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        self.candidate = self.build_candidate(attrs)
        try:
            self.check_candidate(attrs)
        except DjangoValidationError as error:
            raise serializers.ValidationError(field_errors(error)) from error
        return attrs

    def build_candidate(self, attrs: Mapping[str, Any]) -> Any:
        """Return the row as it would be after this request, not saved."""
        if self.instance is None:
            return self.Meta.model(**attrs)
        candidate = copy.copy(self.instance)
        if not self.partial:
            for name, default in self._defaults().items():
                setattr(candidate, name, default)
        for name, value in attrs.items():
            setattr(candidate, name, value)
        return candidate

    def check_candidate(self, attrs: Mapping[str, Any]) -> None:
        """Hold the candidate against the model's rules. Raises Django's ValidationError."""
        self.candidate.full_clean()

    def refuse_tasks_of_others(self, field: str, tasks: Iterable[str]) -> None:
        """Refuse tasks that ask for a permission that the person does not have. Raises Django's ValidationError."""
        user = self.context["request"].user
        for task in dict.fromkeys(tasks):
            if refused := problem_with_permission(user, task):
                raise DjangoValidationError({field: DjangoValidationError(refused, code="task_not_permitted")})

    def create(self, validated_data: Any) -> Any:
        save_definition(self.candidate, by=self.context["request"].user)
        return self.candidate

    def update(self, instance: Any, validated_data: Any) -> Any:
        return self.create(validated_data)

    def _defaults(self) -> dict[str, Any]:
        """Return what a field takes that is left out; those that must be given have nothing to take."""
        columns = {column.name: column for column in self.Meta.model._meta.concrete_fields}
        settable = [columns[field.source] for field in self._writable_fields if field.source in columns]
        return {column.name: column.get_default() for column in settable if column.blank or column.has_default()}
