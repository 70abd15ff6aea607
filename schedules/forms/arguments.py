"""What a task is told, in forms: a labelled field for each of its parameters; JSON where they cannot be known.

The fields depend on the task, which may be changed in the same form. A hidden value says for which task the person
saw the fields, so that nothing meant for one task is taken for another's.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from schedules.forms.argument_fields import NOTHING, field_of, shown_value
from schedules.forms.widgets import INPUT
from schedules.task_catalogue import bound_arguments, parameters_of_task
from schedules.task_parameters import Parameter, arranged

PREFIX = "argument_"
#: Hidden: the task whose fields the person had before their eyes; empty while they were JSON.
SHOWN_FOR = "arguments_of"


class JsonArea(forms.Textarea):
    """Never "left out": where fields stand for it, what they make is the value."""

    def __init__(self) -> None:
        super().__init__({"class": f"{INPUT} sx-code", "rows": 2, "spellcheck": "false"})

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class TellsTask:
    """For model forms with a field of positional and one of named arguments, both JSON (see ``ARGUMENTS``).

    ``fields``, ``data`` and so on are the form's.
    """

    #: The model's fields: positional, named.
    ARGUMENTS = ("args", "kwargs")

    def chosen_task(self) -> str:
        """Return the name of the task as the form stands; empty while none is chosen."""
        raise NotImplementedError

    def usual_arguments(self) -> tuple[Any, Any]:
        """Return the (args, kwargs) that the fields show before anything is typed."""
        raise NotImplementedError

    def says_arguments(self) -> bool:
        """Say whether the form's own arguments count, rather than those of somewhere else."""
        return True

    def add_argument_fields(self) -> None:
        """Called at the end of ``__init__``; makes ``parameters``, None where the arguments are written as JSON."""
        self.parameters: list[Parameter] | None = None
        self.task = self.chosen_task()
        if not self.may_tell:
            return
        parameters = parameters_of_task(self.task)
        values = None if parameters is None else bound_arguments(self.task, *self.usual_arguments())
        if parameters is None or values is None or self._typed_json():
            return
        self.parameters = parameters
        for each in parameters:
            self.fields[PREFIX + each.name] = field_of(each)
            if each.name in values:
                self.initial[PREFIX + each.name] = shown_value(each, values[each.name])
        if self.is_bound and self.must_show_others:
            self.data = self.data.copy()
            for each in parameters:
                name = self.add_prefix(PREFIX + each.name)
                self.data.setdefault(name, self.initial.get(PREFIX + each.name, ""))

    @property
    def may_tell(self) -> bool:
        return all(name in self.fields for name in self.ARGUMENTS)

    @property
    def shown_for(self) -> str:
        """What the hidden value is to say."""
        return "" if self.parameters is None else self.task

    @property
    def must_show_others(self) -> bool:
        """Say whether the person saw other fields than those of the task that is now chosen."""
        return self.is_bound and SHOWN_FOR in self.data and self.data[SHOWN_FOR] != self.shown_for

    def argument_names(self) -> list[str]:
        """Return the names of the fields that a person fills in."""
        if self.parameters is None:
            return [name for name in self.ARGUMENTS if name in self.fields]
        return [PREFIX + each.name for each in self.parameters]

    def _typed_json(self) -> bool:
        """Whoever has written JSON, or sends a form without such fields, as scripts do, is taken at their word."""
        if not self.is_bound:
            return False
        return SHOWN_FOR not in self.data or any(self.data.get(self.add_prefix(name)) for name in self.ARGUMENTS)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        if not self.may_tell:
            return
        values = {}
        for each in self.parameters or ():
            value = self.cleaned_data.pop(PREFIX + each.name, NOTHING)
            if value is not NOTHING:
                values[each.name] = value
        if not self.says_arguments():
            for name in self.argument_names():
                self._errors.pop(name, None)  # type: ignore[union-attr]
            self.cleaned_data |= dict.fromkeys(self.ARGUMENTS)
            return
        if self.must_show_others:
            self._ask_to_look()
        if self.parameters is not None:
            self.cleaned_data |= zip(self.ARGUMENTS, self._arranged(values), strict=True)

    def _update_errors(self, errors: ValidationError) -> None:
        """What is wrong at a field is said there, and not once more of the call as a whole."""
        found = errors.update_error_dict({})
        if any(name in self._errors for name in self.argument_names()):  # type: ignore[attr-defined]
            found = {name: problems for name, problems in found.items() if name not in self.ARGUMENTS}
        if found:
            super()._update_errors(ValidationError(found))  # type: ignore[misc]

    def _ask_to_look(self) -> None:
        wanted = self.parameters is None or any(each.is_required for each in self.parameters)
        if wanted or self.data[SHOWN_FOR]:
            sentence = _("Another task takes other arguments. Look at them here, then save again.")
            self.add_error(self.ARGUMENTS[0], ValidationError(sentence, code="other_arguments"))  # type: ignore[attr-defined]

    def _arranged(self, values: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return (args, kwargs); as they were written, when they say the same."""
        args, kwargs = self.usual_arguments()
        if bound_arguments(self.task, args, kwargs) == values:
            return args, kwargs
        return arranged(self.parameters or (), values, by_place=len(args))
