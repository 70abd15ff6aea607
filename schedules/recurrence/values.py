"""What a recurrence answers with, and the words that definitions are written in."""

from dataclasses import dataclass
from datetime import date, datetime

KINDS = ("daily", "weekly", "monthly", "cron", "interval", "once")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TRADING_DAY_RULES = ("any", "skip", "next", "previous")
SHORT_MONTHS = ("skip", "last_day")


@dataclass(frozen=True)
class Reason:
    """Why something is not on its plain day or at its plain time, in both languages of the product."""

    code: str
    ja: str
    en: str


@dataclass(frozen=True)
class Occurrence:
    """One nominal instant of a recurrence.

    ``at`` is aware, in UTC. ``business_day`` is the local date it belongs to, on the 30-hour clock: Friday
    25:00 belongs to Friday. ``moved_from`` is the date that the trading-day rule, or a person, moved it away
    from. ``reason`` says why it was moved, or why it runs at another time than written (an hour that the clocks
    skip); else ``None``. ``instead_of`` is the instant at which the rule has it, where a person moved it once.
    """

    at: datetime
    business_day: date
    moved_from: date | None = None
    reason: Reason | None = None
    instead_of: datetime | None = None


@dataclass(frozen=True)
class SkippedDate:
    """A local date on which the plain rule would have run, and why nothing runs on it, or not what would have.

    A day that a short month lacks (30 February) is shown on the last day of that month.
    """

    on: date
    reason: Reason


@dataclass(frozen=True)
class Notice:
    """Something worth knowing about a recurrence before it is saved; never an error."""

    code: str
    ja: str
    en: str
