"""Decide which alerts open and end, and what is to be told now.

Pure: callers pass what is known and ``now``; ``watching`` carries the decisions out. All instants are aware.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

#: Told although it was over before it could be told: it happened, and may happen again.
ALWAYS_TOLD = frozenset({"failed", "missed"})
#: Clocks of two machines that look in turn may differ by this much.
CLOCKS_DIFFER = timedelta(seconds=5)


@dataclass(frozen=True)
class Finding:
    """Something that is wrong now. ``count``: how many failures in a row; ``facts`` is JSON-ready."""

    event: str
    subject: str
    title: str
    since: datetime
    schedule_id: int | None = None
    endpoint_id: int | None = None
    count: int = 1
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.event, self.subject


@dataclass(frozen=True)
class Look:
    """All that is wrong now. Of ``unknown`` events nobody could say what is over: what is open stays open."""

    findings: Sequence[Finding]
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Terms:
    """What a rule asks for. ``remind_after`` None: an open alert is told once."""

    events: frozenset[str]
    endpoint_id: int | None = None
    schedule_id: int | None = None
    failures: int = 1
    #: Event → how long it must have lasted.
    lasting: dict[str, timedelta] = field(default_factory=dict)
    tell_recovery: bool = True
    remind_after: timedelta | None = None

    def covers(self, event: str, *, schedule_id: int | None, endpoint_id: int | None) -> bool:
        """Say whether the rule is about this event of this schedule."""
        if event not in self.events or self.schedule_id not in (None, schedule_id):
            return False
        return self.endpoint_id in (None, endpoint_id)

    def asks_for(self, finding: Finding, now: datetime) -> bool:
        """Say whether ``finding`` is as bad as the rule waits for."""
        if not self.covers(finding.event, schedule_id=finding.schedule_id, endpoint_id=finding.endpoint_id):
            return False
        if finding.event == "failed" and finding.count < self.failures:
            return False
        return now - finding.since >= self.lasting.get(finding.event, timedelta())


@dataclass(frozen=True)
class Known:
    """An alert that is not closed. ``is_wanted``: its schedule is still switched on and covered by the rule."""

    id: int
    event: str
    subject: str
    is_over: bool
    since: datetime
    noticed_at: datetime
    told_at: datetime | None = None
    resolved_at: datetime | None = None
    is_wanted: bool = True


@dataclass
class Changes:
    """``over``: ids of what has ended; ``withdrawn``: of what may go on, and nobody asks for any more."""

    opened: list[Finding] = field(default_factory=list)
    still: list[tuple[int, Finding]] = field(default_factory=list)
    over: list[int] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Pace:
    """How long news wait for others of their cause, the next message for more, and events for their own repair."""

    group: timedelta
    again: timedelta
    #: Event → how long it must have lasted to be told.
    hold: dict[str, timedelta] = field(default_factory=dict)


@dataclass(frozen=True)
class Telling:
    """One message: ``kind`` is opened, reminder or recovered."""

    kind: str
    event: str
    alert_ids: tuple[int, ...]


def changes(terms: Terms, open_alerts: Iterable[Known], look: Look, now: datetime) -> Changes:
    """Return what the look opens, confirms and ends of one rule's alerts."""
    found = {finding.key: finding for finding in look.findings}
    asked = {key: finding for key, finding in found.items() if terms.asks_for(finding, now)}
    result, known = Changes(), set()
    for alert in open_alerts:
        key = (alert.event, alert.subject)
        known.add(key)
        if finding := asked.get(key):
            result.still.append((alert.id, finding))
        elif not alert.is_wanted or key in found:
            # What is still there, and not asked for any more, has not recovered.
            result.withdrawn.append(alert.id)
        elif alert.event not in look.unknown:
            result.over.append(alert.id)
    result.opened = [finding for key, finding in asked.items() if key not in known]
    return result


def tellings(terms: Terms, alerts: Collection[Known], now: datetime, pace: Pace) -> list[Telling]:
    """Return the messages of one rule that are due: at most one of each kind for each event."""
    by_event = defaultdict(list)
    for alert in alerts:
        by_event[alert.event].append(alert)
    found = []
    for event, group in sorted(by_event.items()):
        for kind, ids in (
            ("opened", _news(event, group, now, pace)),
            ("recovered", _recoveries(group, now, pace) if terms.tell_recovery else ()),
            ("reminder", _reminders(terms, group, now)),
        ):
            if ids:
                found.append(Telling(kind, event, tuple(ids)))
    return found


def not_to_be_told(terms: Terms, alert: Known) -> bool:
    """Say whether an alert that is over needs no message at all."""
    if not alert.is_over:
        return False
    return alert.event not in ALWAYS_TOLD if alert.told_at is None else not terms.tell_recovery


def _news(event: str, group: list[Known], now: datetime, pace: Pace) -> list[int]:
    hold = pace.hold.get(event, timedelta())
    # From when it was noticed: a beat that is restarted a minute after another one died has its own wait.
    untold = [
        alert for alert in group if alert.told_at is None and (alert.is_over or _waited(alert.noticed_at, now, hold))
    ]
    if not untold:
        return []
    # What was told by a clock that was ahead must not keep the next from being told.
    told = [alert.told_at for alert in group if alert.told_at and alert.told_at <= now + CLOCKS_DIFFER]
    waited_from = min(alert.noticed_at for alert in untold)
    # What has had its own wait need not wait for others as well.
    is_ripe = bool(hold) or _waited(waited_from, now, pace.group)
    is_too_soon = bool(told) and now - max(told) < pace.again
    return [alert.id for alert in untold] if is_ripe and not is_too_soon else []


def _recoveries(group: list[Known], now: datetime, pace: Pace) -> list[int]:
    over = [alert for alert in group if alert.is_over and alert.told_at is not None]
    if not over:
        return []
    waited_from = min(alert.resolved_at or now for alert in over)
    return [alert.id for alert in over] if _waited(waited_from, now, pace.group) else []


def _reminders(terms: Terms, group: list[Known], now: datetime) -> list[int]:
    told = [(alert.told_at, alert.id) for alert in group if alert.told_at is not None and not alert.is_over]
    if terms.remind_after is None or not told:
        return []
    oldest, _id = min(told)
    return [alert_id for _told_at, alert_id in told] if now - oldest >= terms.remind_after else []


def _waited(since: datetime, now: datetime, wait: timedelta) -> bool:
    """Say whether ``wait`` is over; one that began in the future was counted by a clock that has been set back."""
    return now - since >= wait or since > now + CLOCKS_DIFFER
