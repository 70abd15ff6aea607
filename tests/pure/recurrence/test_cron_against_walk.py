"""Cron expressions against a walk over every minute of UTC, around every clock change of three years."""

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache

import pytest

from schedules.recurrence import DefinitionError, Recurrence, parse_definition
from tests.pure.recurrence.expressions import random_expressions
from tests.pure.recurrence.oracle import Job, Walk, clock_changes
from tests.support.effort import IS_LONG

ZONES = (
    "Asia/Tokyo",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Pacific/Chatham",
)
#: Changes that reach over midnight, take two hours, or swallow a whole date.
UNUSUAL_CHANGES = [
    ("America/St_Johns", datetime(2010, 3, 14, 3, tzinfo=UTC)),
    ("America/St_Johns", datetime(2010, 11, 7, 2, tzinfo=UTC)),
    ("America/Scoresbysund", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("America/Scoresbysund", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Antarctica/Troll", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Antarctica/Troll", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Asia/Pyongyang", datetime(2018, 5, 4, 15, tzinfo=UTC)),
    ("America/Caracas", datetime(2016, 5, 1, 7, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
]
#: `make test-long` tries each of them in every window of every zone; else each meets one window in about a quarter of
#: the eight zones.
EXPRESSIONS = 3_000 if IS_LONG else 900
DATED_EXPRESSIONS = 1_000 if IS_LONG else 300
AROUND = timedelta(hours=30)


@lru_cache
def walks(zone: str) -> list[Walk]:
    # Zones without changes have windows too: the turn of the year, and a leap day.
    centres = clock_changes(zone, 2026, 2028) or [
        datetime(2026, 12, 31, 15, tzinfo=UTC),
        datetime(2028, 2, 29, tzinfo=UTC),
    ]
    return [Walk(zone, centre - AROUND, centre + AROUND) for centre in centres]


@lru_cache
def expressions(seed: int, tried: int = EXPRESSIONS + 200) -> list[str]:
    """Return the expressions of ``seed`` that match on some date; the walk over dates decides, not the engine."""
    return [text for text in random_expressions(tried, seed) if matches_some_date(text)]


@cache
def matches_some_date(expression: str) -> bool:
    # After 28 years without a skipped leap year every date has met every weekday.
    job, first = Job(expression), date(2024, 1, 1)
    return any(job.runs_on(first + timedelta(days=n)) for n in range(28 * 366))


def recurrence(expression: str, zone: str) -> Recurrence:
    return parse_definition({"kind": "cron", "cron": expression, "timezone": zone})


def instants(rule: Recurrence, after: datetime, until: datetime) -> list[datetime]:
    found, at = [], rule.next_after(after)
    while at is not None and at <= until:
        found.append(at)
        at = rule.next_after(at)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_cron_fires_exactly_as_the_walk_over_utc_does_around_every_clock_change(zone: str) -> None:
    choose = random.Random(zone)
    differing = []
    for expression in expressions(seed=2026):
        job, rule = Job(expression), recurrence(expression, zone)
        for walk in walks(zone) if IS_LONG else choose.choice(([], [], [], [choose.choice(walks(zone))])):
            if instants(rule, walk.start, walk.end) != walk.firings(job):
                differing.append((expression, walk.start.isoformat()))
    assert differing == []


@pytest.mark.parametrize(("zone", "around"), UNUSUAL_CHANGES)
def test_cron_fires_exactly_as_the_walk_does_around_unusual_changes(zone: str, around: datetime) -> None:
    walk, differing = Walk(zone, around - AROUND, around + AROUND), []
    for expression in expressions(seed=2026)[: 3_000 if IS_LONG else 150]:
        if instants(recurrence(expression, zone), walk.start, walk.end) != walk.firings(Job(expression)):
            differing.append(expression)
    assert differing == []


@pytest.mark.parametrize(("zone", "around"), UNUSUAL_CHANGES)
def test_asked_at_any_minute_around_an_unusual_change_both_neighbours_are_those_of_the_walk(
    zone: str, around: datetime
) -> None:
    walk = Walk(zone, around - AROUND, around + AROUND)
    # Rules of one date each: their runs may lie on the date before or after, where the rule itself has none.
    for day in {(around + timedelta(days=n)).day for n in (-1, 0, 1)}:
        for hours in ("*/15 *", "30 0,23", "*/20 0,1,22,23"):
            expression = f"{hours} {day} * *"
            definition, expected = recurrence(expression, zone).rule, walk.firings(Job(expression))
            for n in (*range(0, 3_600, 17 if IS_LONG else 41), *range(1_780, 1_870)):
                # A new one each time: an answer that is remembered would hide what is asked.
                now, rule = walk.start + timedelta(minutes=n, seconds=30), Recurrence(definition)
                later, earlier = [at for at in expected if at > now], [at for at in expected if at <= now]
                found = rule.next_after(now)
                assert (found if found and found <= walk.end else None) == (later[0] if later else None), (now, rule)
                assert rule.latest_between(walk.start, now) == (earlier[-1] if earlier else None), (now, rule)


def test_cron_runs_on_exactly_the_dates_that_match_over_three_years() -> None:
    first, days = date(2026, 1, 1), 3 * 365 + 1
    differing = []
    for expression in expressions(seed=7, tried=DATED_EXPRESSIONS):
        once_a_day = "0 0 " + expression.split(" ", 2)[2]
        job, rule = Job(once_a_day), recurrence(once_a_day, "UTC")
        expected = [day for n in range(days) if job.runs_on(day := first + timedelta(days=n))]
        start = datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
        found = [at.date() for at in instants(rule, start, start + timedelta(days=days))]
        if found != expected:
            differing.append(once_a_day)
    assert differing == []


def test_what_matches_on_no_date_is_refused_and_nothing_else() -> None:
    tried = random_expressions(EXPRESSIONS + 200, seed=2026)
    assert len(expressions(2026)) >= EXPRESSIONS

    refused = []
    for expression in tried:
        try:
            recurrence(expression, "UTC")
        except DefinitionError as error:
            refused.append((expression, [problem.code for problem in error.problems]))
    assert refused == [(text, ["cron_never"]) for text in tried if not matches_some_date(text)]
    assert refused


def test_the_walk_itself_knows_the_new_york_nights() -> None:
    spring = Walk("America/New_York", datetime(2026, 3, 8, 4, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC))
    autumn = Walk("America/New_York", datetime(2026, 11, 1, 3, tzinfo=UTC), datetime(2026, 11, 2, 3, tzinfo=UTC))

    assert spring.firings(Job("30 2 * * *")) == [datetime(2026, 3, 8, 7, tzinfo=UTC)]
    assert autumn.firings(Job("30 1 * * *")) == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]
    assert autumn.firings(Job("30 * 1 * *"))[1:3] == [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ]
