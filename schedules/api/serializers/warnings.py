"""What an answer says when a change is stored and not in force yet."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_HELP = "Null when all is well; else a sentence that says what is not in force as it is stored, and why."


class WarningSerializer(serializers.Serializer[Any]):
    """A change that is stored, while beat has not been told."""

    warning = serializers.CharField(help_text=_HELP)


@extend_schema_field({"type": ["string", "null"]})
class WarningField(serializers.Field[Any, Any, Any, Any]):
    """Read-only; filled from the context of an answer to a change."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"source": "*", "read_only": True, "help_text": _HELP, **kwargs})

    def to_representation(self, value: Any) -> str | None:
        return self.context.get("warning")  # type: ignore[no-any-return]
