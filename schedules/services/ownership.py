"""Whose a definition is: a file's that ``apply_schedules`` keeps, or the pages' and the API's.

What a file owns is changed there and nowhere else: changed here, it would be undone at the next apply, unseen. What no
file says, such as a pause, a run or a single occurrence, is anybody's. A person may take a row out of the file's hands;
a file that still names it takes it back when it is applied again.
"""

from typing import Any

from django.db import models, transaction

from schedules.exceptions import ManagedByFile
from schedules.services.permitting import require_permission, tasks_called_by


def require_ours(row: Any) -> None:
    """Raise ManagedByFile when a file owns the row as it is stored."""
    if row.managed_by:
        raise ManagedByFile(str(row), row.managed_by)


@transaction.atomic
def take_over(model: type[models.Model], pk: int, *, by: Any = None) -> bool:
    """Let the pages and the API keep a row from now on; return whether a file did. The engine need not know.

    Raises TaskRefused and the model's DoesNotExist.
    """
    row: Any = model._base_manager.select_for_update().get(pk=pk)
    if not row.managed_by:
        return False
    for task in tasks_called_by(row):
        require_permission(task, by=by)
    row.managed_by = ""
    row.save(update_fields={"managed_by"})
    return True
