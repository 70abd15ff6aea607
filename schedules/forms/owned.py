"""A form that saves nothing of what a file owns."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from schedules.exceptions import ManagedByFile


class RefusesManaged(forms.BaseForm):
    """Its page shows such a row without fields; this is for a form that was open before, and loses nothing typed."""

    instance: Any

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk and self.instance.managed_by:
            refusal = ManagedByFile(str(self.instance), self.instance.managed_by)
            self.add_error(None, ValidationError(str(refusal), code="managed_by_file"))
        return cleaned
