"""Write down how a run goes and how it ended. Only the worker that has the run may write to it."""

import json
import traceback
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from schedules.ledger.masking import mask, mask_all
from schedules.models import APIEndpointSchedule, ScheduleRun
from schedules.services.switching import pause_schedule

State = ScheduleRun.State

#: Longest texts kept of a run, in characters.
MAX_ERROR, MAX_TRACEBACK, MAX_RESULT = 4_000, 20_000, 64_000
MAX_PROGRESS = ScheduleRun._meta.get_field("progress_message").max_length


def beat_heart(run: ScheduleRun, *, now: datetime) -> bool:
    """Note that the run is alive; False when it was given to another worker meanwhile."""
    return bool(_ours(run).update(heartbeat_at=now))


def write_progress(run: ScheduleRun, done: int, total: int | None, message: str) -> None:
    _ours(run).update(progress_done=done, progress_total=total, progress_message=mask(message)[:MAX_PROGRESS])


def succeed(run: ScheduleRun, result: Any, *, now: datetime) -> None:
    _ours(run).update(
        state=State.SUCCEEDED, finished_at=now, heartbeat_at=now, result=_kept(result), error="", traceback=""
    )


def wait_for_another_try(run: ScheduleRun, error: BaseException | None, *, now: datetime) -> None:
    """Note that the run failed for now and is tried again later."""
    told = {} if error is None else _told(error)
    _ours(run).update(state=State.RETRYING, heartbeat_at=now, **told)


def fail(run: ScheduleRun, error: BaseException, *, now: datetime) -> None:
    """Note the failure, and pause a schedule that has failed as often in a row as it was allowed to."""
    with transaction.atomic():
        if not _ours(run).update(state=State.FAILED, finished_at=now, heartbeat_at=now, **_told(error)):
            return
        schedule = APIEndpointSchedule.objects.filter(pk=run.schedule_id).first()
        if schedule and schedule.pause_after_failures and _failures_in_a_row(schedule) >= schedule.pause_after_failures:
            with override(None):
                reason = _("Paused by itself after %(count)d failures in a row.")
            pause_schedule(schedule.pk, now=now, reason=reason % {"count": schedule.pause_after_failures})


def give_back(run: ScheduleRun, error: BaseException, *, now: datetime) -> None:
    """Undo the claim: the task handed its message back to the broker, for the reason that ``error`` gives."""
    _ours(run).update(state=State.DISPATCHED, heartbeat_at=now, **_told(error))


def _ours(run: ScheduleRun) -> Any:
    # A run that was taken for lost and begun again elsewhere has a higher attempt.
    return ScheduleRun.objects.filter(pk=run.pk, attempt=run.attempt, state=State.RUNNING)


def _failures_in_a_row(schedule: APIEndpointSchedule) -> int:
    wanted = schedule.pause_after_failures or 0
    ended = ScheduleRun.objects.filter(schedule=schedule, state__in=[State.SUCCEEDED, State.FAILED])
    states = list(ended.order_by("-finished_at").values_list("state", flat=True)[:wanted])
    return wanted if len(states) == wanted and set(states) == {State.FAILED} else 0


def _told(error: BaseException) -> dict[str, str]:
    lines = "".join(traceback.format_exception(error))
    sentence = str(error) or type(error).__name__
    return {"error": mask(sentence)[:MAX_ERROR], "traceback": mask(lines)[-MAX_TRACEBACK:]}


def _kept(result: Any) -> Any:
    try:
        text = json.dumps(result, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        return mask(repr(result))[:MAX_RESULT]
    if len(text) > MAX_RESULT:
        return mask(text)[:MAX_RESULT]
    return mask_all(result)
