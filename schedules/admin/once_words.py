"""One-time changes in words: "skipped once by chief: stocktaking", "moved from 08:10"."""

from datetime import datetime, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from schedules.admin.wording import instant_text, time_text
from schedules.once_changed import OnceChanged


def left_text(change: OnceChanged, zone: tzinfo, *, now: datetime) -> str:
    """Return what became of the run, told at the place where its rule has it."""
    if change.to is None:
        what = _("skipped once by %(who)s") % {"who": change.by} if change.by else _("skipped once")
        return because(what, change.reason)
    told = {"instant": _near(change.to, change.at, zone, now), "who": change.by}
    what = _("moved to %(instant)s by %(who)s") if change.by else _("moved to %(instant)s")
    return because(what % told, change.reason)


def came_text(change: OnceChanged, zone: tzinfo, *, now: datetime) -> str:
    """Return where the run comes from, told at its new place."""
    told = {"instant": _near(change.at, change.to or change.at, zone, now), "who": change.by}
    what = _("moved from %(instant)s by %(who)s") if change.by else _("moved from %(instant)s")
    return because(what % told, change.reason)


def arrow_text(change: OnceChanged, zone: tzinfo, *, now: datetime, comes: bool) -> str:
    """Return the same for a place with room for a few letters: "→ 10:30", "← 08:10"; of a skipped run that."""
    if change.to is None:
        return pgettext("a run that does not happen this once", "skipped")
    here, there = (change.to, change.at) if comes else (change.at, change.to)
    return f"{'←' if comes else '→'} {_near(there, here, zone, now)}"


def because(what: str, reason: str) -> str:
    """Return a statement with its reason, if there is one."""
    return _("%(what)s: %(reason)s") % {"what": what, "reason": reason} if reason else what


def _near(instant: datetime, place: datetime, zone: tzinfo, now: datetime) -> str:
    """Return an instant as it is read at ``place``: without the day where it is the same."""
    local = instant.astimezone(zone)
    return time_text(local) if local.date() == place.astimezone(zone).date() else instant_text(local, now=now)
