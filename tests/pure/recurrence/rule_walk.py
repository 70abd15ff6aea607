"""An independent answer for rules of every kind, from their JSON: dates one by one, then a search among UTC minutes.

It shares no code with the engine. Trading days come from exchange_calendars, cron expressions from the walk's own
reader. A local time is found by looking at what the clock shows at every UTC time that could be meant; one that the
clocks skip becomes the first UTC minute at which the clock shows more.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tests.pure.recurrence.oracle import Job
from tests.pure.recurrence.sessions import sessions

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
#: No exchange rests longer than this.
FARTHEST_MOVE = 28

#: Where an occurrence may belong: its business day and the date it was moved from.
Home = tuple[date, date | None]


class RuleWalk:
    """The occurrences of a definition in (after, until], each with its homes, and the dates it skips."""

    def __init__(self, definition: dict[str, Any], after: datetime, until: datetime) -> None:
        self.definition, self.after, self.until = definition, after, until
        self.zone = definition["timezone"]
        self.rule = definition.get("trading_day_rule", "any")
        self.excluded = set(map(date.fromisoformat, definition.get("excluded_dates", ())))
        self.exceptional = {
            date.fromisoformat(day["on"]): day["is_open"] for day in definition.get("exceptional_days", ())
        }
        first = max([after + timedelta(microseconds=1), *_instants(definition, "starts_at")])
        last = min([until, *_instants(definition, "ends_at")])
        self.contains: Callable[[datetime], bool] = lambda at: first <= at <= last

    def occurrences(self) -> dict[datetime, set[Home]]:
        """Return instant → homes, ascending."""
        found: dict[datetime, set[Home]] = {}
        for at, home in self._all():
            if self.contains(at):
                found.setdefault(at, set()).add(home)
        return dict(sorted(found.items()))

    def skipped(self) -> list[tuple[date, str]]:
        """Return (date, code of the reason), ascending."""
        if self.definition["kind"] == "once":
            return []
        if self.definition["kind"] == "interval":
            days = {shown(self.zone, at).date() for at in self._points() if self.contains(at)}
        else:
            days = {day for day in self._plain_days() if self._any_time_of(day)}
        found = [(day, code) for day in days if (code := self._why_dropped(day))]
        if self.definition["kind"] == "monthly":
            lasts = {day for day in self._dates() if (day + DAY).day == 1}
            found += [
                (last, "short_month")
                for last in lasts
                if self._any_time_of(last)
                for item in set(self.definition["month_days"])
                if not any(self._names(item, last - n * DAY) for n in range(last.day))
            ]
        return sorted(found)

    def _all(self) -> Iterator[tuple[datetime, Home]]:
        match self.definition["kind"]:
            case "once":
                at = datetime.fromisoformat(self.definition["at"]).astimezone(UTC)
                yield at, (shown(self.zone, at).date(), None)
            case "interval":
                for at in self._points():
                    day = shown(self.zone, at).date()
                    if self._why_dropped(day) is None:
                        yield at, (day, None)
            case _:
                for day, origin in self._effective_days():
                    for at in self._instants_on(day) if self._is_near(day) else ():
                        yield at, (day, origin)

    def _points(self) -> Iterator[datetime]:
        at = datetime.fromisoformat(self.definition["anchor"]).astimezone(UTC)
        while at <= self.until:
            yield at
            at += timedelta(seconds=self.definition["every_seconds"])

    def _dates(self) -> list[date]:
        first = shown(self.zone, self.after).date() - 35 * DAY
        return [first + n * DAY for n in range((self.until - self.after).days + 75)]

    def _plain_days(self) -> list[date]:
        return [day for day in self._dates() if self._is_plain(day)]

    def _is_plain(self, day: date) -> bool:
        match self.definition["kind"]:
            case "weekly":
                return WEEKDAYS[day.weekday()] in self.definition["weekdays"]
            case "monthly":
                return any(self._names(item, day) for item in self.definition["month_days"])
            case "cron":
                return self._job.runs_on(day)
        return True

    def _names(self, item: int | str, day: date) -> bool:
        """Return whether an item of ``month_days`` names ``day``."""
        is_last = (day + DAY).month != day.month
        if isinstance(item, int):
            shortened = is_last and item > day.day and self.definition.get("short_months") == "last_day"
            return day.day == item or shortened
        if item == "last":
            return is_last
        if item.startswith("trading:"):
            number = int(item.removeprefix("trading:"))
            month = [open_ for n in range(-31, 32) if self.is_open(open_ := day + n * DAY) and open_.month == day.month]
            return day in month and number in (month.index(day) + 1, month.index(day) - len(month))
        which, weekday = item.split("-")
        if WEEKDAYS[day.weekday()] != weekday:
            return False
        if which == "last":
            return (day + 7 * DAY).month != day.month
        return (day - int(which) * 7 * DAY).month != day.month == (day - (int(which) - 1) * 7 * DAY).month

    def is_open(self, day: date) -> bool:
        """Return whether the exchange trades; the exceptional days first."""
        return self.exceptional.get(day, day in sessions(self.definition.get("exchange", "XTKS")))

    def _target(self, day: date) -> date | None:
        """Return where a closed plain day is moved."""
        if self.rule not in ("next", "previous"):
            return None
        step = DAY if self.rule == "next" else -DAY
        return next((day + n * step for n in range(1, FARTHEST_MOVE + 1) if self.is_open(day + n * step)), None)

    def _effective_days(self) -> Iterator[tuple[date, date | None]]:
        for day in self._plain_days():
            if day in self.excluded:
                continue
            if self.rule == "any" or self.is_open(day):
                yield day, None
            elif (target := self._target(day)) and self._why_dropped(day) is None:
                yield target, day

    def _why_dropped(self, day: date) -> str | None:
        """Return why nothing runs for a plain day; ``None`` if it runs, be it elsewhere."""
        if day in self.excluded:
            return "excluded"
        if self.rule == "any" or self.is_open(day):
            return None
        target = self._target(day)
        if target is None:
            if day in self.exceptional:
                return "exceptional"
            return {5: "saturday", 6: "sunday"}.get(day.weekday(), "holiday")
        if target in self.excluded:
            return "moved_onto_excluded"
        # Of several that meet, the one nearest to the trading day is moved; the others are covered by it.
        between = [day + n * DAY for n in range(1, (target - day).days + 1)] or [
            day - n * DAY for n in range(1, (day - target).days + 1)
        ]
        taken = any(self._is_plain(other) and other not in self.excluded for other in between)
        return "merged" if taken else None

    @property
    def _job(self) -> Job:
        return _job(self.definition["cron"])

    def _times(self) -> list[timedelta]:
        if self.definition["kind"] == "cron":
            job = self._job
            return [timedelta(hours=h, minutes=m) for h in job.hours for m in job.minutes]
        return [_duration(text) for text in self.definition["times"]]

    def _instants_on(self, day: date) -> Iterator[datetime]:
        real_time = self.definition["kind"] == "cron" and self._job.follows_real_time
        for time in self._times():
            yield from instants_of(self.zone, datetime(day.year, day.month, day.day) + time, real_time=real_time)

    def _any_time_of(self, day: date) -> bool:
        midnight = datetime(day.year, day.month, day.day)
        times = self._times() if self._is_near(day) else []
        return any(self.contains(instants_of(self.zone, midnight + time, real_time=False)[0]) for time in times)

    def _is_near(self, day: date) -> bool:
        # Times reach into the next date, and zones are off by up to a day.
        return self.after.date() - 3 * DAY <= day <= self.until.date() + 3 * DAY


def _instants(definition: dict[str, Any], key: str) -> list[datetime]:
    return [datetime.fromisoformat(definition[key])] if definition.get(key) else []


def _duration(text: str) -> timedelta:
    hours, minutes, *seconds = map(int, text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))


_job = cache(Job)


def shown(zone: str, at: datetime) -> datetime:
    """Return what the clock of ``zone`` shows, naive."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@lru_cache(maxsize=100_000)
def instants_of(zone: str, local: datetime, *, real_time: bool) -> list[datetime]:
    """Return when the clock shows ``local``: the first time only, or with ``real_time`` each time.

    A skipped time becomes the first minute after the gap, or nothing with ``real_time``.
    """
    guesses = [local.replace(tzinfo=UTC) - offset for offset in _offsets_around(zone, local.date())]
    hits = sorted(at for at in guesses if shown(zone, at) == local)
    if hits or real_time:
        return hits if real_time else hits[:1]
    at = min(guesses).replace(second=0)
    while shown(zone, at) <= local:
        at += MINUTE
    return [at]


@cache
def _offsets_around(zone: str, day: date) -> list[timedelta]:
    """Return the offsets that the zone has in the days around ``day``, looked at every half hour."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    looked_at = [noon + n * timedelta(minutes=30) for n in range(-96, 97)]
    return sorted({shown(zone, at) - at.replace(tzinfo=None) for at in looked_at})
