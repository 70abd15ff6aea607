"""One-time changes in the history of their schedule: which run, and what stands for it before and after."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from schedules.admin.pictures import local_instant
from schedules.admin.wording import instant_text
from schedules.history import row_after, row_before
from schedules.models import OccurrenceChange, RecordedChange


def is_of_one_run(entry: RecordedChange) -> bool:
    return entry.content_type.model_class() is OccurrenceChange


def one_run_title(entry: RecordedChange) -> str:
    """Return what happened to the run."""
    after = row_after(entry)
    if after is None:
        return pgettext("history of changes", "One-time change undone")
    if _kind(after) == OccurrenceChange.Kind.SKIP:
        return pgettext("history of changes", "One run skipped")
    return pgettext("history of changes", "One run moved")


def one_run_sides(entry: RecordedChange, *, now: datetime) -> list[tuple[str, str, str]]:
    """Return (which run, before, after), as words; empty for an entry that does not say which run it was."""
    before, after = row_before(entry), row_after(entry)
    row: Any = after or before
    if row is None:
        return []
    return [(local_instant(row.scheduled_for, now=now), _standing(before, now), _standing(after, now))]


def _standing(row: Any, now: datetime) -> str:
    """Return where a run stands by a change; without one, as its rule has it."""
    if row is None:
        return _("as the rule has it")
    if _kind(row) == OccurrenceChange.Kind.SKIP:
        return _("skipped once")
    return _("moved to %(instant)s") % {"instant": instant_text(timezone.localtime(row.moved_to), now=now)}


def _kind(row: Any) -> str:
    return str(row.kind)
