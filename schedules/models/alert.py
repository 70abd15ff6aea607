"""What is wrong by which rule, and what was told of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schedules.models.alert_channel import AlertChannel
from schedules.models.alert_rule import AlertEvent, AlertRule
from schedules.models.schedule import APIEndpointSchedule


class Alert(models.Model):
    """One condition that a rule asks for, from its being noticed until it is over."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("alert", "Open")
        #: It is over, and that is still to be told.
        RECOVERED = "recovered", _("Recovered")
        CLOSED = "closed", pgettext_lazy("alert", "Closed")

    class Outcome(models.TextChoices):
        RECOVERED = "recovered", _("Recovered by itself or by a person")
        WITHDRAWN = "withdrawn", _("No longer asked for")

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="alerts", verbose_name=_("alert rule"))
    event = models.CharField(_("event"), max_length=20, choices=AlertEvent.choices)
    #: What it is about: "schedule:12", "beat", "calendar:XTKS".
    subject = models.CharField(_("subject"), max_length=100)
    schedule = models.ForeignKey(
        APIEndpointSchedule, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("schedule")
    )
    title = models.CharField(_("about"), max_length=200)
    #: What is known: "run_id", "count", "error", "reason" …; see ``schedules.alerts.facts``.
    facts = models.JSONField(_("facts"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    since = models.DateTimeField(_("since"))
    noticed_at = models.DateTimeField(_("noticed"))
    told_at = models.DateTimeField(_("last told"), null=True)
    resolved_at = models.DateTimeField(_("over since"), null=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-noticed_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            # Two that look at the same time open it once.
            models.UniqueConstraint(
                fields=["rule", "event", "subject"], condition=Q(state="open"), name="one_open_alert_per_subject"
            )
        ]
        indexes = [models.Index(fields=["state", "-noticed_at"], name="alerts_in_state")]

    def __str__(self) -> str:
        return f"{self.get_event_display()}: {self.title}"


class AlertDelivery(models.Model):
    """One message to one channel, written before it is sent and kept after it.

    Names are copied, because what was told outlives rules and channels. ``key`` goes out with the message: a receiver
    that meets it again has been told twice.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("New")
        REMINDER = "reminder", _("Reminder")
        RECOVERED = "recovered", _("Recovery")
        TEST = "test", _("Test")

    class State(models.TextChoices):
        WAITING = "waiting", _("To be sent")
        SENT = "sent", _("Sent")
        GIVEN_UP = "given_up", _("Given up")

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True)
    rule = models.ForeignKey(
        AlertRule, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("alert rule")
    )
    channel = models.ForeignKey(
        AlertChannel, on_delete=models.SET_NULL, null=True, related_name="deliveries", verbose_name=_("alert channel")
    )
    channel_name = models.CharField(_("channel"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    event = models.CharField(_("event"), max_length=20, choices=AlertEvent.choices, blank=True)
    alerts = models.ManyToManyField(Alert, related_name="deliveries", verbose_name=_("alerts"))
    subject = models.CharField(_("subject line"), max_length=250)
    body = models.TextField(_("text"))
    #: What a webhook is told, without its signature.
    payload = models.JSONField(_("content"), default=dict)

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    #: Not before; while one sends it, no other takes it up until then.
    next_attempt_at = models.DateTimeField(_("next attempt"))
    #: What came of the last attempt.
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"))
    finished_at = models.DateTimeField(_("sent or given up"), null=True)

    class Meta:
        verbose_name = _("alert message")
        verbose_name_plural = _("alert messages")
        ordering = ["-created_at", "-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="deliveries_to_send")]

    def __str__(self) -> str:
        return self.subject


class AlertWatch(models.Model):
    """When anyone last looked for what is to be told: one row, by which many watchers take turns.

    In the database and not in Redis, because a Redis that is away is one of the things to be told.
    """

    looked_at = models.DateTimeField(null=True)
    looked_by = models.CharField(max_length=255, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.looked_by} {self.looked_at}"
