"""Django's own log of what users did, kept in step: the admin writes it for its pages, and this for the other doors."""

import json
from typing import Any

from auditlog.signals import post_log
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db import models
from django.dispatch import receiver
from django.utils.translation import override

from schedules import actors
from schedules.models import RecordedChange

_FLAGS = {
    RecordedChange.Action.CREATE: ADDITION,
    RecordedChange.Action.UPDATE: CHANGE,
    RecordedChange.Action.DELETE: DELETION,
}
_KEYS = {ADDITION: "added", CHANGE: "changed", DELETION: "deleted"}


@receiver(post_log)
def keep_log_entry(
    sender: type[models.Model], instance: models.Model, log_entry: RecordedChange | None, **kwargs: Any
) -> None:
    if log_entry is None or log_entry.actor_id is None or actors.current().door == actors.ADMIN:
        return
    flag = _FLAGS[log_entry.action]
    told: dict[str, Any] = {}
    if flag == CHANGE:
        with override(None):  # Kept in English; Django says it in the reader's language.
            told = {"fields": sorted(_label(sender, name) for name in log_entry.changes or {})}
    LogEntry.objects.create(
        user_id=log_entry.actor_id,
        content_type_id=log_entry.content_type_id,
        object_id=log_entry.object_pk,
        object_repr=log_entry.object_repr[:200],
        action_flag=flag,
        change_message="" if flag == DELETION else json.dumps([{_KEYS[flag]: told}]),
    )


def _label(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
