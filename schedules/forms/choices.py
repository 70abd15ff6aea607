"""What the selects of the schedule form offer."""

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from schedules.recurrence import EXCHANGES
from schedules.recurrence.zone_words import zone_ja
from schedules.recurrence.zones import find_zone, known_zones

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
#: What the first part of an IANA name means.
REGIONS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Brazil": _("Brazil"),
    "Canada": _("Canada"),
    "Chile": _("Chile"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Mexico": _("Mexico"),
    "Pacific": _("Pacific"),
    "US": _("United States"),
}


def zone_choices(current: str = "") -> list[tuple[Any, Any]]:
    """Return the zones in groups by region; ``current`` is offered even when it stands in none of them."""
    japanese = _is_japanese()
    usual = [_choice(zone, japanese) for zone in USUAL_ZONES]
    regions = _zones_by_region(japanese)
    mine = _choice(current, japanese)
    if current and mine not in usual and not any(mine in zones for _region, zones in regions):
        usual.append(mine)
    return [(_("Usual zones"), usual), *regions]


def exchange_choices() -> list[tuple[str, str]]:
    """Return the exchanges with their names in the active language."""
    return [(exchange.code, exchange.ja if _is_japanese() else exchange.en) for exchange in EXCHANGES]


@lru_cache(maxsize=2)
def _zones_by_region(japanese: bool) -> list[tuple[Any, Any]]:
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(known_zones() - set(USUAL_ZONES)):
        region, slash, _city = zone.partition("/")
        if slash and region not in ("Etc", "SystemV"):
            regions.setdefault(region, []).append(_choice(zone, japanese))
    return [(REGIONS.get(region, region), zones) for region, zones in regions.items()]


def zone_label(zone: str) -> str:
    """Return what a zone is called in the active language: for Japanese readers its time, then its IANA name."""
    return _choice(zone, _is_japanese())[1]


def _choice(zone: str, japanese: bool) -> tuple[str, str]:
    known = japanese and find_zone(zone) is not None
    return zone, f"{zone_ja(zone)}（{zone}）" if known else zone


def _is_japanese() -> bool:
    return (get_language() or "").startswith("ja")
