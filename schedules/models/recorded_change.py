"""The history of what people and scripts changed: who, when, from where, why, and what was before and after.

django-auditlog finds the differences and keeps them; this is its table, with what it does not know. Why that library:
it records instances saved and deleted by any code (cascades too) as typed values, within the caller's transaction, in
one table that follows no later migration of what it records, and lets that table be ours. django-simple-history keeps
a copy of each table, migrated with it; django-reversion records only inside its own blocks; django-pghistory, which
alone sees ``QuerySet.update``, is made of PostgreSQL's triggers, and SQLite is a database of this product too. Our own
services never change by ``update`` what people set.
"""

from typing import Any

from auditlog.models import AbstractLogEntry, LogEntryManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from schedules import actors
from schedules.client_address import client_address

#: Longest name of a user, a token or a command that is kept, in characters.
MAX_NAME = 150


class RecordedChanges(LogEntryManager):
    """Adds who is acting to each entry that auditlog writes."""

    def create(self, **facts: Any) -> "RecordedChange":
        actor = actors.current()
        request, user = actor.request, actor.user
        token = getattr(request, "auth", None)
        facts |= {
            "actor": user,
            "actor_name": user.get_username() if user else "",
            "door": actor.door,
            "through": (actor.through or ("" if token is None else str(token)))[:MAX_NAME],
            "reason": actor.reason,
            "additional_data": {"reverts": actor.reverts} if actor.reverts else None,
            "remote_addr": client_address(request) if request else None,
        }
        return super().create(**facts)  # type: ignore[no-any-return]


class RecordedChange(AbstractLogEntry):
    """One change of one row. Written by auditlog, never changed; it stays when its row or its user is deleted.

    ``changes`` holds before and after by field; ``serialized_data`` the row as it was after the change (of a deleted
    one: as it was before), with fields whose changes are not recorded.
    """

    class Door(models.TextChoices):
        ADMIN = actors.ADMIN, _("Admin pages")
        API = actors.API, _("API")
        COMMAND = actors.COMMAND, _("Command")
        ENGINE = actors.ENGINE, _("The engine by itself")
        OTHER = actors.OTHER, _("A program")

    door = models.CharField(_("from"), max_length=10, choices=Door.choices, default=Door.OTHER)
    #: Name of the command, the token or the engine's part.
    through = models.CharField(_("through"), max_length=MAX_NAME, blank=True)
    #: The user's name then: it outlives the user.
    actor_name = models.CharField(_("who"), max_length=MAX_NAME, blank=True)
    reason = models.CharField(_("reason"), max_length=actors.LONGEST_REASON, blank=True)

    objects = RecordedChanges()

    class Meta(AbstractLogEntry.Meta):
        verbose_name = _("recorded change")
        verbose_name_plural = _("recorded changes")
        ordering = ["-timestamp", "-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["content_type", "object_id", "-timestamp"], name="changes_of_one_row")]

    @property
    def reverts(self) -> int | None:
        """The entry that this change has undone."""
        return (self.additional_data or {}).get("reverts")
