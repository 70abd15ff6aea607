"""Days on which an exchange differs from its published calendar, entered by the staff."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from schedules.models.saved_whole import SavedWhole


class ExceptionalDay(SavedWhole):
    """One date of one exchange that is open or closed against the calendar; it is looked at first."""

    exchange = models.CharField(_("exchange"), max_length=10, default="XTKS")
    on = models.DateField(_("date"))
    is_open = models.BooleanField(_("open"), default=False)
    reason_ja = models.CharField(_("reason in Japanese"), max_length=200)
    reason_en = models.CharField(_("reason in English"), max_length=200, blank=True)
    #: The owner that a file of ``apply_schedules`` names; empty for what people keep in the pages.
    managed_by = models.CharField(
        _("managed by"), max_length=200, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        verbose_name = _("exceptional day")
        verbose_name_plural = _("exceptional days")
        ordering = ["-on", "exchange"]
        constraints = [models.UniqueConstraint(fields=["exchange", "on"], name="one_exception_per_exchange_and_date")]

    def __str__(self) -> str:
        return f"{self.exchange} {self.on}"
