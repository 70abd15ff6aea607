"""Where alerts are told: an e-mail to people, a webhook, a chat."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
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

    def clean(self) -> None:
        """Empty the fields of other kinds, and say at its field where nothing could be sent to."""
        if self.kind == self.Kind.EMAIL:
            self.url = self.secret = ""
            self.recipients = "\n".join(dict.fromkeys(self.recipients.replace(",", " ").replace(";", " ").split()))
            self._check_recipients()
        else:
            self.recipients = ""
            self.url = self.url.strip()
            if self.kind == self.Kind.SLACK:
                self.secret = ""
            if problem := _problem_with_url(self.url):
                raise ValidationError({"url": ValidationError(problem, code="url")})

    def _check_recipients(self) -> None:
        if not self.addresses:
            sentence = _("Enter at least one e-mail address.")
            raise ValidationError({"recipients": ValidationError(sentence, code="no_recipients")})
        for address in self.addresses:
            try:
                validate_email(address)
            except ValidationError:
                sentence = _('"%(address)s" is no e-mail address. Write one on each line, such as night@example.jp.')
                refusal = ValidationError(sentence % {"address": address}, code="recipients")
                raise ValidationError({"recipients": refusal}) from None

    @property
    def addresses(self) -> list[str]:
        return self.recipients.split()

    @property
    def target(self) -> str:
        """Where it goes, as far as that may be shown: of an address on the web the server's name only."""
        return ", ".join(self.addresses) if self.kind == self.Kind.EMAIL else urlsplit(self.url).hostname or ""


def _problem_with_url(url: str) -> Any:
    """Return why nothing can be posted to ``url``, or None. The address itself is not repeated: it is a secret."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not url.isprintable() or " " in url:
        return _("Enter a whole address that begins with https:// or http://.")
    if parts.username or parts.password:
        return _("An address with a login in it is not used. Leave out what stands before the @.")
    return None
