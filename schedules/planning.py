"""Decide what each schedule should do at one moment.

Pure: no database, Redis or clock; callers pass ``now``. Carrying decisions out is beat's work.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.recurrence import Recurrence

#: Bounds what one schedule may do in one tick after a long outage; the rest is planned on the following ticks.
MAX_OCCURRENCES_PER_TICK = 500

#: An occurrence this little late is on time: a tick takes a moment, and is not an outage.
ON_TIME = timedelta(seconds=30)


@dataclass(frozen=True)
class Policy:
    """What a schedule wants done when things do not go to plan."""

    catch_up: str = "latest"  # latest, all or skip
    window: timedelta = timedelta(hours=6)
    jitter: timedelta = timedelta(0)


@dataclass(frozen=True)
class Missed:
    """An occurrence that is not dispatched any more. ``reason``: outside_window, coalesced or catch_up_skipped."""

    scheduled_for: datetime
    reason: str


@dataclass(frozen=True)
class Plan:
    """What to send now, what to record as missed, and which occurrence comes next (None: the rule has ended)."""

    dispatches: tuple[datetime, ...]
    missed: tuple[Missed, ...]
    next_scheduled_for: datetime | None


def plan(recurrence: Recurrence, policy: Policy, *, pending: datetime, now: datetime, key: str) -> Plan:
    """Decide about ``pending``, the oldest occurrence not yet dealt with, and all that are due after it at ``now``.

    ``key`` names the schedule and makes its jitter its own. Instants are aware. A late tick never shifts an
    occurrence: each keeps its nominal instant, and what comes next follows from the rule alone.
    """
    due: list[datetime] = []
    upcoming: datetime | None = pending
    while upcoming is not None and dispatch_at(upcoming, policy, key) <= now and len(due) < MAX_OCCURRENCES_PER_TICK:
        due.append(upcoming)
        upcoming = recurrence.next_after(upcoming)
    if not due:
        return Plan((), (), pending)
    if now - dispatch_at(pending, policy, key) <= ON_TIME and (len(due) == 1 or policy.jitter):
        # Nearly always: nothing was missed, whatever the policy. With a jitter longer than the rule's own steps several
        # are due at once, though beat was there all the time.
        return Plan(tuple(due), (), upcoming)
    more_is_due = upcoming is not None and dispatch_at(upcoming, policy, key) <= now
    oldest_in_window = now - max(policy.window, ON_TIME)
    fresh = [occurrence for occurrence in due if occurrence >= oldest_in_window - policy.jitter]
    missed = [Missed(occurrence, "outside_window") for occurrence in due if occurrence not in set(fresh)]
    if policy.catch_up == "all":
        return Plan(tuple(fresh), tuple(missed), upcoming)
    if policy.catch_up == "skip":
        kept = [occurrence for occurrence in fresh if now - occurrence <= ON_TIME + policy.jitter]
        reason = "catch_up_skipped"
    else:
        # The latest once; while a long backlog is still being walked, the latest is yet to come.
        kept = [] if more_is_due else fresh[-1:]
        reason = "coalesced"
    missed += [Missed(occurrence, reason) for occurrence in fresh if occurrence not in set(kept)]
    return Plan(tuple(kept), tuple(missed), upcoming)


def dispatch_at(scheduled_for: datetime, policy: Policy, key: str) -> datetime:
    """Return when an occurrence is sent: its instant plus the schedule's jitter, the same at every reading."""
    if not policy.jitter:
        return scheduled_for
    digest = hashlib.sha256(f"{key}@{scheduled_for.timestamp():.0f}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    return scheduled_for + policy.jitter * share
