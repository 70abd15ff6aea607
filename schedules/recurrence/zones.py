"""Time zones by their IANA names."""

import re
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_MAX_LENGTH = 64
#: Found on disk beside the zones, but not names of zones that mean the same everywhere.
_NOT_ZONES = ("posix", "right", "localtime", "Factory", "posixrules")


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone called ``name`` exactly; ``None`` if there is none."""
    if len(name) > _MAX_LENGTH or not _NAME.fullmatch(name) or name.partition("/")[0] in _NOT_ZONES:
        return None
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    # A file system that ignores case would accept "asia/tokyo" here and not elsewhere.
    return zone if name in known_zones() else None


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Return the names of all zones of this machine."""
    return frozenset(available_timezones())


def nearest_zone(name: str) -> str | None:
    """Return the known zone whose name looks most like ``name``, or whose city is meant."""
    name = name[:_MAX_LENGTH].strip().replace(" ", "_")
    names = sorted(known_zones())
    lowered = {zone.lower(): zone for zone in reversed(names)}
    by_city = {zone.rpartition("/")[2].lower(): zone for zone in reversed(names) if "/" in zone}
    wanted = name.lower()
    if exact := lowered.get(wanted) or by_city.get(wanted):
        return exact
    if close := get_close_matches(wanted, lowered, n=1, cutoff=0.7):
        return lowered[close[0]]
    return None
