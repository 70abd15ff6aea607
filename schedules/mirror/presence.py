"""Who beats: each beat says in Redis that it is there, what it is doing, and when it last did something."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from schedules.mirror.mirror import Mirror

#: A beat that has been silent this long is taken to be gone, and is not listed any more.
FORGOTTEN_AFTER = timedelta(minutes=2)
#: A worker that has been silent this long does not answer: three signs of life have failed to come.
WORKER_SILENT_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Presence:
    """What a beat last said of itself. ``lateness_seconds``: how late the last dispatch was, None before the first."""

    node: str
    leads: bool
    seen_at: datetime
    started_at: datetime
    lateness_seconds: float | None = None
    reconciled_at: datetime | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> "Presence":
        """Read what ``to_json`` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        said = json.loads(text)
        for name in ("seen_at", "started_at", "reconciled_at"):
            said[name] = datetime.fromisoformat(said[name]) if said[name] else None
        return cls(**said)


def read_presences(mirror: Mirror, now: datetime) -> list[Presence]:
    """Return the beats heard of lately, the leader first. Raises EngineUnreachable."""
    found = []
    for text in mirror.beats().values():
        try:
            presence = Presence.from_json(text)
        except (ValueError, KeyError, TypeError):
            continue  # written by another release
        if now - presence.seen_at <= FORGOTTEN_AFTER:
            found.append(presence)
    return sorted(found, key=lambda presence: (not presence.leads, presence.node))
