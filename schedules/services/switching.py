"""Put schedules in and out of force: enable, disable, their endpoint too, pause. Repeating one is doing it once.

For resuming see there. An enabled schedule never makes up for what lay before: see ``models.lifecycle``. What is in the
task queue already is dropped by the ledger when its schedule is out of force at that moment.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from schedules import actors
from schedules.exceptions import PauseEndsInThePast, PauseEndsTwice
from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.services.locking import locked_schedule
from schedules.services.ownership import require_ours
from schedules.services.pause_ends import start_of_next_trading_day
from schedules.services.permitting import require_permission, require_task


@transaction.atomic
def set_enabled(schedule_id: int, enabled: bool, *, by: Any = None) -> bool:
    """Switch a schedule on or off; return whether that changed anything.

    Raises ManagedByFile, TaskRefused and APIEndpointSchedule.DoesNotExist.
    """
    schedule = locked_schedule(schedule_id)
    return _switch(schedule, schedule.endpoint.task, enabled, by=by)


@transaction.atomic
def set_endpoint_enabled(endpoint_id: int, enabled: bool, *, by: Any = None) -> bool:
    """Switch an endpoint, and with it all of its schedules, on or off; return whether that changed anything.

    Raises ManagedByFile, TaskRefused and APIEndpoint.DoesNotExist.
    """
    endpoint = APIEndpoint.objects.select_for_update().get(pk=endpoint_id)
    return _switch(endpoint, endpoint.task, enabled, by=by)


def _switch(row: APIEndpoint | APIEndpointSchedule, task: str, enabled: bool, *, by: Any) -> bool:
    if row.enabled == enabled:
        return False
    require_ours(row)
    (require_task if enabled else require_permission)(task, by=by)
    row.enabled = enabled
    row.save(update_fields={"enabled", "updated_at"})
    return True


@transaction.atomic
def pause_schedule(
    schedule_id: int,
    *,
    now: datetime,
    reason: str = "",
    until: datetime | None = None,
    until_next_trading_day: bool = False,
) -> bool:
    """Stop new dispatches until ``until`` (aware; None: until resumed); return whether that changed anything.

    With ``until_next_trading_day`` it ends when the next trading day of the schedule's exchange begins. What is due at
    the very end runs. Runs already started are left alone. A pause that is there already takes the new reason and end,
    and keeps its beginning. Raises PauseEndsInThePast, PauseEndsTwice, TradingDayUnknown and
    APIEndpointSchedule.DoesNotExist.
    """
    if until is not None and until_next_trading_day:
        raise PauseEndsTwice
    if until is not None and until <= now:
        raise PauseEndsInThePast(until)
    schedule = locked_schedule(schedule_id)
    if until_next_trading_day:
        until = start_of_next_trading_day(schedule, now)
    is_paused = schedule.is_paused(now)
    if is_paused and (schedule.pause_reason, schedule.paused_until) == (reason, until):
        return False
    schedule.paused_at = schedule.paused_at if is_paused else now
    schedule.paused_until, schedule.pause_reason = until, reason
    with actors.acting(reason=reason or actors.current().reason):
        schedule.save(update_fields={"paused_at", "paused_until", "pause_reason"})
    return True
