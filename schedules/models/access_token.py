"""Tokens with which scripts sign in. A key itself is never stored: only its digest, and its beginning to know it by."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from schedules.models.saved_whole import SavedWhole


class AccessToken(SavedWhole):
    """What one script shows instead of a password: it acts as ``user``, and only within its scopes."""

    class Scope(models.TextChoices):
        READ = "read", _("Read: see everything that the user may see")
        RUN = "run", _("Run: start runs and backfills")
        WRITE = "write", _("Write: create, change, pause and delete")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens", verbose_name=_("acts as")
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("What uses the token, such as: nightly import."))
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("made"), editable=False)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=Q(revoked_at__isnull=True),
                name="one_valid_token_of_a_name",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_valid(self, now: datetime) -> bool:
        """Say whether a script may sign in with it at the aware instant ``now``."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
