"""Redis' copy of the schedules, as RedBeat entries: what they hold, where they lie, and how they get there.

Knows Redis and RedBeat, and no database: what belongs in it is decided by ``services.mirroring``.
"""
