"""What every kind of rule can do once compiled. Instants are whole seconds since 1970."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from schedules.recurrence.clock import MAX_INSTANT, MIN_INSTANT
from schedules.recurrence.values import Reason


@dataclass(frozen=True)
class Span:
    """The instants between a rule's start and end, both included."""

    first: int = MIN_INSTANT
    last: int = MAX_INSTANT


@dataclass(frozen=True)
class Placed:
    """Where an instant belongs: its business day, the date it was moved from, and the reason for any shift.

    ``instead_of`` is the rule's own instant of an occurrence that a person has moved once.
    """

    business_day: int
    moved_from: int | None = None
    reason: Reason | None = None
    instead_of: int | None = None


class Plan(Protocol):
    """A compiled rule. All walks end: they answer ``None`` or stop when the rule never fires again."""

    def next_after(self, instant: int) -> int | None:
        """Return the first occurrence later than ``instant``."""

    def latest_until(self, instant: int) -> int | None:
        """Return the last occurrence not later than ``instant``."""

    def count_between(self, after: int, until: int, limit: int) -> int:
        """Return how many occurrences lie in (after, until], at most ``limit``."""

    def place(self, instant: int) -> Placed:
        """Return where an occurrence of this plan belongs."""

    def skipped(self, after: int, until: int) -> Iterator[tuple[int, Reason]]:
        """Yield the local dates in (after, until] on which the plain rule would run but this one does not."""
