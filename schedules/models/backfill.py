"""A past period that a person wants run: what was asked, which occurrences it takes, and how far it is."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schedules.models.run import ScheduleRun
from schedules.models.schedule import APIEndpointSchedule


class Backfill(models.Model):
    """What was asked for. The name of the schedule is copied, because history outlives what it tells of."""

    class Order(models.TextChoices):
        OLDEST = "oldest", _("Oldest first")
        NEWEST = "newest", _("Newest first")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("state of a backfill", "Waiting")
        RUNNING = "running", pgettext_lazy("state of a backfill", "Running")
        DONE = "done", pgettext_lazy("state of a backfill", "Done")
        CANCELLED = "cancelled", pgettext_lazy("state of a backfill", "Cancelled")

    #: States in which there is something left to send or to wait for.
    OPEN = (State.WAITING, State.RUNNING)

    schedule = models.ForeignKey(
        APIEndpointSchedule,
        on_delete=models.SET_NULL,
        null=True,
        related_name="backfills",
        verbose_name=_("schedule"),
    )
    schedule_name = models.CharField(_("name of the schedule"), max_length=200)
    #: Both belong to the period.
    from_at = models.DateTimeField(_("from"))
    to_at = models.DateTimeField(_("to"))
    order = models.CharField(_("order"), max_length=10, choices=Order.choices, default=Order.OLDEST)
    at_once = models.PositiveSmallIntegerField(_("at the same time"), default=1)
    include_succeeded = models.BooleanField(_("run again what has succeeded"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by")
    )
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("cancelled by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("backfill")
        verbose_name_plural = _("backfills")
        ordering = ["-created_at", "-pk"]
        # Who may run a schedule may ask for one and cancel it; who sees schedules and runs sees it.
        default_permissions = ()
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "running"]), name="open_backfills"),
            models.Index(fields=["-created_at"], name="backfills_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_name} #{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class BackfillOccurrence(models.Model):
    """One occurrence that a backfill takes. ``run`` is null until its turn has come."""

    backfill = models.ForeignKey(Backfill, on_delete=models.CASCADE, related_name="occurrences")
    scheduled_for = models.DateTimeField(_("scheduled for"))
    #: Its place in the order, from 0.
    position = models.PositiveIntegerField()
    #: A run that was there already, when somebody else had begun the occurrence meanwhile.
    run = models.ForeignKey(ScheduleRun, on_delete=models.SET_NULL, null=True, related_name="backfill_occurrences")
    #: Whether its turn has come: the run may have been forgotten since.
    is_sent = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["backfill", "position"]
        constraints = [
            models.UniqueConstraint(fields=["backfill", "position"], name="one_place_in_a_backfill"),
            models.UniqueConstraint(fields=["backfill", "scheduled_for"], name="one_turn_for_an_occurrence"),
        ]

    def __str__(self) -> str:
        return f"{self.scheduled_for:%Y-%m-%d %H:%M}"
