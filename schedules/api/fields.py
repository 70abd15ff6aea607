"""Types of fields that DRF lacks or reads too kindly."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

#: What the description says of arguments that are shown.
SECRETS = "Secrets among them read `***` for those who may not change it."
_TEXTS = {"type": "array", "items": {"type": "string"}}


class InstantField(serializers.DateTimeField):
    """An instant with its offset. DRF would guess a zone for one without; a guess moves runs by hours."""

    default_error_messages = {
        "naive": _('"%(value)s" has no offset, so it names no instant. Write it as 2026-01-30T09:00:00+09:00.'),
        "date": _("A date alone names no instant. Write it as 2026-01-30T09:00:00+09:00."),
        "invalid": _("This is not an instant. Write it as 2026-01-30T09:00:00+09:00."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        # Called for output too, where every instant comes aware from the database.
        if value.tzinfo is None:
            message = self.error_messages["naive"] % {"value": value.isoformat()}
            raise serializers.ValidationError(message, code="naive")
        return super().enforce_timezone(value)

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str | datetime):
            self.fail("invalid", format="ISO 8601")
        return super().to_internal_value(value)


class KeyField(serializers.PrimaryKeyRelatedField):
    """The number of another row; nothing else is taken for a number."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)


class _ListField(serializers.JSONField):
    """A list; what may be in it is the recurrence's to say."""

    example = "[]"
    default_error_messages = {"not_a_list": _("This is not a list. Write for example %(example)s.")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list):
            message = self.error_messages["not_a_list"] % {"example": self.example}
            raise serializers.ValidationError(message, code="not_a_list")
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "type": "object",
        "properties": {"times": _TEXTS | {"minItems": 1, "maxItems": 48}},
        "required": ["times"],
        "example": {"times": ["08:10", "17:40"]},
    }
)
class ExecutionTimesField(serializers.JSONField):
    """``{"times": ["08:10", "25:00"]}``: wall-clock times up to 29:59."""

    default_error_messages = {
        "shape": _('Write an object with the one key "times", for example {"times": ["08:10", "17:40"]}.')
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict) or data.keys() - {"times"}:
            raise serializers.ValidationError(self.error_messages["shape"], code="shape")
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "string", "enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
        "example": ["mon", "thu"],
    }
)
class WeekdaysField(_ListField):
    """``["mon", "thu"]``."""

    example = '["mon", "thu"]'


@extend_schema_field(
    {
        "type": "array",
        "items": {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 31}, {"type": "string"}]},
        "example": [1, 15, "last", "2-fri", "last-fri", "trading:1", "trading:-1"],
    }
)
class MonthDaysField(_ListField):
    """``[1, "last", "2-fri", "trading:-1"]``."""

    example = '[1, 15, "last"]'


@extend_schema_field({"type": "array", "items": {"type": "string", "format": "date"}})
class DatesField(_ListField):
    """``["2026-12-31"]``."""

    example = '["2026-12-31"]'


@extend_schema_field({"type": "array", "items": {}})
class ArgumentsField(serializers.JSONField):
    """Positional arguments of a task."""


@extend_schema_field({"type": "object", "additionalProperties": {}})
class NamedArgumentsField(serializers.JSONField):
    """Named arguments of a task."""


@extend_schema_field({})
class AnyField(serializers.JSONField):
    """Whatever JSON has, null among it."""
