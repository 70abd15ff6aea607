"""The form of an endpoint."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from schedules.forms.arguments import JsonArea, TellsTask
from schedules.forms.fields import MINUTE, JsonText, SecondsField
from schedules.forms.owned import RefusesManaged
from schedules.forms.permitted_tasks import PermittedTasks
from schedules.forms.reasons import IN_CHANGES, ReasonField
from schedules.forms.widgets import TaskInput
from schedules.models import APIEndpoint


class EndpointForm(TellsTask, PermittedTasks, RefusesManaged, forms.ModelForm):
    """What is called. Empty arguments mean none."""

    ARGUMENTS = ("default_args", "default_kwargs")

    expires_seconds = SecondsField(
        label=_("Drop when not begun within"),
        required=False,
        smallest=MINUTE,
        initial=3600,
        help_text=_("A run that no worker has begun by then is dropped. Empty: never."),
    )

    change_reason = ReasonField(label=_("Reason for this change"), help_text=IN_CHANGES)

    class Meta:
        model = APIEndpoint
        fields = (
            "name",
            "task",
            "enabled",
            "description",
            "default_args",
            "default_kwargs",
            "queue",
            "expires_seconds",
        )
        field_classes = {"default_args": JsonText, "default_kwargs": JsonText}
        widgets = {"task": TaskInput(), "default_args": JsonArea(), "default_kwargs": JsonArea()}
        help_texts = {
            "task": _("The Celery task that is called; the known ones are offered as you type."),
            "default_args": _('A list in JSON, such as ["scheduled"]. Empty: none.'),
            "default_kwargs": _('Names and values in JSON, such as {"limit": 10}. Empty: none.'),
            "queue": _("The queue whose workers take the runs."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Before anything typed is written into the instance.
        self._stored = (self.instance.task, self.instance.default_args, self.instance.default_kwargs)
        self.add_argument_fields()

    def chosen_task(self) -> str:
        typed = self.data.get(self.add_prefix("task"), "") if self.is_bound else self.initial.get("task", "")
        return str(typed or "").strip()

    def usual_arguments(self) -> tuple[Any, Any]:
        task, args, kwargs = self._stored
        # What one task was told means nothing to another.
        return (args, kwargs) if task == self.task else ([], {})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, nothing in (("default_args", []), ("default_kwargs", {})):
            if name not in self.errors and cleaned.get(name) is None:
                cleaned[name] = nothing
        self.refuse_tasks_of_others("task", self.instance.task, cleaned.get("task"))
        return cleaned
