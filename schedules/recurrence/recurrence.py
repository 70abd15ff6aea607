"""The recurrence: one object that answers when a rule fires, for the preview, the words and beat alike."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from schedules.recurrence.changed import ChangedPlan
from schedules.recurrence.changes import Change
from schedules.recurrence.clock import as_datetime, whole_seconds
from schedules.recurrence.compiling import compile_changes, compile_plan
from schedules.recurrence.definition import Definition
from schedules.recurrence.plans import Plan
from schedules.recurrence.values import Occurrence, SkippedDate


class Recurrence:
    """A rule that yields occurrences. Immutable; equal definitions are equal recurrences.

    Get one from ``parse_definition``: it hands out the same object for equal definitions, so that ten
    thousand schedules with one rule compute its next occurrence once. All instants given must be aware, or
    NaiveDatetimeError is raised; all instants returned are in UTC, on whole seconds, from 1900 to 9900.
    """

    __slots__ = ("__weakref__", "_changed", "_known_next", "_plain", "_plan", "canonical_json", "rule")

    rule: Definition
    #: The canonical definition on one line with sorted keys: a fingerprint.
    canonical_json: str
    _plan: Plan
    #: The same rule without one-time changes, and what they make of it; None where there are none.
    _plain: "Recurrence | None"
    _changed: ChangedPlan | None
    #: (from, answer), both in UTC: no occurrence lies strictly between. Many schedules that share a rule ask for it.
    _known_next: tuple[datetime, datetime] | None

    def __init__(self, rule: Definition) -> None:
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "canonical_json", rule.canonical_json)
        plain = recurrence_by(replace(rule, changes=())) if rule.changes else None
        changed = compile_changes(rule, plain._plan) if plain else None
        object.__setattr__(self, "_plain", plain)
        object.__setattr__(self, "_changed", changed)
        object.__setattr__(self, "_plan", changed or compile_plan(rule))
        object.__setattr__(self, "_known_next", None)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f'A recurrence cannot be changed, so "{name}" cannot be set. Parse a new definition.')

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recurrence) and self.canonical_json == other.canonical_json

    def __hash__(self) -> int:
        return hash(self.canonical_json)

    def __repr__(self) -> str:
        return f"<Recurrence {self.canonical_json}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return recurrence_by, (self.rule,)

    @property
    def kind(self) -> str:
        """One of ``KINDS``."""
        return self.rule.kind

    @property
    def timezone(self) -> str:
        """The IANA name of the zone that the rule is written in."""
        return self.rule.timezone

    @property
    def zone(self) -> ZoneInfo:
        """The zone that the rule is written in."""
        return ZoneInfo(self.rule.timezone)

    @property
    def definition(self) -> dict[str, Any]:
        """The canonical, JSON-ready definition; a new dictionary at each call. Parsing it gives this
        recurrence.
        """
        return json.loads(self.canonical_json)  # type: ignore[no-any-return]

    @property
    def plain(self) -> "Recurrence":
        """The same rule without one-time changes: the same object for all that share it."""
        return self._plain or self

    @property
    def void_changes(self) -> tuple[Change, ...]:
        """The one-time changes without effect: the rule has no occurrence there, or ends before the new time."""
        return self._changed.void if self._changed else ()

    def has(self, instant: datetime) -> bool:
        """Return whether ``instant`` is an occurrence, to the microsecond."""
        seconds = whole_seconds(instant)
        # Not compared as a datetime: in an hour that comes twice equal ones of two zones count as different.
        return not instant.microsecond and self._plan.latest_until(seconds) == seconds

    def leaves_out(self, instant: datetime) -> bool:
        """Return whether the plain rule has an occurrence here that one-time changes have skipped or moved away."""
        return self._changed is not None and self.plain.has(instant) and not self.has(instant)

    def next_after(self, instant: datetime) -> datetime | None:
        """Return the first occurrence strictly later than ``instant``; ``None`` once the rule has ended."""
        known, is_utc = self._known_next, getattr(instant, "tzinfo", None) is UTC
        if known and is_utc and known[0] <= instant < known[1]:
            return known[1]
        found = self._plan.next_after(whole_seconds(instant))
        if found is None:
            return None
        upcoming = as_datetime(found)
        if is_utc and instant < upcoming:
            object.__setattr__(self, "_known_next", (instant, upcoming))
        return upcoming

    def next_occurrence(self, instant: datetime) -> Occurrence | None:
        """Return the first occurrence strictly later than ``instant``, with its business day and reason."""
        found = self._plan.next_after(whole_seconds(instant))
        return None if found is None else self._occurrence(found)

    def occurrences(
        self, after: datetime, *, until: datetime | None = None, limit: int | None = None
    ) -> Iterator[Occurrence]:
        """Yield the occurrences in (``after``, ``until``], ascending, at most ``limit``."""
        return map(self._occurrence, islice(self.seconds(after, until=until), limit))

    def seconds(self, after: datetime, *, until: datetime | None = None) -> Iterator[int]:
        """Yield the occurrences in (``after``, ``until``] in seconds since 1970, ascending.

        Sooner than ``occurrences``, which says of each why it is there.
        """
        return self._walk(whole_seconds(after), None if until is None else whole_seconds(until))

    def latest_between(self, after: datetime, until: datetime) -> datetime | None:
        """Return the last occurrence in (``after``, ``until``]; ``None`` if there is none."""
        found = self._plan.latest_until(whole_seconds(until))
        return None if found is None or found <= whole_seconds(after) else as_datetime(found)

    def count_between(self, after: datetime, until: datetime, *, limit: int) -> int:
        """Return how many occurrences lie in (``after``, ``until``]; counting stops at ``limit``."""
        return self._plan.count_between(whole_seconds(after), whole_seconds(until), limit)

    def skipped(self, after: datetime, until: datetime, *, limit: int) -> list[SkippedDate]:
        """Return the local dates in (``after``, ``until``] on which the plain rule would run but this one
        does not.

        At most ``limit``, ascending. Dates moved elsewhere are not among them: their occurrence says so. A date is
        there once for each occurrence that a person skips on it.
        """
        found: list[SkippedDate] = []
        for ordinal, reason in self._plan.skipped(whole_seconds(after), whole_seconds(until)):
            if len(found) >= limit:
                break
            found.append(SkippedDate(date.fromordinal(ordinal), reason))
        return found

    def _walk(self, after: int, last: int | None) -> Iterator[int]:
        found = self._plan.next_after(after)
        while found is not None and (last is None or found <= last):
            yield found
            found = self._plan.next_after(found)

    def _occurrence(self, instant: int) -> Occurrence:
        placed = self._plan.place(instant)
        return Occurrence(
            at=as_datetime(instant),
            business_day=date.fromordinal(placed.business_day),
            moved_from=None if placed.moved_from is None else date.fromordinal(placed.moved_from),
            reason=placed.reason,
            instead_of=None if placed.instead_of is None else as_datetime(placed.instead_of),
        )


#: Every recurrence that anyone holds: however many definitions there are, equal ones never become two objects.
_LIVING: WeakValueDictionary[Definition, Recurrence] = WeakValueDictionary()


def recurrence_by(rule: Definition) -> Recurrence:
    """Return the one recurrence of ``rule``: the same object for equal rules, as long as anyone holds it."""
    return _LIVING.get(rule) or _LIVING.setdefault(rule, Recurrence(rule))
