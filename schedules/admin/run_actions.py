"""What can be done to each of the next runs, and what was decided about single ones: beside the preview's lists."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from schedules.admin.occurrence_page import CHOICES, occurrence_address
from schedules.admin.previews import ChangeLine, Pane, RunAction, RunLine
from schedules.admin.wording import instant_text
from schedules.models import APIEndpointSchedule, OccurrenceChange
from schedules.models.definitions import recurrence_of
from schedules.recurrence import DefinitionError, Recurrence
from schedules.services.occurrences import is_void, refusal_of_undo


def with_actions(
    pane: Pane, schedule: APIEndpointSchedule, may: Mapping[str, bool], *, back: str, now: datetime
) -> Pane:
    """Return ``pane`` with links for the runs of the stored ``schedule``. A run that only saving would add has none."""
    try:
        recurrence = recurrence_of(schedule)
    except DefinitionError:
        return pane
    rows = list(schedule.occurrence_changes.all())
    undoable = {row.scheduled_for for row in rows if refusal_of_undo(row, recurrence, now) is None}

    by_origin = {row.scheduled_for: row for row in rows}

    def action(code: str, at: datetime, what: str) -> RunAction:
        choice = CHOICES[code]
        # At its instant another may stand by now, so an undo says which change it means.
        which = {"change": str(by_origin[at].pk)} if code == "undo" else {}
        address = occurrence_address(schedule.pk, at, do=code, back=back, **which)
        return RunAction(label=str(choice.label), title=f"{choice.title}: {what}", icon=choice.icon, address=address)

    def actions_of(run: RunLine) -> list[RunAction]:
        if run.is_added or not recurrence.has(run.at):
            return []
        codes = [code for code in ("skip", "move", "run") if all(may[verb] for verb in CHOICES[code].permissions)]
        what = f"{run.day} {run.time}"
        actions = [action(code, run.at, what) for code in codes]
        if run.instead_of in undoable and may["change"]:
            actions.append(action("undo", run.instead_of, what))
        return actions

    def change_of(row: OccurrenceChange) -> ChangeLine:
        at = instant_text(row.scheduled_for.astimezone(recurrence.zone), now=now)
        can_undo = may["change"] and row.scheduled_for in undoable
        return ChangeLine(
            at=at,
            what=_what(row, recurrence, now),
            reason=row.reason,
            who=row.changed_by_name,
            undo=action("undo", row.scheduled_for, at) if can_undo else None,
        )

    ahead = [row for row in rows if max(row.scheduled_for, row.moved_to or row.scheduled_for) > now]
    return replace(
        pane,
        runs=[replace(run, actions=actions_of(run)) for run in pane.runs],
        # Said in the list of changes, with the way to undo them.
        skipped=[line for line in pane.skipped if line.code != "skipped_once"],
        changes=[change_of(row) for row in ahead],
    )


def _what(row: OccurrenceChange, recurrence: Recurrence, now: datetime) -> str:
    if is_void(row, recurrence):
        return _("without effect: nothing runs then any more")
    if row.moved_to is None:
        return _("skipped once")
    return _("moved to %(instant)s") % {"instant": instant_text(row.moved_to.astimezone(recurrence.zone), now=now)}
