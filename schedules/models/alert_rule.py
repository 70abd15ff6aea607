"""What is told to whom: events of all schedules, of one endpoint's or of a single one, to some channels."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from schedules.models.alert_channel import AlertChannel
from schedules.models.endpoint import LONGEST_SECONDS, APIEndpoint
from schedules.models.saved_whole import SavedWhole
from schedules.models.schedule import APIEndpointSchedule

MINUTE, HOUR, DAY = 60, 3600, 86_400
#: Failures in a row that a rule may wait for; as many runs of each schedule are looked at.
MOST_FAILURES = 100


class AlertEvent(models.TextChoices):
    FAILED = "failed", _("Failed")
    MISSED = "missed", _("Missed or expired")
    LATE = "late", _("Late")
    RUNNING_LONG = "running_long", _("Running too long")
    PAUSED_LONG = "paused_long", _("Paused too long")
    BEAT_SILENT = "beat_silent", _("Beat is silent")
    DRIFT = "drift", _("Drift not repaired")
    CALENDAR = "calendar", _("Calendar ends soon")


#: Events of the engine as a whole, which belong to no schedule.
OF_THE_ENGINE = frozenset({AlertEvent.BEAT_SILENT, AlertEvent.CALENDAR})


def seconds_field(label: Any, default: int, **options: Any) -> models.PositiveIntegerField:
    limits = [MinValueValidator(1), MaxValueValidator(LONGEST_SECONDS)]
    return models.PositiveIntegerField(label, default=default, validators=limits, **options)


class AlertRule(SavedWhole):
    """Which events are told, of what, when, in which language and to which channels."""

    class Language(models.TextChoices):
        JA = "ja", _("Japanese")
        EN = "en", _("English")

    name = models.CharField(_("name"), max_length=100, unique=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    #: Values of AlertEvent.
    events = models.JSONField(_("events"), default=list)
    endpoint = models.ForeignKey(
        APIEndpoint, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("endpoint")
    )
    schedule = models.ForeignKey(
        APIEndpointSchedule,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("schedule"),
    )
    failures_in_a_row = models.PositiveSmallIntegerField(
        _("failures in a row"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_FAILURES)],
    )
    late_after_seconds = seconds_field(_("late after (seconds)"), 5 * MINUTE)
    running_after_seconds = seconds_field(_("running too long after (seconds)"), HOUR)
    paused_after_seconds = seconds_field(_("paused too long after (seconds)"), 7 * DAY)
    tell_recovery = models.BooleanField(_("tell the recovery"), default=True)
    #: None: an open alert is told once.
    remind_after_seconds = seconds_field(_("remind after (seconds)"), DAY, null=True, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.JA)
    channels = models.ManyToManyField(AlertChannel, related_name="rules", blank=True, verbose_name=_("channels"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(endpoint__isnull=True) | Q(schedule__isnull=True), name="rule_covers_one_thing"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Say at its field what no message could ever come of."""
        events = self.events if isinstance(self.events, list) else []
        unknown = [str(each) for each in events if each not in AlertEvent.values]
        if unknown or not events:
            known = ", ".join(AlertEvent.values)
            sentence = _("Choose at least one of: %(known)s.") % {"known": known}
            raise ValidationError({"events": ValidationError(sentence, code="events")})
        if self.endpoint_id and self.schedule_id:
            sentence = _("Choose an endpoint or a schedule, not both. A schedule's own rule is the narrower one.")
            raise ValidationError({"schedule": ValidationError(sentence, code="two_scopes")})
        if (self.endpoint_id or self.schedule_id) and (of_all := OF_THE_ENGINE.intersection(events)):
            names = ", ".join(sorted(str(AlertEvent(each).label) for each in of_all))
            sentence = _("%(events)s concerns all schedules. Leave endpoint and schedule empty, or untick it.")
            raise ValidationError({"events": ValidationError(sentence % {"events": names}, code="of_the_engine")})
