"""Where each schedule stands at a moment: in force, or why not, and when it runs next.

The database says what should hold, Redis what does; both are asked here, once for any number of schedules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from schedules.exceptions import EngineUnreachable
from schedules.mirror.mirror import Held, Mirror
from schedules.models import APIEndpointSchedule
from schedules.models.definitions import read_beside, recurrence_of
from schedules.models.lifecycle import is_in_force, last_paused
from schedules.recurrence import DefinitionError, Recurrence
from schedules.recurrence.changes import Change
from schedules.recurrence.clock import as_datetime
from schedules.refusals import sentences_of

SECOND = timedelta(seconds=1)


class Standing(models.TextChoices):
    IN_FORCE = "in_force", _("In force")
    PAUSED = "paused", _("Paused")
    OFF = "off", _("Off")
    ENDPOINT_OFF = "endpoint_off", _("Endpoint off")
    ENDED = "ended", _("No run ahead")
    NOT_YET = "not_yet", _("Change not in force yet")
    UNKNOWN = "unknown", _("Not known")
    BROKEN = "broken", _("Rule not usable")


@dataclass(frozen=True)
class Place:
    """Where one schedule stands. ``recurrence`` is None when its row makes no rule; ``problem`` then says why.

    ``next_run_at`` is None when nothing will run: ended, off, or paused with an open end.
    """

    standing: Standing
    recurrence: Recurrence | None
    next_run_at: datetime | None = None
    problem: str = ""
    #: The one-time change by which the rule's own next run is left out, or by which the next run stands where it does.
    once: Change | None = None


def places_of(schedules: Sequence[APIEndpointSchedule], *, now: datetime) -> dict[int, Place]:
    """Return the place of each saved schedule by its key: at most two queries, and one round trip to Redis.

    The endpoints should have been fetched along. Redis that does not answer is no error: what depends on it is then
    ``UNKNOWN``, never guessed.
    """
    beside = read_beside()
    held = _held(schedule.pk for schedule in schedules)
    places = {}
    for schedule in schedules:
        try:
            recurrence = recurrence_of(schedule, beside)
        except DefinitionError as error:
            places[schedule.pk] = Place(Standing.BROKEN, None, problem=sentences_of(error))
            continue
        next_run_at = _next_run_at(schedule, recurrence, now)
        engine = None if held is None else held[schedule.pk]
        standing = _standing(schedule, next_run_at, engine, now)
        once = _once(schedule, recurrence, next_run_at, now)
        places[schedule.pk] = Place(standing, recurrence, next_run_at, once=once)
    return places


def _held(schedule_ids: Iterable[int]) -> dict[int, Held] | None:
    ids = list(schedule_ids)
    try:
        return dict(zip(ids, Mirror().read(ids), strict=True)) if ids else {}
    except EngineUnreachable:
        return None


def _next_run_at(schedule: APIEndpointSchedule, recurrence: Recurrence, now: datetime) -> datetime | None:
    return recurrence.next_after(_after(schedule, now)) if is_in_force(schedule) else None


def _once(
    schedule: APIEndpointSchedule, recurrence: Recurrence, next_run_at: datetime | None, now: datetime
) -> Change | None:
    # Nearly no schedule has any.
    if recurrence.plain is recurrence or not is_in_force(schedule):
        return None
    changes = {as_datetime(change.at): change for change in recurrence.rule.changes}
    own = recurrence.plain.next_after(_after(schedule, now))
    if own in changes and recurrence.leaves_out(own):
        return changes[own]
    here = next_run_at and recurrence.next_occurrence(next_run_at - SECOND)
    return changes.get(here.instead_of) if here and here.instead_of else None


def _after(schedule: APIEndpointSchedule, now: datetime) -> datetime:
    return max(now, last_paused(schedule.paused_until)) if schedule.paused_until else now


def _standing(
    schedule: APIEndpointSchedule, next_run_at: datetime | None, held: Held | None, now: datetime
) -> Standing:
    in_force = is_in_force(schedule)
    if held is not None and (held.is_listed != in_force or (in_force and held.revision != str(schedule.revision))):
        return Standing.NOT_YET
    if not schedule.enabled:
        return Standing.OFF
    if not schedule.endpoint.enabled:
        return Standing.ENDPOINT_OFF
    if schedule.is_paused(now):
        return Standing.PAUSED
    if next_run_at is None:
        return Standing.ENDED
    return Standing.UNKNOWN if held is None else Standing.IN_FORCE
