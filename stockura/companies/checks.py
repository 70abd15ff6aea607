"""What the J-Quants settings must be; `manage.py check` and every start say what is wrong with them."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def check_jquants_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse numbers that would let nothing through, or everything."""
    found: list[CheckMessage] = []
    if not 0 <= settings.JQUANTS_SHRINK_LIMIT <= 1:
        found.append(
            Error(
                f"JQUANTS_SHRINK_LIMIT is {settings.JQUANTS_SHRINK_LIMIT:g}, and a share lies between 0 and 1.",
                hint="For a fifth of the companies write JQUANTS_SHRINK_LIMIT=0.2.",
                id="companies.E001",
            )
        )
    if settings.JQUANTS_REQUESTS_PER_MINUTE < 1:
        found.append(
            Error(
                f"JQUANTS_REQUESTS_PER_MINUTE is {settings.JQUANTS_REQUESTS_PER_MINUTE}, which lets nothing through.",
                hint="Write what the J-Quants plan allows: 5 (Free), 60 (Light), 120 (Standard) or 500 (Premium).",
                id="companies.E002",
            )
        )
    for name in ("JQUANTS_CONNECT_TIMEOUT_SECONDS", "JQUANTS_READ_TIMEOUT_SECONDS"):
        if not 0 < getattr(settings, name) < float("inf"):
            found.append(
                Error(
                    f"{name} is {getattr(settings, name):g}, and no answer can come in that time, or ever be late.",
                    hint=f"Write a number of seconds, such as {name}=30.",
                    id="companies.E003",
                )
            )
    return found
