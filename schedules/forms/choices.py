"""What the selects of the schedule form offer."""

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from schedules.recurrence import EXCHANGES
from schedules.recurrence.zones import known_zones

#: The zones of the exchanges, which nearly every schedule uses; they stand before the hundreds of others.
USUAL_ZONES = (
    "Asia/Tokyo",
    "UTC",
    "America/New_York",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Hong_Kong",
    "Asia/Singapore",
)


def zone_choices(current: str = "") -> list[tuple[Any, Any]]:
    """Return the zones in groups by region; ``current`` is offered even when it stands in none of them."""
    usual = [(zone, zone) for zone in USUAL_ZONES]
    regions = _zones_by_region()
    if current and current not in USUAL_ZONES and not any((current, current) in zones for _region, zones in regions):
        usual.append((current, current))
    return [(_("Usual zones"), usual), *regions]


def exchange_choices() -> list[tuple[str, str]]:
    """Return the exchanges with their names in the active language."""
    japanese = (get_language() or "").startswith("ja")
    return [(exchange.code, exchange.ja if japanese else exchange.en) for exchange in EXCHANGES]


@lru_cache(maxsize=1)
def _zones_by_region() -> list[tuple[Any, Any]]:
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(known_zones() - set(USUAL_ZONES)):
        region, slash, _city = zone.partition("/")
        if slash and region not in ("Etc", "SystemV"):
            regions.setdefault(region, []).append((zone, zone))
    return list(regions.items())
