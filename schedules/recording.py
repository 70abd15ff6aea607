"""Which models' changes are recorded. A new one needs one line here; the base ``SavedWhole`` keeps its saves whole."""

from auditlog.registry import auditlog
from django.db import models

from schedules.models import (
    AccessToken,
    AlertChannel,
    AlertRule,
    APIEndpoint,
    APIEndpointSchedule,
    CalendarFeed,
    ExceptionalDay,
    OccurrenceChange,
)


def record(
    model: type[models.Model], *, noise: tuple[str, ...] = (), secret: tuple[str, ...] = (), sets: tuple[str, ...] = ()
) -> None:
    """Record what changes in rows of ``model`` from now on.

    A save that changes nothing but ``noise`` is not recorded, and ``secret`` fields never are. Fields that each save
    sets by itself are noise anyway. ``sets`` names many-to-many fields.
    """
    columns = [field for field in model._meta.concrete_fields if not field.primary_key]
    told = [
        field.name for field in columns if field.name not in {*noise, *secret} and not getattr(field, "auto_now", False)
    ]
    kept = [field.name for field in columns if field.name not in secret]
    auditlog.register(
        model, include_fields=told, m2m_fields=sets, serialize_data=True, serialize_kwargs={"fields": kept}
    )


record(APIEndpoint)
# Why a pause is there, and since when, is part of it; the engine's own columns follow from the others.
record(APIEndpointSchedule, noise=("revision", "effective_from"))
record(OccurrenceChange, noise=("changed_by", "changed_by_name", "created_at", "recorded_at"))
record(ExceptionalDay)
record(AlertChannel, secret=("url", "secret"))
record(AlertRule, sets=("channels",))
record(CalendarFeed, noise=("last_read_at",), secret=("secret_hash",))
record(AccessToken, noise=("last_used_at",), secret=("digest",))
