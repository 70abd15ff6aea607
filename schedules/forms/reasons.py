"""The field that asks why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schedules.actors import LONGEST_REASON
from schedules.forms.widgets import INPUT

#: Where a reason is read afterwards.
IN_CHANGES = _("Stands in the history of changes, beside your name.")
IN_RUNS = _("Stands in the run history, beside your name.")

_REASON = _("Reason")


class ReasonField(forms.CharField):
    """One line, not required unless asked for; ``help_text`` says where it is read afterwards."""

    def __init__(self, *, help_text: Any = "", label: Any = _REASON, required: bool = False) -> None:
        super().__init__(
            label=label,
            required=required,
            max_length=LONGEST_REASON,
            widget=forms.TextInput({"class": INPUT}),
            help_text=help_text,
        )
