"""What can go wrong with J-Quants, told apart by what a person or a task has to do about it.

Every message is a full sentence in the language of the process, and never contains the API key. Every error
survives pickling with its facts: Celery sends errors between processes that way.
"""

import datetime as dt


class JQuantsError(Exception):
    """Root of the tree. ``status`` is the HTTP status, ``None`` when there was no usable answer."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class AuthError(JQuantsError):
    """The API key is missing, wrong, deleted or unusable. Asking again gives the same answer."""


class PlanError(JQuantsError):
    """The subscription does not cover what was asked for. Asking again gives the same answer.

    ``covers_from`` and ``covers_to`` are the first and last date of the plan's window, both inclusive, when
    the answer named them. ``covers_to`` is ``None`` also for a plan that has no end (up to today).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        covers_from: dt.date | None = None,
        covers_to: dt.date | None = None,
    ) -> None:
        self.covers_from = covers_from
        self.covers_to = covers_to
        super().__init__(message, status=status)


class BadRequest(JQuantsError):
    """The request itself was refused: a wrong parameter, path or base address. Asking again is useless."""


class RateLimited(JQuantsError):
    """Too many requests. ``retry_after`` is how many seconds to stay quiet before the next one, at least 1."""

    def __init__(self, message: str, *, status: int | None = None, retry_after: float = 120.0) -> None:
        self.retry_after = retry_after
        super().__init__(message, status=status)


class Unavailable(JQuantsError):
    """J-Quants could not be reached, cut the answer short, or reported a fault of its own. It may pass."""


class BadPayload(JQuantsError):
    """An answer came, but it is not what J-Quants documents: unreadable, or contradicting itself."""
