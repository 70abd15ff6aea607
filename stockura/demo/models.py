"""The memory of what the demo has loaded into this database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoadedPart(models.Model):
    """A part of the demo that has been loaded, and is not loaded again whatever became of it.

    Looking for the row itself would bring back what a person has deleted, and double what they have renamed.
    """

    key = models.CharField(_("part"), max_length=50, unique=True)
    #: Primary key of what was made of it; the row may be gone.
    row_id = models.BigIntegerField()
    loaded_at = models.DateTimeField(_("loaded at"))

    class Meta:
        verbose_name = _("loaded part of the demo")
        verbose_name_plural = _("loaded parts of the demo")
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
