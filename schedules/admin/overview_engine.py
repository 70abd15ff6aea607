"""The overview's facts on the engine: who leads, how it keeps up, what waits, what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from schedules.admin.wording import duration_text
from schedules.agenda import Planned
from schedules.monitoring import EngineState


@dataclass(frozen=True)
class EngineLine:
    """A named fact. ``tone`` colours what is not as it should be; ``is_drift``: beside it stands the repair.

    ``address``: the rows behind it, where there are any.
    """

    label: str
    text: str
    tone: str = ""
    small: str = ""
    is_drift: bool = False
    address: str = ""


def engine_lines(engine: EngineState, planned: Sequence[Planned], now: datetime) -> list[EngineLine]:
    """Return the facts in the order of their weight."""
    health, drift = engine.health, engine.drift
    leader = health.leader
    lines = [EngineLine(_("Leading beat"), leader.node if leader else _("none"), "" if leader else "bad")]
    standbys = ", ".join(each.node for each in health.standbys)
    lines.append(EngineLine(_("Standing by"), standbys or _("none"), small="" if standbys else _("nobody takes over")))
    if leader is not None:
        lines.append(EngineLine(_("Last tick"), _ago(leader.seen_at, now)))
        late = leader.lateness_seconds
        text = _("nothing since beat started") if late is None else duration_text(timedelta(seconds=max(late, 0.0)))
        lines.append(EngineLine(_("Last run sent late by"), text))
    names = ", ".join(engine.workers)
    lines.append(EngineLine(_("Workers"), str(len(engine.workers)), "" if engine.workers else "bad", small=names))
    if engine.queues is None:
        lines.append(EngineLine(_("Waiting in queues"), _("unknown"), small=_("The broker cannot be asked.")))
    else:
        small = " · ".join(f"{name} {number:,}" for name, number in engine.queues.items())
        lines.append(EngineLine(_("Waiting in queues"), f"{sum(engine.queues.values()):,}", small=small))
    in_force = f"{reverse('admin:schedules_apiendpointschedule_changelist')}?state=on"
    lines.append(EngineLine(_("Schedules in force"), f"{len(planned):,}", address=in_force))
    compared = leader.reconciled_at if leader else None
    lines.append(
        EngineLine(
            _("Drifted"),
            f"{drift.count:,}",
            "warning" if drift.count else "",
            small=_("compared by beat %(ago)s") % {"ago": _ago(compared, now)}
            if compared
            else _("not compared by beat yet"),
            is_drift=True,
        )
    )
    return lines


def _ago(instant: datetime, now: datetime) -> str:
    return _("%(span)s ago") % {"span": duration_text(max(now - instant, timedelta()))}
