"""What is asked before a run by hand: why, and for a single schedule what this one run is called with."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from schedules.forms.arguments import JsonArea, TellsTask
from schedules.forms.asking import AskingForm
from schedules.forms.fields import JsonText
from schedules.forms.reasons import IN_RUNS, ReasonField


class RunForm(TellsTask, AskingForm):
    """The arguments are shown as the schedule has them, a field for each where the task's parameters are known."""

    reason = ReasonField(help_text=IN_RUNS)
    args = JsonText(label=_("arguments"), required=False, widget=JsonArea())
    kwargs = JsonText(label=_("named arguments"), required=False, widget=JsonArea())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(self.schedules) != 1:
            # Each has its own.
            for name in self.ARGUMENTS:
                del self.fields[name]
            self.parameters, self.task = None, ""
            return
        self._task, *self._own = self.schedules[0].call()
        for name, value in zip(self.ARGUMENTS, self._own, strict=True):
            self.fields[name].initial = value
        self.add_argument_fields()

    def chosen_task(self) -> str:
        return self._task

    def usual_arguments(self) -> tuple[Any, Any]:
        args, kwargs = self._own
        return args, kwargs

    def clean(self) -> dict[str, Any]:
        return {**self.cleaned_data, "arguments": {} if self.errors else self._other_arguments()}

    def _other_arguments(self) -> dict[str, Any]:
        """Return what was changed, as the service takes it: whole, because the whole was shown."""
        changed = {}
        for name, own, empty in zip(self.ARGUMENTS, self._own if self.may_tell else (), ([], {}), strict=False):
            if self.parameters is None and name not in self.data:
                # A script that says nothing of them.
                continue
            given = self.cleaned_data[name]
            given = empty if given is None else given
            if given != own:
                changed[name] = given
        return changed | ({"replace_kwargs": True} if "kwargs" in changed else {})
