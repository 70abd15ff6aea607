"""What a script declares under a name: as in a PUT, except that the name stands in the address."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from schedules.api import examples
from schedules.api.serializers.endpoints import EndpointSerializer
from schedules.api.serializers.schedules import ScheduleSerializer
from schedules.services.declaring import Outcome

_HELP = "What the request has done. `unchanged`: it was so already, and nothing was written."


class _Declared:
    """Takes the name from the context: ``declared_name``."""

    def to_internal_value(self, data: Any) -> Any:
        name = self.context["declared_name"]  # type: ignore[attr-defined]
        if isinstance(data, Mapping):
            if data.get("name", name) != name:
                sentence = _('The address names "%(name)s". Leave the name out here; PATCH renames.') % {"name": name}
                raise serializers.ValidationError({"name": [serializers.ErrorDetail(sentence, code="other_name")]})
            data = {**data, "name": name}
        return super().to_internal_value(data)  # type: ignore[misc]


@extend_schema_serializer(examples=examples.DECLARED_SCHEDULES)
class DeclaredScheduleSerializer(_Declared, ScheduleSerializer):
    """A schedule under the name in the address."""

    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome], read_only=True, help_text=_HELP)

    class Meta(ScheduleSerializer.Meta):
        fields = [*ScheduleSerializer.Meta.fields, "outcome"]
        extra_kwargs = {"name": {"validators": [], "required": False}}


@extend_schema_serializer(examples=examples.DECLARED_ENDPOINTS)
class DeclaredEndpointSerializer(_Declared, EndpointSerializer):
    """An endpoint under the name in the address."""

    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome], read_only=True, help_text=_HELP)

    class Meta(EndpointSerializer.Meta):
        fields = [*EndpointSerializer.Meta.fields, "outcome"]
        extra_kwargs = {"name": {"validators": [], "required": False}}
