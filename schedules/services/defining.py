"""Create, change and delete what people define: endpoints, schedules, exceptional days. For every door alike.

Whether a definition makes sense is the models' to say (``full_clean``), at its field; here stands who may.
"""

from typing import Any

from django.db import models, transaction

from schedules.models import APIEndpoint, APIEndpointSchedule
from schedules.services.ownership import require_ours
from schedules.services.permitting import require_permission, tasks_called_by


@transaction.atomic
def save_definition(row: models.Model, *, by: Any = None) -> None:
    """Store a checked row, new or changed. Raises ManagedByFile and TaskRefused.

    Away from a task counts as a change of it too: otherwise two steps would change what it is called with.
    """
    stored = _locked(row)
    if stored is not None:
        require_ours(stored)
    _require_tasks(row, stored, by=by)
    row.save()


@transaction.atomic
def delete_definition(row: models.Model, *, by: Any = None) -> None:
    """Delete a row, an endpoint with its schedules. Raises ManagedByFile and TaskRefused."""
    stored = _locked(row)
    if stored is None:
        return
    require_ours(stored)
    if isinstance(stored, APIEndpoint):
        for schedule in APIEndpointSchedule.objects.filter(endpoint=stored).exclude(managed_by=""):
            require_ours(schedule)
    _require_tasks(stored, by=by)
    row.delete()


def _locked(row: models.Model) -> Any:
    rows = type(row)._base_manager.select_for_update(of=("self",))
    if isinstance(row, APIEndpointSchedule):
        rows = rows.select_related("endpoint")
    return None if row.pk is None else rows.filter(pk=row.pk).first()


def _require_tasks(*rows: Any, by: Any) -> None:
    for task in dict.fromkeys(task for row in rows if row is not None for task in tasks_called_by(row)):
        require_permission(task, by=by)
