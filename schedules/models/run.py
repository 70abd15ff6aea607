"""The ledger: one row for each occurrence that was dispatched or did not run, and for each manual trigger."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schedules.models.reasons import Reason
from schedules.models.schedule import APIEndpointSchedule

#: A run whose worker vanished is begun at most this often in all.
MAX_BEGINNINGS_AFTER_LOSS = 2


class ScheduleRun(models.Model):
    """What became of one occurrence, or of one manual trigger (which has no ``scheduled_for``).

    The names of the schedule and its task are copied, because history outlives what it tells of.
    """

    class State(models.TextChoices):
        DISPATCHED = "dispatched", _("Dispatched")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        RETRYING = "retrying", _("Waiting to try again")
        SKIPPED = "skipped", _("Skipped")
        MISSED = "missed", _("Missed")
        EXPIRED = "expired", _("Expired")
        ABANDONED = "abandoned", _("Abandoned")

    class Trigger(models.TextChoices):
        SCHEDULED = "scheduled", _("Schedule")
        MANUAL = "manual", _("Person")
        BACKFILL = "backfill", _("Backfill")

    schedule = models.ForeignKey(
        APIEndpointSchedule,
        on_delete=models.SET_NULL,
        null=True,
        related_name="runs",
        verbose_name=_("schedule"),
    )
    schedule_name = models.CharField(_("name of the schedule"), max_length=200)
    task = models.CharField(_("task"), max_length=255)
    task_id = models.CharField(_("task id"), max_length=64, unique=True)
    args = models.JSONField(_("arguments"), default=list)
    kwargs = models.JSONField(_("named arguments"), default=dict)

    scheduled_for = models.DateTimeField(_("scheduled for"), null=True)
    trigger = models.CharField(_("trigger"), max_length=10, choices=Trigger.choices, default=Trigger.SCHEDULED)
    triggered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("triggered by"),
    )
    trigger_reason = models.CharField(_("why it was triggered"), max_length=500, blank=True)
    backfill = models.ForeignKey(
        "schedules.Backfill",
        on_delete=models.SET_NULL,
        null=True,
        related_name="runs",
        verbose_name=_("backfill"),
        # Its own index below: nearly all runs belong to none.
        db_index=False,
    )

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DISPATCHED)
    state_reason = models.CharField(_("reason"), max_length=500, blank=True)
    dispatched_at = models.DateTimeField(_("dispatched"), null=True)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)
    retry_at = models.DateTimeField(_("next try"), null=True)
    worker = models.CharField(_("worker"), max_length=255, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)

    progress_done = models.PositiveIntegerField(_("done"), null=True)
    progress_total = models.PositiveIntegerField(_("of"), null=True)
    progress_message = models.CharField(_("progress"), max_length=200, blank=True)
    result = models.JSONField(_("result"), null=True)
    error = models.TextField(_("error"), blank=True)
    traceback = models.TextField(_("traceback"), blank=True)
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-created_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            # An occurrence is one row for ever. Manual triggers have no occurrence; NULLs do not collide.
            models.UniqueConstraint(fields=["schedule", "scheduled_for"], name="one_run_per_occurrence")
        ]
        indexes = [
            models.Index(fields=["schedule", "-created_at"], name="runs_of_schedule"),
            models.Index(fields=["state", "-created_at"], name="runs_in_state"),
            models.Index(fields=["-created_at"], name="runs_newest_first"),
            models.Index(fields=["backfill"], condition=Q(backfill__isnull=False), name="runs_of_backfill"),
            # Few among very many, and looked for; the runs of beat itself cost nothing here.
            models.Index(fields=["-created_at"], condition=Q(trigger="manual"), name="runs_by_hand"),
            models.Index(fields=["-created_at"], condition=Q(trigger="backfill"), name="runs_backfilled"),
        ]

    def __str__(self) -> str:
        instant = timezone.localtime(self.scheduled_for or self.created_at)
        return f"{self.schedule_name} {instant:%Y-%m-%d %H:%M}"

    @property
    def reason_text(self) -> str:
        """``state_reason`` as people read it, in the active language; a sentence of its own stays as it is."""
        if not self.state_reason:
            return ""
        known = dict(Reason.choices)
        text = str(known.get(self.state_reason, self.state_reason))
        if self.state_reason in Reason.by_a_person() and self.trigger_reason:
            return f"{text} {self.trigger_reason}"
        return text
