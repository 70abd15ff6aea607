"""The overview's list of the next 24 hours: what comes, and in its place what a person has skipped or moved once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from schedules.admin.occurrence_page import occurrence_address
from schedules.admin.once_words import came_text, left_text
from schedules.admin.wording import day_text, distance_text, said, time_text
from schedules.agenda import Coming
from schedules.once_changed import OnceChanged


@dataclass(frozen=True)
class NextLine:
    """One run that lies ahead, or is left out once, on the reader's clock; ``day`` only where it is not today."""

    at: datetime
    day: str
    time: str
    distance: str
    name: str
    address: str
    reason: str
    more: str = ""
    is_left_out: bool = False


def next_lines(
    coming: Sequence[Coming], changed: Sequence[OnceChanged], *, now: datetime, until: datetime, limit: int
) -> list[NextLine]:
    """Return the lines in the order of their time; of ``changed``, at most ``limit`` that would have run until then."""
    moved = {(change.schedule_id, change.to): change for change in changed if change.to is not None}
    lines = [_coming_line(each, moved.get((each.schedule.schedule_id, each.occurrence.at)), now) for each in coming]
    left_out = [each for each in changed if each.leaves_gap and now < each.at <= until]
    lines += [_left_out_line(each, now) for each in left_out[:limit]]
    return sorted(lines, key=lambda line: (line.at, line.name))


def _coming_line(coming: Coming, moved: OnceChanged | None, now: datetime) -> NextLine:
    occurrence, more = coming.occurrence, ""
    if coming.more:
        more = ngettext("then %(count)d more time", "then %(count)d more times", coming.more) % {"count": coming.more}
    is_moved = moved is not None and occurrence.instead_of is not None
    return _line(
        occurrence.at,
        now,
        name=coming.schedule.name,
        address=reverse("admin:schedules_apiendpointschedule_change", args=[coming.schedule.schedule_id]),
        reason=came_text(moved, timezone.get_current_timezone(), now=now)
        if moved is not None and is_moved
        else said(occurrence.reason),
        more=more,
    )


def _left_out_line(change: OnceChanged, now: datetime) -> NextLine:
    return _line(
        change.at,
        now,
        name=change.name,
        address=occurrence_address(change.schedule_id, change.at, back=reverse("admin:index")),
        reason=left_text(change, timezone.get_current_timezone(), now=now),
        is_left_out=True,
    )


def _line(at: datetime, now: datetime, **facts: object) -> NextLine:
    here, today = timezone.localtime(at), timezone.localtime(now).date()
    return NextLine(
        at=here,
        day="" if here.date() == today else day_text(here.date(), today=today),
        time=time_text(here),
        distance=distance_text(here, now=now),
        **facts,  # type: ignore[arg-type]
    )
