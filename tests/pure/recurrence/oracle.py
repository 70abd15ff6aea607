"""An independent answer to "when does this cron expression fire?": a walk over every minute of UTC.

It shares no code with the engine: a parser of its own, no sets of days, no walk over local time. Each UTC minute is
turned into local time with zoneinfo, and asked whether it matches. A job that does not follow real time also fires at
the first minute after a gap if a skipped local minute matches, and never in the second of two equal local hours.

To try thousands of expressions, the minutes of a walk are kept as bits of one integer per local minute, hour and
date; an expression is then a few ORs and ANDs over all minutes of the walk at once.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


@dataclass
class Bits:
    """Which minutes of the walk show a given local minute, hour or date."""

    minute: dict[int, int] = field(default_factory=dict)
    hour: dict[int, int] = field(default_factory=dict)
    day: dict[date, int] = field(default_factory=dict)

    def add(self, local: datetime, bit: int) -> None:
        for table, key in ((self.minute, local.minute), (self.hour, local.hour), (self.day, local.date())):
            table[key] = table.get(key, 0) | bit

    def matching(self, job: "Job") -> int:
        minutes = hours = days = 0
        for key, bits in self.minute.items():
            minutes |= bits if key in job.minutes else 0
        for key, bits in self.hour.items():
            hours |= bits if key in job.hours else 0
        for key, bits in self.day.items():
            days |= bits if job.runs_on(key) else 0
        return minutes & hours & days


class Walk:
    """Every minute in (start, end] of UTC, seen from one zone."""

    def __init__(self, zone: str, start: datetime, end: datetime) -> None:
        self.zone, self.start, self.end = zone, start, end
        self.first, self.repeated = Bits(), Bits()
        self.skipped: list[tuple[int, datetime]] = []
        tz = ZoneInfo(zone)
        before = start.astimezone(tz).replace(tzinfo=None)
        now, bit = start + MINUTE, 1
        while now <= end:
            shown = now.astimezone(tz)
            local = shown.replace(tzinfo=None, fold=0)
            (self.repeated if shown.fold else self.first).add(local, bit)
            lost = before + MINUTE
            while lost < local:
                self.skipped.append((bit, lost))
                lost += MINUTE
            before = local
            now, bit = now + MINUTE, bit << 1

    def firings(self, job: "Job") -> list[datetime]:
        bits = self.first.matching(job)
        if job.follows_real_time:
            bits |= self.repeated.matching(job)
        else:
            for bit, local in self.skipped:
                if job.matches(local):
                    bits |= bit
        found = []
        while bits:
            lowest = bits & -bits
            found.append(self.start + lowest.bit_length() * MINUTE)
            bits ^= lowest
        return found


class Job:
    """A cron expression, read by rules of thumb; only valid expressions are given to it."""

    def __init__(self, expression: str) -> None:
        minute, hour, self._dom, month, self._dow = expression.lower().split()
        self.minutes, self.hours = _numbers(minute, 0, 59), _numbers(hour, 0, 23)
        self.follows_real_time = minute[0] == "*" or hour[0] == "*"
        for number, name in enumerate(MONTHS, 1):
            month = month.replace(name, str(number))
        self._months = _numbers(month, 1, 12)
        dow = self._dow.replace("-sun", "-7")
        for number, name in enumerate(DAYS):
            dow = dow.replace(name, str(number))
        self._dow_items = dow.split(",")
        self._both_needed = self._dom[0] == "*" or self._dow[0] == "*"
        self._known: dict[date, bool] = {}

    def matches(self, local: datetime) -> bool:
        return local.minute in self.minutes and local.hour in self.hours and self.runs_on(local.date())

    def runs_on(self, day: date) -> bool:
        if day not in self._known:
            self._known[day] = day.month in self._months and self._day_matches(day)
        return self._known[day]

    def _day_matches(self, day: date) -> bool:
        by_date, by_weekday = self._dom_matches(day), self._dow_matches(day)
        return (by_date and by_weekday) if self._both_needed else (by_date or by_weekday)

    def _dom_matches(self, day: date) -> bool:
        return any(self._dom_item(item, day) for item in self._dom.split(","))

    def _dom_item(self, item: str, day: date) -> bool:
        tomorrow = day + timedelta(days=1)
        if item == "l":
            return tomorrow.month != day.month
        if item == "lw":
            # The last Monday to Friday: no later one in the same month.
            later = [day + timedelta(days=n) for n in (1, 2, 3)]
            return day.isoweekday() < 6 and not any(d.month == day.month and d.isoweekday() < 6 for d in later)
        if item.endswith("w"):
            return _is_nearest_working_day(day, int(item[:-1]))
        return day.day in _numbers(item, 1, 31)

    def _dow_matches(self, day: date) -> bool:
        sunday_based = day.isoweekday() % 7
        for item in self._dow_items:
            if "#" in item:
                weekday, nth = map(int, item.split("#"))
                earlier = [day - timedelta(weeks=n) for n in (nth - 1, nth)]
                if weekday % 7 == sunday_based and [d.month == day.month for d in earlier] == [True, False]:
                    return True
            elif "l" in item:
                if int(item.strip("l")) % 7 == sunday_based and (day + timedelta(weeks=1)).month != day.month:
                    return True
            elif sunday_based in {number % 7 for number in _numbers(item, 0, 6)}:
                return True
        return False


def _is_nearest_working_day(day: date, target: int) -> bool:
    if day.isoweekday() > 5:
        return False
    try:
        wanted = day.replace(day=target)
    except ValueError:
        return False
    # Nearest first, staying in the month; for a Saturday the Friday before wins, for a Sunday the Monday after.
    for shift in (0, -1, 1, -2, 2):
        candidate = wanted + timedelta(days=shift)
        if candidate.month == wanted.month and candidate.isoweekday() < 6:
            return candidate == day
    return False


def _numbers(text: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for item in text.split(","):
        span, _, step = item.partition("/")
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = map(int, span.split("-"))
        else:
            first = int(span)
            last = max(first, high) if step else first
        found.update(range(first, last + 1, int(step or 1)))
    return found


def clock_changes(zone: str, first_year: int, last_year: int) -> list[datetime]:
    """Return the UTC hours, to the half hour, at which the zone's offset differs from half an hour before."""
    tz, found = ZoneInfo(zone), []
    now = datetime(first_year, 1, 1, tzinfo=UTC)
    offset = now.astimezone(tz).utcoffset()
    while now.year <= last_year:
        now += timedelta(minutes=30)
        if now.astimezone(tz).utcoffset() != offset:
            offset = now.astimezone(tz).utcoffset()
            found.append(now)
    return found
