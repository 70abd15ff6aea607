"""One form field for each thing that a task wants to be told; each cleans to the JSON value that travels."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from unfold.widgets import UnfoldAdminSelectWidget

from schedules.forms.fields import JsonText, LocalInstantField
from schedules.forms.widgets import INPUT
from schedules.task_parameters import Parameter, problem_with_value

#: What an empty field cleans to: nothing is passed, so the task takes its own default.
NOTHING: Any = object()
LONGEST_TEXT = 10_000


def field_of(parameter: Parameter) -> forms.Field:
    """Return the field for one parameter; its ``clean`` gives a JSON value, or NOTHING when it is left empty."""
    return _Argument(parameter)


def shown_value(parameter: Parameter, value: Any) -> Any:
    """Return a JSON value as the parameter's field shows it."""
    if value is None and parameter.kind not in ("any", "list", "object"):
        return ""
    if parameter.kind in ("bool", "choice"):
        return json.dumps(value)
    if parameter.kind in ("list", "object"):
        return json.dumps(value, ensure_ascii=False)
    if parameter.kind == "any":
        # Text that would be read as something else keeps its quotation marks.
        return value if isinstance(value, str) and _read(value) == value else json.dumps(value, ensure_ascii=False)
    return str(value)


class _Argument(forms.Field):
    """Asks an ordinary field to read what was typed, then says what it means to the task."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.reader = _READERS[parameter.kind](parameter)
        super().__init__(
            required=parameter.is_required,
            label=parameter.label,
            help_text=_help_of(parameter),
            widget=self.reader.widget,
        )

    def clean(self, value: Any) -> Any:
        typed = value.strip() if isinstance(value, str) and self.parameter.kind != "str" else value
        if typed in (None, "", []):
            self.validate(None)
            return NOTHING
        read = self.reader.clean(typed)
        as_json = read.isoformat() if hasattr(read, "isoformat") else read
        if refused := problem_with_value(self.parameter, as_json):
            raise forms.ValidationError(refused, code="arguments")
        return as_json

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or "") != (data or "")


class _JsonOrText(forms.CharField):
    """Anything: JSON where it reads as such, else the text as it stands."""

    def clean(self, value: Any) -> Any:
        return _read(super().clean(value))


class _JsonChoice(forms.ChoiceField):
    def clean(self, value: Any) -> Any:
        return json.loads(super().clean(value))


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> Any:
    raise ValueError(constant)  # NaN and Infinity are no JSON, though Python reads them.


def _select(parameter: Parameter, choices: list[tuple[str, Any]]) -> forms.Field:
    nothing = [("", "")] if parameter.is_required else [("", _usually(parameter))]
    return _JsonChoice(choices=[*nothing, *choices], widget=UnfoldAdminSelectWidget())


def _yes_or_no(parameter: Parameter) -> forms.Field:
    return _select(parameter, [("true", _("yes").capitalize()), ("false", _("no").capitalize())])


def _choice(parameter: Parameter) -> forms.Field:
    return _select(parameter, [(json.dumps(choice), _said(choice)) for choice in parameter.choices])


def _number(kind: type[forms.Field], mode: str) -> Callable[[Parameter], forms.Field]:
    # Not type="number": browsers throw away what they cannot read, and full-width digits with it.
    return lambda parameter: kind(widget=forms.TextInput({"class": INPUT, "inputmode": mode, "autocomplete": "off"}))


def _text(kind: type[forms.CharField]) -> Callable[[Parameter], forms.Field]:
    return lambda parameter: kind(
        max_length=LONGEST_TEXT, strip=False, widget=forms.TextInput({"class": INPUT, "autocomplete": "off"})
    )


def _date(parameter: Parameter) -> forms.Field:
    widget = forms.DateInput({"class": f"{INPUT} sx-instant", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"])


def _json(parameter: Parameter) -> forms.Field:
    return JsonText(widget=forms.TextInput({"class": f"{INPUT} sx-code", "autocomplete": "off", "spellcheck": "false"}))


_READERS: dict[str, Callable[[Parameter], forms.Field]] = {
    "bool": _yes_or_no,
    "choice": _choice,
    "int": _number(forms.IntegerField, "numeric"),
    "float": _number(forms.FloatField, "decimal"),
    "str": _text(forms.CharField),
    "date": _date,
    "datetime": lambda parameter: LocalInstantField(),
    "list": _json,
    "object": _json,
    "any": _text(_JsonOrText),
}


def _help_of(parameter: Parameter) -> str:
    parts = [pgettext("help of an argument", parameter.description)] if parameter.description else []
    if parameter.kind == "list":
        parts.append(_('A list in JSON, such as ["7203", "6758"].'))
    if parameter.kind == "object":
        parts.append(_('Names and values in JSON, such as {"limit": 10}.'))
    if not parameter.is_required and parameter.kind not in ("bool", "choice"):
        parts.append(_usually(parameter))
    return " ".join(parts)


def _usually(parameter: Parameter) -> str:
    if parameter.default in (None, ""):
        return _("Empty: nothing is said.")
    return _("Empty: %(default)s.") % {"default": _said(parameter.default)}


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
