"""Schedules are computed in IANA time zones; a machine may lack their data."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from schedules.checks.tags import SCHEDULES
from schedules.models import APIEndpointSchedule

#: Zones of the exchanges that are offered; a machine that lacks one of them lacks most.
EVERYDAY = ("Asia/Tokyo", "America/New_York", "Europe/London", "Australia/Sydney")


@register(SCHEDULES)
def check_time_zones(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Look whether the zones that everybody uses can be loaded here."""
    wanted = dict.fromkeys([APIEndpointSchedule._meta.get_field("timezone").default, settings.TIME_ZONE, *EVERYDAY])
    missing = [name for name in wanted if not _can_be_loaded(name)]
    if not missing:
        return []
    return [
        Error(
            f"This machine has no data of the time zone {', '.join(missing)}, so its schedules cannot be computed.",
            hint="Install the zones: pip install -r requirements.txt (it names tzdata), or on Debian: "
            "apt-get install tzdata.",
            id="schedules.E008",
        )
    ]


def _can_be_loaded(name: str) -> bool:
    try:
        # Not from the cache: what an earlier program of this process loaded says nothing of the next start.
        ZoneInfo.no_cache(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
