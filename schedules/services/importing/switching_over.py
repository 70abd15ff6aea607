"""Hand a schedule over from another beat to ours while time goes on: no occurrence is lost, none runs twice.

Ours begins strictly after the instant at which theirs last fired. What came due since is made up for as the schedule's
catch-up policy has it. Between the two steps of ``begin`` and ``finish`` both stand still; killed in between, repeating
the command finishes it, because ours waits paused under a reason of its own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from schedules.models import APIEndpointSchedule
from schedules.services.importing import django_celery_beat
from schedules.services.importing.taking_over import Fate, Taken, fields_of

#: Why ours is paused meanwhile; stored in English, and looked for by the second step.
WAITING = "Being switched over from django-celery-beat. Repeat migrate_schedules to finish."


@transaction.atomic
def begin(taken: Sequence[Taken], *, now: datetime) -> list[str]:
    """Stop their beat from firing what is switched on there and off here; return the names."""
    held = [
        entry
        for entry in taken
        if entry.schedule is not None and entry.found.enabled and not entry.schedule.enabled and entry.fate != Fate.LEFT
    ]
    for entry in held:
        schedule = entry.schedule
        assert schedule is not None
        schedule.enabled, schedule.paused_at, schedule.pause_reason = True, now, WAITING
        schedule.save(update_fields={"enabled", "paused_at", "pause_reason"})
    names = [entry.found.name for entry in held]
    if names:
        django_celery_beat.hold_back(names)
    return names


def is_under_way() -> bool:
    """Say whether something waits for ``finish``, from this call of the command or from one that was killed."""
    return APIEndpointSchedule.objects.filter(pause_reason=WAITING).exists()


@transaction.atomic
def finish(*, now: datetime, timezone: str) -> list[str]:
    """Put in force what waits, from where their beat has stopped, and switch it off there; return the names."""
    waiting = list(APIEndpointSchedule.objects.select_related("endpoint").filter(pause_reason=WAITING))
    rows = django_celery_beat.rows_by_name(schedule.name for schedule in waiting)
    found = {entry.name: entry for entry in django_celery_beat.found_rows(now=now, timezone=timezone)}
    done = []
    for schedule in waiting:
        row = rows.get(schedule.name)
        if row is None or not row.enabled:
            # Their beat has switched it off itself: it ran once, or has ended.
            schedule.enabled = False
            _resume(schedule)
            continue
        definition = found[schedule.name].definition
        if definition is not None and schedule.schedule_type == "interval":
            schedule.starts_at = fields_of(definition)["starts_at"]
        # Their beat counts a row that never ran from its last change.
        put_in_force(schedule, since=row.last_run_at or row.date_changed, now=now)
        done.append(schedule.name)
    django_celery_beat.switch_off(done)
    return done


@transaction.atomic
def put_in_force_all(taken: Iterable[Taken], *, since: datetime, now: datetime) -> list[str]:
    """Switch on what was taken from code, whose beat was stopped at ``since``; return the names."""
    done = []
    for entry in taken:
        if entry.schedule is not None and not entry.schedule.enabled:
            put_in_force(entry.schedule, since=since, now=now)
            done.append(entry.found.name)
    return done


def put_in_force(schedule: APIEndpointSchedule, *, since: datetime, now: datetime) -> None:
    """Switch a schedule on so that its first occurrence lies strictly after ``since``, if its window reaches so far."""
    schedule.enabled = True
    _resume(schedule)
    # What lies before the window would only be recorded as missed, though their beat may well have run it.
    window = timedelta(seconds=schedule.catch_up_window_seconds)
    schedule.effective_from = min(max(since, now - window), now)
    # Past ``save``, which lets everything begin now; the push that it has asked for reads the row after the commit.
    APIEndpointSchedule.objects.filter(pk=schedule.pk).update(effective_from=schedule.effective_from)


def _resume(schedule: APIEndpointSchedule) -> None:
    schedule.paused_at = schedule.paused_until = None
    schedule.pause_reason = ""
    schedule.save(update_fields={"enabled", "paused_at", "paused_until", "pause_reason", "starts_at"})
