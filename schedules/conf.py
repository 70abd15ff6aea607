"""The app's settings: the dictionary ``SCHEDULES`` in Django's settings, with these defaults."""

from datetime import timedelta
from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # How often beat compares the mirror with the database, beyond the start and a lost Redis; less often where so many
    # schedules are compared that it would keep beat busy.
    "RECONCILE_EVERY_SECONDS": 60.0,
    # How long a silent leader keeps its office. A standby takes over within this and a second.
    "BEAT_LOCK_SECONDS": 10.0,
    # How often a worker says that a run is alive, and how long it may be silent before it counts as gone.
    "HEARTBEAT_EVERY_SECONDS": 10.0,
    "HEARTBEAT_LOST_AFTER_SECONDS": 60.0,
    # How many days the history of runs is kept; 0: for ever. The latest run of each schedule always stays.
    "RUNS_KEPT_DAYS": 400,
}


def setting(name: str) -> Any:
    """Return one setting. Raises KeyError for a name that is not in DEFAULTS."""
    return getattr(settings, "SCHEDULES", {}).get(name, DEFAULTS[name])


def duration(name: str) -> timedelta:
    """Return a setting whose name ends in _SECONDS."""
    return timedelta(seconds=float(setting(name)))
