"""Rows whose save and its record in the history are one."""

from typing import Any

from django.db import models, transaction


class SavedWhole(models.Model):
    """Saves in a transaction: the recorder writes its entry just before, and must not tell of a save that failed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic(using=kwargs.get("using")):
            super().save(*args, **kwargs)
