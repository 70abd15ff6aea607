"""Write down how a run goes and how it ended. Only the worker that has the run may write to it."""

import json
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from schedules import actors
from schedules.masking import mask, mask_all
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.models.locking import locked
from schedules.services.switching import pause_schedule

State = ScheduleRun.State

#: The largest count that the column of a progress can hold.
MAX_COUNT = 2_147_483_647
#: Longest texts kept of a run, in characters.
MAX_ERROR, MAX_TRACEBACK, MAX_RESULT = 4_000, 20_000, 64_000
MAX_PROGRESS = ScheduleRun._meta.get_field("progress_message").max_length


def beat_heart(run: ScheduleRun, *, now: datetime) -> bool:
    """Note that the run is alive; False when it was given to another worker meanwhile.

    One that was believed lost, because its worker or the database was away for long, is running again.
    """
    return bool(_ours(run).update(state=State.RUNNING, state_reason="", heartbeat_at=now, finished_at=None))


def write_progress(run: ScheduleRun, done: int, total: int | None, message: str) -> None:
    _ours(run).update(
        progress_done=_counted(done),
        progress_total=None if total is None else _counted(total),
        progress_message=mask(message)[:MAX_PROGRESS],
    )


def succeed(run: ScheduleRun, result: Any, *, now: datetime) -> None:
    _note(
        run,
        state=State.SUCCEEDED,
        state_reason="",
        finished_at=now,
        heartbeat_at=now,
        result=_kept(result),
        error="",
        traceback="",
    )


def wait_for_another_try(run: ScheduleRun, error: BaseException | None, *, now: datetime, retry_at: datetime) -> None:
    """Note that the run failed for now and is tried again at ``retry_at``."""
    told = {} if error is None else _told(error)
    _note(run, state=State.RETRYING, state_reason="", finished_at=None, heartbeat_at=now, retry_at=retry_at, **told)


def fail(run: ScheduleRun, error: BaseException, *, now: datetime) -> None:
    """Note the failure, and pause a schedule that has failed as often in a row as it was allowed to."""
    with transaction.atomic():
        # The schedule first, as in claiming: two of its runs that fail at once see each other.
        schedule = locked(APIEndpointSchedule.objects).filter(pk=run.schedule_id).first()
        if not _note(run, state=State.FAILED, state_reason="", finished_at=now, heartbeat_at=now, **_told(error)):
            return
        # A pause by a person stays as it is, with its own reason and end.
        if schedule and not schedule.is_paused(now) and _has_failed_too_often(schedule):
            with override(None):
                reason = _("Paused by itself after %(count)d failures in a row.")
            with actors.acting(door=actors.ENGINE):
                pause_schedule(schedule.pk, now=now, reason=reason % {"count": schedule.pause_after_failures})


def give_back(run: ScheduleRun, error: BaseException, *, now: datetime) -> None:
    """Undo the claim: the task handed its message back to the broker, for the reason that ``error`` gives."""
    _note(run, state=State.DISPATCHED, state_reason="", finished_at=None, heartbeat_at=now, **_told(error))


def _note(run: ScheduleRun, **fields: Any) -> bool:
    """Write what became of the run, and let the object at hand say the same; False when it is not ours any more."""
    if not _ours(run).update(**fields):
        return False
    for name, value in fields.items():
        setattr(run, name, value)
    return True


def _ours(run: ScheduleRun) -> Any:
    # A run that was taken for lost and begun again elsewhere has a higher attempt. One that was only taken for lost is
    # still ours: whoever can write has not vanished.
    return ScheduleRun.objects.filter(pk=run.pk, attempt=run.attempt, state__in=[State.RUNNING, State.ABANDONED])


def _has_failed_too_often(schedule: APIEndpointSchedule) -> bool:
    wanted = schedule.pause_after_failures
    if not wanted:
        return False
    ended = ScheduleRun.objects.filter(schedule=schedule, state__in=[State.SUCCEEDED, State.FAILED])
    # What became of a past period says nothing about today.
    ended = ended.exclude(trigger=ScheduleRun.Trigger.BACKFILL)
    if schedule.effective_from is not None:
        # What failed before somebody resumed or changed it is no reason to pause it again.
        ended = ended.filter(finished_at__gt=schedule.effective_from)
    states = list(ended.order_by("-finished_at").values_list("state", flat=True)[:wanted])
    return len(states) == wanted and set(states) == {State.FAILED}


def _counted(number: float) -> int:
    return max(0, min(int(number), MAX_COUNT))


def _told(error: BaseException) -> dict[str, str]:
    lines = "".join(traceback.format_exception(error))
    sentence = _said_by(lambda: str(error)) or type(error).__name__
    return {"error": mask(sentence)[:MAX_ERROR], "traceback": mask(lines)[-MAX_TRACEBACK:]}


def _said_by(speak: Callable[[], str]) -> str:
    """Return what the task's own code says of a value; nothing if it fails, because the task itself is done."""
    try:
        return speak()
    except Exception:
        return ""


def _kept(result: Any) -> Any:
    try:
        text = json.dumps(result, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return mask(_said_by(lambda: repr(result)) or type(result).__name__)[:MAX_RESULT]
    if len(text) > MAX_RESULT:
        return mask(text)[:MAX_RESULT]
    return mask_all(result)
