"""Why a list was not applied. Each message is a sentence for the person who reads the run; nothing was changed."""

import datetime as dt

from django.utils.translation import gettext as _


class ListRefused(Exception):
    """Root: the list was read, but applying it would probably damage what is known."""


class ListShrunken(ListRefused):
    """Too many of the listed companies are missing: the answer was probably cut short."""

    def __init__(self, missing: int, known: int, limit: float) -> None:
        self.missing = missing
        self.known = known
        self.limit = limit
        super().__init__(missing, known, limit)

    def __str__(self) -> str:
        return _(
            "%(missing)d of the %(known)d listed companies are missing from the list received; at most %(limit).0f %% "
            "may go at once. Nothing was changed. If they really are gone, run the task once with "
            '{"allow_shrunken": true}.'
        ) % {"missing": self.missing, "known": self.known, "limit": self.limit * 100}


class ListIsOlder(ListRefused):
    """The list is of an earlier date than the one applied last."""

    def __init__(self, received: dt.date, applied: dt.date) -> None:
        self.received = received
        self.applied = applied
        super().__init__(received, applied)

    def __str__(self) -> str:
        return _(
            "The list received is of %(received)s, and one of %(applied)s has been applied before. Nothing was "
            'changed. To go back to the older list on purpose, run the task with {"allow_older": true}.'
        ) % {"received": self.received, "applied": self.applied}
