"""What the preview pane shows: the rule in words, the next runs, what is skipped, and what an edit changes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.forms import BaseForm, BoundField
from django.utils import timezone
from django.utils.translation import gettext as _

from schedules.admin.month_calendar import Month, key_of, months_of
from schedules.admin.wording import day_text, distance_text, instant_text, page_language, said, time_text, zone_text
from schedules.forms.arguments import PREFIX
from schedules.forms.schedule import RULE_FIELDS
from schedules.models import APIEndpointSchedule
from schedules.recurrence.zones import find_zone
from schedules.services import previewing

#: Runs that the pane lists.
COUNT = 10


@dataclass(frozen=True)
class RunAction:
    """A link to what can be done to one run. ``title`` says to which."""

    label: str
    title: str
    icon: str
    address: str


@dataclass(frozen=True)
class RunLine:
    """One run as the pane shows it, in the schedule's zone; ``here`` is the reader's clock where that differs."""

    at: datetime
    day: str
    time: str
    distance: str
    belongs_to: str
    moved_from: str
    reason: str
    here: str = ""
    is_added: bool = False
    #: The rule's instant of a run that somebody moved once.
    instead_of: datetime | None = None
    actions: list[RunAction] = field(default_factory=list)


@dataclass(frozen=True)
class SkippedLine:
    day: str
    reason: str
    code: str


@dataclass(frozen=True)
class ChangeLine:
    """What somebody decided about one run."""

    at: str
    what: str
    reason: str
    who: str
    undo: RunAction | None


@dataclass(frozen=True)
class Pane:
    """Everything the partial needs; ``missing`` and ``problems`` say why there are no runs."""

    sentence: str = ""
    zone: str = ""
    zone_here: str = ""
    runs: list[RunLine] = field(default_factory=list)
    skipped: list[SkippedLine] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    added: list[RunLine] = field(default_factory=list)
    removed: list[RunLine] = field(default_factory=list)
    unchanged: int = 0
    has_changes: bool = False
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    in_force: bool = True
    paused: str = ""
    months: list[Month] = field(default_factory=list)
    changes: list[ChangeLine] = field(default_factory=list)

    @property
    def month_key(self) -> list[tuple[str, object]]:
        return key_of(self.months)


def pane_of_form(form: BaseForm, *, now: datetime, saved: APIEndpointSchedule | None) -> Pane:
    """Return the pane for what is typed in a bound ``form``, which need not be complete in other fields."""
    form.is_valid()
    missing, problems = [], []
    for name in RULE_FIELDS:
        for message in form.errors.get(name, ()):
            if is_untouched(form, name):
                # Away from its field, "This field is required" has to say which one.
                missing.append(f"{form[name].label}: {message}")
            else:
                problems.append(str(message))
    if missing or problems:
        return Pane(missing=missing, problems=problems)
    return pane_of_schedule(form.instance, now=now, saved=saved)


def pane_of_schedule(schedule: APIEndpointSchedule, *, now: datetime, saved: APIEndpointSchedule | None = None) -> Pane:
    """Return the pane for a schedule, compared with ``saved`` if that is given."""
    preview = previewing.preview_of(schedule, now=now, count=COUNT, saved=saved)
    zone = find_zone(schedule.timezone)
    today = now.astimezone(zone).date()
    comparison = preview.comparison
    added = {run.at for run in comparison.added} if comparison else set()
    elsewhere = schedule.timezone != timezone.get_current_timezone_name()

    def line(run: Any) -> RunLine:
        local = run.at.astimezone(zone)
        return RunLine(
            at=local,
            day=day_text(local.date(), today=today),
            time=time_text(local),
            distance=distance_text(local, now=now),
            belongs_to=_belongs_to(run, local, today),
            # A person's move is said by its reason, with the time.
            moved_from=day_text(run.moved_from, today=today) if run.moved_from and not run.instead_of else "",
            reason=said(run.reason),
            here=instant_text(timezone.localtime(run.at), now=now) if elsewhere else "",
            is_added=run.at in added,
            instead_of=run.instead_of,
        )

    return Pane(
        sentence=preview.sentence(page_language()),
        zone=zone_text(schedule.timezone),
        zone_here=zone_text(timezone.get_current_timezone_name()),
        runs=[line(run) for run in preview.runs],
        skipped=[
            SkippedLine(day_text(date.on, today=today), said(date.reason), date.reason.code) for date in preview.skipped
        ],
        notices=[said(notice) for notice in preview.notices],
        added=[line(run) for run in comparison.added] if comparison else [],
        removed=[line(run) for run in comparison.removed] if comparison else [],
        unchanged=len(comparison.unchanged) if comparison else 0,
        has_changes=bool(comparison and (comparison.added or comparison.removed)),
        months=months_of(preview.recurrence, after=previewing.starts_after(schedule, now), now=now),
        paused=_paused(schedule, now=now),
        in_force=schedule.enabled and (schedule.endpoint_id is None or schedule.endpoint.enabled),
    )


@dataclass(frozen=True)
class FieldErrors:
    """What the page shows under one field while the person types."""

    bound: BoundField
    errors: list[str]


def field_errors(form: BaseForm) -> list[FieldErrors]:
    """Return the errors of every field, none for those that wait to be filled: saving will ask for them."""
    return [
        FieldErrors(form[name], [] if is_untouched(form, name) else [str(error) for error in form.errors.get(name, ())])
        for name in form.fields
        # The fields of another task come whole, with their errors.
        if not (form.must_show_others and name.startswith(PREFIX))
    ]


def is_untouched(form: BaseForm, name: str) -> bool:
    """Say whether nothing has been entered in the field yet: then a hint helps, a red error nags."""
    bound = form[name]
    value = bound.field.widget.value_from_datadict(form.data, form.files, bound.html_name)
    if isinstance(value, list):
        # Of a number and a unit, only the number is entered; the unit is there from the start.
        return not value or (len(value) == 2 and value[0] in (None, ""))
    return value in (None, "")


def _paused(schedule: APIEndpointSchedule, *, now: datetime) -> str:
    if not schedule.is_paused(now):
        return ""
    if schedule.paused_until is None:
        return _("Paused: none of these runs happens until somebody resumes the schedule.")
    until = instant_text(timezone.localtime(schedule.paused_until), now=now)
    return _("Paused until %(instant)s; nothing runs before.") % {"instant": until}


def _belongs_to(run: Any, local: datetime, today: Any) -> str:
    if run.business_day == local.date():
        return ""
    hours = (local.date() - run.business_day).days * 24 + local.hour
    if hours > 29:
        return day_text(run.business_day, today=today)
    return _("%(day)s %(time)s") % {
        "day": day_text(run.business_day, today=today),
        "time": f"{hours}:{local.minute:02}",
    }
