"""Keep Redis' mirror in step with the database: push and remove after commit.

The database is the truth. Redis that does not answer never fails a save: the person is told that the change is
saved and not yet in force, and the next reconcile repeats the push.
"""

import logging
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from schedules.exceptions import EngineUnreachable
from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.models.definitions import read_beside
from schedules.models.lifecycle import is_in_force
from schedules.services.pushing import Examined, push, remove

logger = logging.getLogger(__name__)

#: What went wrong with the last push of this thread or request; read once by the door that saved.
_problem: ContextVar[str | None] = ContextVar("mirror_problem", default=None)


def mirror_problem() -> str | None:
    """Return why the last change of this thread is not in force yet, once; None when it is."""
    problem = _problem.get()
    _problem.set(None)
    return problem


def push_on_commit(schedule_ids: Iterable[int]) -> None:
    """Bring these schedules' entries up to date once the transaction is committed; a rollback leaves no ghost."""
    transaction.on_commit(partial(_carry_out, push_schedules, list(schedule_ids)))


def remove_on_commit(schedule_ids: Iterable[int]) -> None:
    """Remove these schedules' entries once the transaction is committed."""
    transaction.on_commit(partial(_carry_out, remove_schedules, list(schedule_ids)))


def endpoint_saved(endpoint: APIEndpoint) -> list[int]:
    """Start or end the schedules of an endpoint that was switched on or off; return all of its schedules."""
    schedules = APIEndpointSchedule.objects.filter(endpoint=endpoint)
    if endpoint.enabled:
        waits = Q(paused_at__isnull=False, paused_until__isnull=True)
        started = schedules.filter(enabled=True, effective_from__isnull=True).exclude(waits)
        started.update(effective_from=timezone.now())
    else:
        schedules.update(effective_from=None)
    return list(schedules.values_list("pk", flat=True))


def schedules_asking(exchange: str) -> list[int]:
    """Return the schedules whose occurrences may depend on the days of an exchange."""
    asking = APIEndpointSchedule.objects.filter(exchange=exchange).exclude(
        Q(trading_day_rule="any") & ~Q(schedule_type="monthly")
    )
    return list(asking.values_list("pk", flat=True))


def push_schedules(schedule_ids: Sequence[int]) -> None:
    """Push those in force, remove the others. Raises EngineUnreachable."""
    mirror = Mirror()
    found = APIEndpointSchedule.objects.select_related("endpoint").in_bulk(schedule_ids)
    out_of_force = {row.pk: row.revision for row in found.values() if not is_in_force(row)}
    remove(mirror, {**dict.fromkeys(set(schedule_ids) - found.keys()), **out_of_force}, found, timezone.now())
    beside = read_beside()
    push(mirror, [Examined.of(row, beside) for row in found.values() if is_in_force(row)])


def remove_schedules(schedule_ids: Sequence[int]) -> None:
    """Take deleted schedules out of force. Raises EngineUnreachable."""
    remove(Mirror(), dict.fromkeys(schedule_ids), {}, timezone.now())


def _carry_out(step: object, schedule_ids: list[int]) -> None:
    try:
        step(schedule_ids)  # type: ignore[operator]
    except EngineUnreachable as error:
        logger.warning("mirror.unreachable schedules=%s cause=%s", schedule_ids, error.cause)
        _problem.set(
            _("Saved, but not yet in force: Redis does not answer. Beat takes the change in when Redis is back.")
        )
