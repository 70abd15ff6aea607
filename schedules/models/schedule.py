"""When an endpoint runs: a recurrence, its policies and its state."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone as django_timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from schedules.models import lifecycle
from schedules.models.definitions import FIELD_OF_KEY, recurrence_of
from schedules.models.endpoint import LONGEST_SECONDS, APIEndpoint
from schedules.recurrence import DefinitionError
from schedules.refusals import spoken_params
from schedules.task_catalogue import problem_with_arguments


class APIEndpointSchedule(models.Model):
    """An endpoint, the rule that says when it runs, and what to do when things do not go to plan.

    Only the fields of the schedule's own kind are filled; database constraints hold that too.
    """

    class Kind(models.TextChoices):
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")
        MONTHLY = "monthly", _("Monthly")
        CRON = "cron", _("Cron expression")
        INTERVAL = "interval", _("Interval")
        ONCE = "once", _("Once")

    class ShortMonths(models.TextChoices):
        SKIP = "skip", _("Skip the month")
        LAST_DAY = "last_day", _("Run on its last day")

    class TradingDayRule(models.TextChoices):
        ANY = "any", _("Run on every day")
        SKIP = "skip", _("Skip days on which the exchange is closed")
        NEXT = "next", _("Move to the next trading day")
        PREVIOUS = "previous", _("Move to the previous trading day")

    class CatchUpPolicy(models.TextChoices):
        LATEST = "latest", _("Run the latest one")
        ALL = "all", _("Run all of them")
        SKIP = "skip", _("Run none of them")

    class OverlapPolicy(models.TextChoices):
        SKIP = "skip", _("Skip the new run")
        QUEUE = "queue", _("Let one wait")
        ALLOW = "allow", _("Run both")

    #: Kinds whose occurrences are wall-clock times entered one by one.
    TIMED_KINDS = (Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY)

    endpoint = models.ForeignKey(
        APIEndpoint, on_delete=models.CASCADE, related_name="schedules", verbose_name=_("endpoint")
    )
    name = models.CharField(_("name"), max_length=200, unique=True)
    description = models.TextField(_("description"), blank=True)

    schedule_type = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DAILY)
    execution_times = models.JSONField(
        _("times"), null=True, blank=True, help_text=_('{"times": ["08:10", "17:40"]}, up to 29:59.')
    )
    weekdays = models.JSONField(_("weekdays"), null=True, blank=True)
    month_days = models.JSONField(_("days of the month"), null=True, blank=True)
    short_months = models.CharField(
        _("days 29 to 31 in short months"), max_length=10, choices=ShortMonths.choices, default=ShortMonths.SKIP
    )
    cron_expression = models.CharField(_("cron expression"), max_length=200, blank=True)
    interval_seconds = models.PositiveIntegerField(
        _("interval (seconds)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    run_at = models.DateTimeField(_("run at"), null=True, blank=True)

    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Tokyo")
    starts_at = models.DateTimeField(_("start"), null=True, blank=True)
    ends_at = models.DateTimeField(_("end"), null=True, blank=True)
    excluded_dates = models.JSONField(_("excluded dates"), default=list, blank=True)
    trading_day_rule = models.CharField(
        _("trading days"), max_length=10, choices=TradingDayRule.choices, default=TradingDayRule.ANY
    )
    exchange = models.CharField(_("exchange"), max_length=10, default="XTKS")

    args = models.JSONField(_("arguments"), null=True, blank=True)
    kwargs = models.JSONField(_("named arguments"), null=True, blank=True)
    queue = models.CharField(_("queue"), max_length=100, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True, validators=[MaxValueValidator(9)])
    expires_seconds = models.PositiveIntegerField(
        _("expires after (seconds)"), null=True, blank=True, validators=[MaxValueValidator(LONGEST_SECONDS)]
    )

    catch_up_policy = models.CharField(
        _("missed runs"), max_length=10, choices=CatchUpPolicy.choices, default=CatchUpPolicy.LATEST
    )
    catch_up_window_seconds = models.PositiveIntegerField(
        _("catch-up window (seconds)"), default=6 * 3600, validators=[MaxValueValidator(LONGEST_SECONDS)]
    )
    overlap_policy = models.CharField(
        _("overlap"), max_length=10, choices=OverlapPolicy.choices, default=OverlapPolicy.SKIP
    )
    jitter_seconds = models.PositiveIntegerField(
        _("jitter (seconds)"), default=0, validators=[MaxValueValidator(LONGEST_SECONDS)]
    )
    max_retries = models.PositiveSmallIntegerField(_("retries"), default=0, validators=[MaxValueValidator(1000)])
    retry_delay_seconds = models.PositiveIntegerField(
        _("delay before a retry (seconds)"), default=60, validators=[MaxValueValidator(LONGEST_SECONDS)]
    )
    pause_after_failures = models.PositiveSmallIntegerField(
        _("pause after failures in a row"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )

    enabled = models.BooleanField(_("enabled"), default=True)
    #: The owner that a file of ``apply_schedules`` names; empty for what people keep in the pages.
    managed_by = models.CharField(
        _("managed by"), max_length=200, blank=True, default="", db_default="", editable=False
    )
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True, editable=False)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True, editable=False)
    pause_reason = models.CharField(_("reason for the pause"), max_length=500, blank=True, editable=False)

    revision = models.PositiveBigIntegerField(_("revision"), default=0, editable=False)
    #: No occurrence at or before this instant is ever dispatched; null while the schedule is not in force.
    effective_from = models.DateTimeField(_("in force since"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=django_timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["name"]
        permissions = [
            ("run_apiendpointschedule", _("Can run a schedule now")),
            ("pause_apiendpointschedule", _("Can pause and resume a schedule")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(schedule_type__in=["daily", "weekly", "monthly"], execution_times__isnull=False)
                | Q(schedule_type__in=["cron", "interval", "once"], execution_times__isnull=True),
                name="times_belong_to_daily_weekly_monthly",
            ),
            models.CheckConstraint(
                condition=Q(schedule_type="weekly", weekdays__isnull=False)
                | (~Q(schedule_type="weekly") & Q(weekdays__isnull=True)),
                name="weekdays_belong_to_weekly",
            ),
            models.CheckConstraint(
                condition=Q(schedule_type="monthly", month_days__isnull=False)
                | (~Q(schedule_type="monthly") & Q(month_days__isnull=True)),
                name="month_days_belong_to_monthly",
            ),
            models.CheckConstraint(
                condition=(Q(schedule_type="cron") & ~Q(cron_expression=""))
                | (~Q(schedule_type="cron") & Q(cron_expression="")),
                name="expression_belongs_to_cron",
            ),
            models.CheckConstraint(
                condition=Q(schedule_type="interval", interval_seconds__gte=1)
                | (~Q(schedule_type="interval") & Q(interval_seconds__isnull=True)),
                name="seconds_belong_to_interval",
            ),
            models.CheckConstraint(
                condition=Q(schedule_type="once", run_at__isnull=False)
                | (~Q(schedule_type="once") & Q(run_at__isnull=True)),
                name="instant_belongs_to_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=True) | Q(ends_at__gte=models.F("starts_at")),
                name="end_is_not_before_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save, raising the revision; see ``lifecycle`` for what a change means to the engine."""
        fields = None if update_fields is None else set(update_fields)
        with transaction.atomic(using=kwargs.get("using")):
            lifecycle.advance(self, now=django_timezone.now(), update_fields=fields)
            if fields is not None:
                fields |= lifecycle.ADVANCED_FIELDS
            super().save(*args, update_fields=fields, **kwargs)

    def clean(self) -> None:
        """Empty the fields of other kinds, then say at its field whatever the recurrence or the task refuses."""
        self.clear_fields_of_other_kinds()
        errors: dict[str, list[ValidationError]] = {}
        try:
            recurrence_of(self)
        except DefinitionError as error:
            for problem in error.problems:
                refusal = ValidationError(gettext(problem.message), code=problem.code, params=spoken_params(problem))
                errors.setdefault(FIELD_OF_KEY.get(problem.field, "schedule_type"), []).append(refusal)
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            refusal = ValidationError(_("The end lies before the start. Choose a later one."), code="end_before_start")
            errors.setdefault("ends_at", []).append(refusal)
        if self.endpoint_id is not None and (refused := problem_with_arguments(*self.call())):
            errors.setdefault(refused[0], []).append(ValidationError(refused[1], code="arguments"))
        if errors:
            raise ValidationError(errors)

    def clear_fields_of_other_kinds(self) -> None:
        """Forget what was entered for a kind that is not chosen any more."""
        kind = self.schedule_type
        if kind not in self.TIMED_KINDS:
            self.execution_times = None
        if kind != self.Kind.WEEKLY:
            self.weekdays = None
        if kind != self.Kind.MONTHLY:
            self.month_days = None
        if kind != self.Kind.CRON:
            self.cron_expression = ""
        if kind != self.Kind.INTERVAL:
            self.interval_seconds = None
        if kind != self.Kind.ONCE:
            self.run_at = None

    def call(self) -> tuple[str, Any, Any]:
        """Return the task's name and the arguments to call it with: the schedule's own, else the endpoint's."""
        endpoint = self.endpoint
        args = endpoint.default_args if self.args is None else self.args
        kwargs = endpoint.default_kwargs if self.kwargs is None else self.kwargs
        return endpoint.task, args, kwargs

    def message_options(self) -> dict[str, Any]:
        """Return what Celery is told besides the call: queue, expiry in seconds and priority, where there are any."""
        expires = self.endpoint.expires_seconds if self.expires_seconds is None else self.expires_seconds
        options = {"queue": self.queue or self.endpoint.queue, "expires": expires, "priority": self.priority}
        return {name: value for name, value in options.items() if value is not None}

    def is_paused(self, now: datetime) -> bool:
        """Say whether a pause holds at the aware instant ``now``; a pause ends by itself at its ``until``."""
        return self.paused_at is not None and (self.paused_until is None or self.paused_until > now)
