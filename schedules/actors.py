"""Who is acting, through which door, and why: set by the doors, read when a change is recorded.

Kept in a context variable: threads, greenlets and coroutines each have their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

#: Longest reason that is kept, in characters.
LONGEST_REASON = 500
#: Doors, as ``RecordedChange.Door`` has them.
ADMIN, API, COMMAND, ENGINE, OTHER = "admin", "api", "command", "engine", "other"


@dataclass(frozen=True)
class Actor:
    """Where a change comes from. ``request`` is asked only when there is something to record.

    Who signs in with a token is known only once the API's view has begun, which is later than any middleware.
    ``through`` names what was used: a command, a token, a part of the engine.
    """

    door: str = OTHER
    through: str = ""
    reason: str = ""
    #: The recorded change that is being undone.
    reverts: int | None = None
    request: HttpRequest | None = None

    @property
    def user(self) -> Any:
        """The signed-in user, or None."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None


_current: ContextVar[Actor] = ContextVar("actor", default=Actor())  # noqa: B039 - it is frozen


def current() -> Actor:
    return _current.get()


@contextmanager
def acting(**facts: Any) -> Iterator[None]:
    """Let what happens inside come from here; what is not given stays as it is around it."""
    before = _current.set(replace(_current.get(), **facts))
    try:
        yield
    finally:
        _current.reset(before)


def because(reason: str) -> None:
    """Give the reason of what the running request or command does from here on; an empty one says nothing."""
    # One line: what cannot be shown cannot be meant, and PostgreSQL refuses some of it.
    if reason := "".join(char for char in " ".join(reason.split()) if char.isprintable()):
        _current.set(replace(_current.get(), reason=reason[:LONGEST_REASON]))


def come_through(door: str) -> None:
    """Say through which door the running request came."""
    _current.set(replace(_current.get(), door=door))
