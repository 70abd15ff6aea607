"""What a person has decided about one occurrence of a schedule, without touching its rule."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schedules.models.saved_whole import SavedWhole
from schedules.models.schedule import APIEndpointSchedule


class OccurrenceChange(SavedWhole):
    """One occurrence that is skipped, or happens at another time. Written by ``services.occurrences`` alone.

    It is part of the schedule's definition until it cannot matter any more; then the upkeep deletes it.
    """

    class Kind(models.TextChoices):
        SKIP = "skip", _("Skip")
        MOVE = "move", _("Move")

    schedule = models.ForeignKey(
        APIEndpointSchedule,
        on_delete=models.CASCADE,
        related_name="occurrence_changes",
        verbose_name=_("schedule"),
    )
    #: Where the rule itself has the occurrence.
    scheduled_for = models.DateTimeField(_("scheduled for"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    moved_to = models.DateTimeField(_("moved to"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    #: Kept for when the account is gone.
    changed_by_name = models.CharField(_("changed by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    #: When the ledger was told that nothing ran at ``scheduled_for``.
    recorded_at = models.DateTimeField(_("recorded"), null=True)

    class Meta:
        verbose_name = _("one-time change")
        verbose_name_plural = _("one-time changes")
        ordering = ["scheduled_for"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["schedule", "scheduled_for"], name="one_change_per_occurrence"),
            models.CheckConstraint(
                condition=Q(kind="move", moved_to__isnull=False) | Q(kind="skip", moved_to__isnull=True),
                name="new_time_belongs_to_move",
            ),
        ]

    def __str__(self) -> str:
        # It stands in the history of changes, also when the row is long gone: what happened to which run of what.
        at = f"{self.schedule} {timezone.localtime(self.scheduled_for):%Y-%m-%d %H:%M}"
        if self.moved_to is None:
            return f"{at} · {self.get_kind_display()}"
        return f"{at} → {timezone.localtime(self.moved_to):%Y-%m-%d %H:%M}"

    def for_definition(self) -> dict[str, Any]:
        """Return the change as a definition holds it."""
        return {
            "at": self.scheduled_for.isoformat(),
            "to": self.moved_to and self.moved_to.isoformat(),
            "reason": self.reason,
        }
