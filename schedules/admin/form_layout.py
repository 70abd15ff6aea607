"""In which order and grouping the schedule form shows its fields."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField
from django.utils.translation import gettext_lazy as _

from schedules.forms.schedule import KINDS_OF_FIELD


@dataclass(frozen=True)
class Section:
    """A group of fields under one heading; a folded one opens by itself when it holds an error."""

    title: Any
    names: tuple[str, ...]
    folded: bool = False
    hint: Any = ""


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

    @property
    def is_open(self) -> bool:
        return not self.section.folded or any(field.bound.errors for field in self.fields)


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
    ("description", "args", "kwargs", "queue", "priority", "expires_seconds", "jitter_seconds"),
    folded=True,
)
SECTIONS = (WHAT, WHEN, PERIOD, TROUBLE, CALL)


def placed_sections(form: BaseForm) -> Iterator[PlacedSection]:
    """Yield the sections with the fields of ``form``; fields that the form lacks are left out."""
    for section in SECTIONS:
        fields = [
            PlacedField(form[name], " ".join(KINDS_OF_FIELD.get(name, ())))
            for name in section.names
            if name in form.fields
        ]
        yield PlacedSection(section, fields)
