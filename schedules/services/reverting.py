"""Undo one recorded change: an edit like any other, judged as such, recorded, and revertible itself.

Only the fields of that change go back; what was changed since in other fields stays. A deleted row comes back under
its own number, so that its history and its runs' identities go on. To undo a pause is to resume. What a file owns is
reverted there.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from schedules import actors
from schedules.exceptions import NothingToRevert, NotRevertible
from schedules.history import changes_in, row_before, set_values
from schedules.models import APIEndpoint, APIEndpointSchedule, OccurrenceChange, RecordedChange
from schedules.models.locking import locked
from schedules.services.ownership import require_ours
from schedules.services.permitting import require_permission, require_task
from schedules.services.resuming import resume_schedule

#: What a pause is made of; who may pause may revert it.
PAUSE_FIELDS = frozenset({"paused_at", "paused_until", "pause_reason"})
#: What the engine and each save set by themselves.
_OWN = frozenset({"revision", "effective_from", "updated_at", "created_at", "managed_by"})


@dataclass(frozen=True)
class Revert:
    """What reverting an entry would do: the row as it would be, and now and then of each field that would change.

    ``stored`` is the row as it is, None when it is gone. ``overwrites`` names the fields of the change that somebody
    has changed once more since.
    """

    entry: RecordedChange
    row: models.Model
    differences: dict[str, tuple[Any, Any]]
    stored: models.Model | None = None
    overwrites: tuple[str, ...] = ()

    @property
    def restores(self) -> bool:
        return self.stored is None

    @property
    def ends_pause(self) -> bool:
        return "paused_at" in self.differences and not self.restores and self.differences["paused_at"][1] is None

    @property
    def verbs(self) -> set[str]:
        """The permissions on the model that it needs."""
        if self.restores:
            return {"add"}
        names = set(self.differences)
        return ({"pause"} if names & PAUSE_FIELDS else set()) | ({"change"} if names - PAUSE_FIELDS else set())

    @property
    def mark(self) -> str:
        """A short text that is another one when it would do something else."""
        told = json.dumps([self.entry.pk, self.differences], cls=DjangoJSONEncoder, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def plan_revert(entry: RecordedChange, *, lock: bool = False) -> Revert:
    """Return what reverting would do. Raises NotRevertible, NothingToRevert, and ValidationError if it is no valid row.

    With ``lock`` the row stays as it is until the caller's transaction ends.
    """
    model = entry.content_type.model_class()
    if model is OccurrenceChange:
        # Time has passed since, which a service judges and a row does not.
        raise NotRevertible(NotRevertible.ONE_TIME)
    if model is None or entry.action == RecordedChange.Action.CREATE:
        raise NotRevertible(NotRevertible.CREATED)
    rows = locked(model._base_manager) if lock else model._base_manager.all()
    stored = rows.filter(pk=entry.object_id).first()
    if entry.action == RecordedChange.Action.DELETE:
        return _restored(entry, stored)
    if stored is None:
        raise NotRevertible(NotRevertible.DELETED)
    row = rows.model._base_manager.get(pk=stored.pk)
    changes = {name: values for name, values in changes_in(entry).items() if name not in _OWN}
    set_values(row, {name: before for name, (before, _after) in changes.items()})
    _check(row)
    differences = _differences(stored, row)
    if not differences:
        raise NothingToRevert
    attnames = {name: row._meta.get_field(name).attname for name in changes}  # type: ignore[union-attr]
    since = [name for name, (_before, after) in changes.items() if getattr(stored, attnames[name]) != after]
    return Revert(entry, row, differences, stored, tuple(sorted(since)))


@transaction.atomic
def revert(
    entry: RecordedChange,
    *,
    now: datetime,
    by: Any = None,
    reason: str = "",
    judge: Callable[[Revert], None] = lambda plan: None,
) -> models.Model:
    """Undo the change and return the row. ``by``: whose right to call the task counts; None: whoever runs the system.

    ``judge`` is shown what will be done, with the row locked, and raises what keeps it from being done: what a door has
    looked at before may be otherwise by now. Raises what ``plan_revert`` raises, ManagedByFile and TaskRefused.
    """
    plan = plan_revert(entry, lock=True)
    judge(plan)
    if plan.verbs != {"pause"} and hasattr(plan.stored, "managed_by"):
        require_ours(plan.stored)
    _require_tasks(plan, by)
    with actors.acting(reason=reason or actors.current().reason, reverts=entry.pk):
        if plan.ends_pause:
            # What the pause has passed over gets its rows, as at any other end of one.
            resume_schedule(plan.row.pk, now=now, by=by, reason=reason)
        if plan.verbs != {"pause"} or not plan.ends_pause:
            plan.row.save()
    return plan.row


def _require_tasks(plan: Revert, by: Any) -> None:
    """Hold a revert to what an edit is held to: who may not call a task changes nothing of what calls it."""
    if plan.verbs == {"pause"} or not isinstance(plan.row, APIEndpoint | APIEndpointSchedule):
        return
    if {"task", "endpoint"} & set(plan.differences):
        require_task(_task_of(plan.row), by=by)
    if not plan.restores:
        # Away from a task counts too: otherwise two steps would change what it is called with.
        require_permission(_task_of(type(plan.row)._base_manager.get(pk=plan.row.pk)), by=by)


def _task_of(row: APIEndpoint | APIEndpointSchedule) -> str:
    return str(row.task if isinstance(row, APIEndpoint) else row.endpoint.task)


def _restored(entry: RecordedChange, stored: models.Model | None) -> Revert:
    row = row_before(entry)
    if stored is not None or row is None:
        raise NothingToRevert
    if hasattr(row, "managed_by"):
        # A file that does not name it any more would delete it again.
        row.managed_by = ""
    _check(row)
    return Revert(entry, row, _differences(None, row))


def _check(row: models.Model) -> None:
    if isinstance(row, APIEndpointSchedule) and not APIEndpoint.objects.filter(pk=row.endpoint_id).exists():
        raise NotRevertible(NotRevertible.ENDPOINT_GONE)
    row.full_clean()


def _differences(stored: models.Model | None, row: models.Model) -> dict[str, tuple[Any, Any]]:
    found = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or field.name in _OWN:
            continue
        now, then = stored and getattr(stored, field.attname), getattr(row, field.attname)
        if now != then:
            found[field.name] = (now, then)
    return found
