"""Where alerts are told: an e-mail to people, a webhook, a chat."""

from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from schedules.models.saved_whole import SavedWhole


class AlertChannel(SavedWhole):
    """One place to tell alerts to. Only the fields of its own kind are filled.

    ``url`` and ``secret`` let whoever has them write in our name: no page, log, message or API shows them once saved.
    Both must be used to send, so the database holds them as they are.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        WEBHOOK = "webhook", _("Webhook")
        SLACK = "slack", _("Slack or compatible")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.EMAIL)
    enabled = models.BooleanField(_("enabled"), default=True)
    #: Addresses, one a line.
    recipients = models.TextField(_("recipients"), blank=True)
    url = models.CharField(_("address"), max_length=2000, blank=True)
    #: Signs what a webhook is told.
    secret = models.CharField(_("signing secret"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("alert channel")
        verbose_name_plural = _("alert channels")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="email") & ~Q(recipients="") & Q(url="", secret=""))
                | (~Q(kind="email") & Q(recipients="") & ~Q(url="")),
                name="channel_has_what_its_kind_needs",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def addresses(self) -> list[str]:
        return self.recipients.split()

    @property
    def target(self) -> str:
        """Where it goes, as far as that may be shown: of an address on the web the server's name only."""
        return ", ".join(self.addresses) if self.kind == self.Kind.EMAIL else urlsplit(self.url).hostname or ""
