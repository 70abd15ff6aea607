"""A secret address under which a calendar program reads what will run."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schedules.models.saved_whole import SavedWhole


class CalendarFeed(SavedWhole):
    """One subscription of one person; deleting it ends it.

    Only a hash of the secret is kept: who reads the database, or a backup of it, cannot read the calendar. So the
    address is shown once, when it is made; a lost one is deleted and made anew.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("Where it is read, such as a phone or a team room."))
    language = models.CharField(_("language"), max_length=10, choices=[("ja", _("Japanese")), ("en", _("English"))])
    #: SHA-256 of the secret, as hexadecimal digits.
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_read_at = models.DateTimeField(_("last read"), null=True, editable=False)

    class Meta:
        verbose_name = _("calendar subscription")
        verbose_name_plural = _("calendar subscriptions")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
