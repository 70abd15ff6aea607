"""Which period a person most likely wants to run: what has not succeeded since the last success."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.recurrence import DefinitionError
from schedules.selectors import BAD

State = ScheduleRun.State

#: How far back is looked for something to make up for; older holes are somebody's decision.
LOOKED_BACK = timedelta(days=31)


class Since(models.TextChoices):
    """Where the suggested period begins."""

    SUCCESS = "success", _("The first run after the last success.")
    BAD = "bad", _("The latest run that failed or was missed.")
    BEGINNING = "beginning", _("The first run within the last month, in which none has succeeded.")
    DAY = "day", _("A day ago; no run is missing.")


@dataclass(frozen=True)
class Suggestion:
    """Both instants are aware and belong to the period."""

    from_at: datetime
    to_at: datetime
    since: Since


def suggested_period(schedule: APIEndpointSchedule, *, now: datetime) -> Suggestion:
    """Return the period that a backfill of ``schedule`` most likely is to run; two queries at most."""
    to_at, reach = now.replace(second=0, microsecond=0), now - LOOKED_BACK
    recent = ScheduleRun.objects.filter(schedule=schedule, scheduled_for__range=(reach, now))
    instants = recent.order_by("-scheduled_for").values_list("scheduled_for", flat=True)
    succeeded_at = instants.filter(state=State.SUCCEEDED).first()
    begin = schedule.effective_from or schedule.created_at
    first = _first_after(schedule, succeeded_at or max(begin, reach))
    if first is not None and first <= to_at:
        return Suggestion(first, to_at, Since.SUCCESS if succeeded_at else Since.BEGINNING)
    bad_at = instants.filter(state__in=BAD).first()
    if bad_at is not None:
        return Suggestion(bad_at, to_at, Since.BAD)
    return Suggestion(to_at - timedelta(days=1), to_at, Since.DAY)


def _first_after(schedule: APIEndpointSchedule, instant: datetime) -> datetime | None:
    try:
        return recurrence_of(schedule).next_after(instant)
    except DefinitionError:
        # The page says what is wrong with its rule as soon as it is asked what would run.
        return None
