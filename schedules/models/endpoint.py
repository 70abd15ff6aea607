"""What can be called: a Celery task with its usual arguments and queue."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from schedules.models.saved_whole import SavedWhole
from schedules.task_catalogue import problem_with_arguments, problem_with_task

#: Ten years. Longer durations are typing errors, and would leave the years that a computer knows.
LONGEST_SECONDS = 10 * 366 * 86_400


def empty_list() -> list:
    return []


class APIEndpoint(SavedWhole):
    """A data endpoint. Its task, arguments, queue and expiry are the defaults of its schedules."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    description = models.TextField(_("description"), blank=True)
    task = models.CharField(
        _("task"), max_length=255, help_text=_("Name of a registered Celery task, such as package.tasks.fetch.")
    )
    default_args = models.JSONField(_("arguments"), default=empty_list, blank=True)
    default_kwargs = models.JSONField(_("named arguments"), default=dict, blank=True)
    queue = models.CharField(_("queue"), max_length=100, default="default")
    expires_seconds = models.PositiveIntegerField(
        _("expires after (seconds)"),
        null=True,
        blank=True,
        default=3600,
        validators=[MaxValueValidator(LONGEST_SECONDS)],
        help_text=_("A run that no worker has begun this long after its dispatch is dropped. Empty: never."),
    )
    enabled = models.BooleanField(_("enabled"), default=True, help_text=_("Off: none of its schedules is in force."))
    #: The owner that a file of ``apply_schedules`` names; empty for what people keep in the pages.
    managed_by = models.CharField(
        _("managed by"), max_length=200, blank=True, default="", db_default="", editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a task that no worker knows, and arguments that it does not take."""
        if unknown := problem_with_task(self.task):
            raise ValidationError({"task": ValidationError(unknown, code="unknown_task")})
        if refused := problem_with_arguments(self.task, self.default_args, self.default_kwargs):
            raise ValidationError({f"default_{refused[0]}": ValidationError(refused[1], code="arguments")})
