"""Names in Redis. Everything of ours begins with RedBeat's prefix, beside RedBeat's own keys."""

from celery import Celery, current_app
from redbeat.schedulers import ensure_conf

#: Entries of this product bear this in their name; entries named otherwise belong to somebody else.
ENTRY_NAME = "schedule-"


def entry_name(schedule_id: int | str) -> str:
    """Return the RedBeat name of a schedule: by key and not by name, so that renaming orphans nothing."""
    return f"{ENTRY_NAME}{schedule_id}"


class Keys:
    """The keys of one Celery app."""

    def __init__(self, app: Celery | None = None) -> None:
        conf = ensure_conf(app or current_app._get_current_object())
        self.prefix: str = conf.key_prefix
        self._of_ours = f"{self.prefix}{entry_name('')}"
        #: RedBeat's sorted set: entry keys by the instant of their next dispatch; below zero for ended ones.
        self.due: str = conf.schedule_key
        self.lock: str = conf.lock_key
        #: A list on which beat waits; an element wakes it.
        self.wake = f"{self.prefix}:wake"
        #: A stream of what beat did, on its way into the run ledger.
        self.events = f"{self.prefix}:events"
        #: Present while the mirror is known to be whole; gone when Redis has lost its data.
        self.whole = f"{self.prefix}:whole"
        #: The mark of whoever began last to put everything in place; it is lost with the data as well.
        self.filling = f"{self.prefix}:filling"
        #: Hash: entry key to the sentence that says why it was set aside.
        self.set_aside = f"{self.prefix}:set-aside"
        #: Sorted set: entry keys of schedules that are out of force by when they were taken out (seconds since 1970).
        self.removed = f"{self.prefix}:removed"
        #: Hash: beat's node name to what it last said of itself.
        self.beats = f"{self.prefix}:beats"
        #: Hash: counts of what beat has done, for monitoring.
        self.tally = f"{self.prefix}:tally"
        #: Sorted set: workers by the instant (seconds since 1970) at which each was last heard of.
        self.workers = f"{self.prefix}:workers"

    def entry(self, schedule_id: int) -> str:
        return f"{self._of_ours}{schedule_id}"

    def schedule_id(self, entry_key: str) -> int | None:
        """Return whose entry a key is; None for an entry of somebody else."""
        number = entry_key.removeprefix(self._of_ours)
        return int(number) if number.isascii() and number.isdigit() and self.entry(int(number)) == entry_key else None
