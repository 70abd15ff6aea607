"""In which order and grouping the schedule form shows its fields."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from schedules.forms.arguments import SHOWN_FOR, TellsTask
from schedules.forms.schedule import ARGUMENTS_FROM, KINDS_OF_FIELD
from schedules.task_catalogue import bound_arguments, description_of


@dataclass(frozen=True)
class Section:
    """A group of fields under one heading; a folded one opens by itself when it holds an error."""

    title: Any
    names: tuple[str, ...]
    folded: bool = False
    #: Whether what the task is told stands at its head.
    has_arguments: bool = False


@dataclass(frozen=True)
class PlacedField:
    """A bound field and the kinds for which it is shown; no kinds means all."""

    bound: BoundField
    kinds: str

    @property
    def is_switch(self) -> bool:
        return getattr(self.bound.field.widget, "input_type", "") == "checkbox"

    @property
    def is_group(self) -> bool:
        """Whether it consists of many controls, so that a legend names it and not a label."""
        return getattr(self.bound.field.widget, "is_group", False)


@dataclass(frozen=True)
class PlacedSection:
    section: Section
    fields: list[PlacedField]
    arguments: "Arguments | None" = None

    @property
    def is_open(self) -> bool:
        shown = [*self.fields, *(self.arguments.fields if self.arguments else ())]
        wrong = any(field.bound.errors for field in shown) or bool(self.arguments and self.arguments.other_errors)
        return not self.section.folded or wrong


@dataclass(frozen=True)
class Arguments:
    """What the task is told: its fields, and above them, where there is a choice, whose arguments count.

    ``unseen`` are the fields whose place the others take; what is wrong with the whole is said there.
    """

    task: str
    description: str
    shown_name: str
    shown_for: str
    source: PlacedField | None
    fields: list[PlacedField]
    unseen: list[BoundField]
    usual: str

    @property
    def other_errors(self) -> list[str]:
        return [error for bound in self.unseen for error in bound.errors]


WHAT = Section(_("What"), ("name", "endpoint", "enabled"))
WHEN = Section(
    _("When"),
    (
        "schedule_type",
        "weekdays",
        "month_days",
        "execution_times",
        "short_months",
        "cron_expression",
        "interval_seconds",
        "run_at",
        "trading_day_rule",
        "exchange",
        "timezone",
    ),
)
PERIOD = Section(_("Start, end, dates without a run"), ("starts_at", "ends_at", "excluded_dates"), folded=True)
TROUBLE = Section(
    _("When something goes wrong"),
    (
        "catch_up_policy",
        "catch_up_window_seconds",
        "overlap_policy",
        "max_retries",
        "retry_delay_seconds",
        "pause_after_failures",
    ),
    folded=True,
)
CALL = Section(
    _("Arguments and queue"),
    ("args", "kwargs", "queue", "priority", "expires_seconds", "jitter_seconds"),
    folded=True,
    has_arguments=True,
)
WHY = Section(_("Description and reason"), ("description", "change_reason"), folded=True)
SECTIONS = (WHAT, WHEN, PERIOD, TROUBLE, CALL, WHY)


def placed_sections(form: BaseForm) -> Iterator[PlacedSection]:
    """Yield the sections with the fields of ``form``; fields that the form lacks are left out."""
    for section in SECTIONS:
        fields = [
            PlacedField(form[name], " ".join(KINDS_OF_FIELD.get(name, ())))
            for name in section.names
            if name in form.fields and not (section.has_arguments and name in form.ARGUMENTS)
        ]
        yield PlacedSection(section, fields, arguments_of_form(form) if section.has_arguments else None)


def arguments_of_form(form: TellsTask) -> Arguments | None:
    """Return what the task is told as ``form`` stands; None when the form does not ask for it."""
    if not form.may_tell:
        return None
    bound: Any = form
    names = form.argument_names() if form.task else []
    source = bound[ARGUMENTS_FROM] if ARGUMENTS_FROM in bound.fields else None
    said = description_of(form.task)
    return Arguments(
        task=form.task,
        description=pgettext("what a task does", said) if said else "",
        shown_name=SHOWN_FOR,
        shown_for=form.shown_for,
        source=source and PlacedField(source, ""),
        fields=[PlacedField(bound[name], "") for name in names],
        unseen=[bound[name] for name in form.ARGUMENTS if name not in names],
        usual=_in_short(form) if source else "",
    )


def _in_short(form: Any) -> str:
    """Return the endpoint's arguments in one line."""
    if form.endpoint is None:
        return ""
    args, kwargs = form.endpoint.default_args, form.endpoint.default_kwargs
    values = bound_arguments(form.task, args, kwargs)
    if values is None:
        return json.dumps([args, kwargs], ensure_ascii=False)
    labels = {each.name: each.label for each in form.parameters or ()}
    return ", ".join(
        f"{labels.get(name, name)}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in values.items()
    )
