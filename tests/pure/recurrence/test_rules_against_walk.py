"""Rules of every kind, with every limit, against a walk that looks at each date and each clock reading."""

import json
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from schedules.recurrence import KINDS, DefinitionError, Occurrence, Recurrence, parse_definition
from tests.pure.recurrence.rule_walk import RuleWalk
from tests.pure.recurrence.rules import rules
from tests.support.effort import IS_LONG

Rule = tuple[dict[str, Any], datetime, datetime]

#: The same few each time; to look for what nobody has met yet is `make test-long`'s work.
settings.register_profile(
    "rules",
    max_examples=3_000 if IS_LONG else 60,
    derandomize=not IS_LONG,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
examples = settings.get_profile("rules")


def parsed(definition: dict[str, Any]) -> Recurrence:
    try:
        return parse_definition(definition)
    except DefinitionError as error:
        # Random expressions name 31 April now and then.
        assume([problem.code for problem in error.problems] != ["cron_never"])
        raise


def window(rule: Recurrence, after: datetime, until: datetime) -> list[Occurrence]:
    return list(rule.occurrences(after, until=until))


def instants(rule: Recurrence, after: datetime, until: datetime) -> list[datetime]:
    return [run.at for run in window(rule, after, until)]


@pytest.mark.parametrize("kind", KINDS)
def test_occurrences_their_business_days_and_moves_are_those_of_the_walk(kind: str) -> None:
    @examples
    @given(rules(kind))
    def holds(case: Rule) -> None:
        definition, after, until = case
        expected = RuleWalk(definition, after, until).occurrences()
        found = window(parsed(definition), after, until)

        assert [run.at for run in found] == list(expected)
        for run in found:
            assert (run.business_day, run.moved_from) in expected[run.at]
            assert run.moved_from is None or run.reason

    holds()


@pytest.mark.parametrize("kind", KINDS)
def test_skipped_dates_and_their_reasons_are_those_of_the_walk(kind: str) -> None:
    @examples
    @given(rules(kind))
    def holds(case: Rule) -> None:
        definition, after, until = case
        found = parsed(definition).skipped(after, until, limit=10_000)

        assert [day.on for day in found] == sorted(day.on for day in found)
        assert sorted((day.on, day.reason.code) for day in found) == RuleWalk(definition, after, until).skipped()

    holds()


@examples
@given(rules(), st.integers(0, 40 * 86_400))
def test_the_next_is_strictly_after_and_ascending_without_duplicates(case: Rule, seconds: int) -> None:
    definition, after, until = case
    rule = parsed(definition)
    found = instants(rule, after, until)

    assert all(at > after for at in found)
    assert all(a < b for a, b in pairwise(found))
    now = after + timedelta(seconds=seconds)
    nearest = rule.next_after(now)
    assert nearest is None or nearest > now
    assert [at for at in found if at > now][:1] == ([nearest] if nearest and nearest <= until else [])


@examples
@given(rules(), st.data())
def test_resuming_from_any_occurrence_yields_the_same_tail(case: Rule, data: st.DataObject) -> None:
    definition, after, until = case
    rule = parsed(definition)
    found = instants(rule, after, until)
    assume(found)
    index = data.draw(st.integers(0, len(found) - 1))

    assert instants(rule, found[index], until) == found[index + 1 :]
    # A recurrence that has answered nothing yet says the same: what was asked before plays no part.
    assert instants(Recurrence(rule.rule), found[index], until) == found[index + 1 :]


@examples
@given(rules(), st.integers(0, 40 * 86_400), st.integers(0, 40 * 86_400))
def test_a_window_is_the_filter_of_the_whole(case: Rule, start: int, length: int) -> None:
    definition, after, until = case
    rule = parsed(definition)
    low = after + timedelta(seconds=start)
    high = min(until, low + timedelta(seconds=length))
    expected = [at for at in instants(rule, after, until) if low < at <= high]

    assert instants(rule, low, high) == expected
    assert rule.count_between(low, high, limit=1_000_000) == len(expected)
    assert rule.count_between(low, high, limit=2) == min(len(expected), 2)
    assert rule.latest_between(low, high) == (expected[-1] if expected else None)


@examples
@given(rules("daily", "weekly", "monthly", "cron"), st.integers(0, 59), st.integers(0, 999_999))
def test_seconds_and_microseconds_of_now_never_matter(case: Rule, seconds: int, microseconds: int) -> None:
    definition, after, until = case
    # Only where all runs lie on whole minutes can the seconds of now not matter.
    definition = {key: value for key, value in definition.items() if key not in ("starts_at", "ends_at")}
    if "times" in definition:
        definition["times"] = [time[:5] for time in definition["times"]]
    rule = parsed(definition)
    minute = after.replace(second=0, microsecond=0)
    now = minute + timedelta(seconds=seconds, microseconds=microseconds)

    assert rule.next_after(now) == rule.next_after(minute)
    assert instants(rule, now, until) == instants(rule, minute, until)


@examples
@given(rules(), st.integers(-43_200, 50_400))
def test_the_zone_in_which_now_is_given_never_matters(case: Rule, offset: int) -> None:
    definition, after, until = case
    rule = parsed(definition)
    elsewhere = timezone(timedelta(seconds=offset // 900 * 900))

    assert instants(rule, after.astimezone(elsewhere), until.astimezone(elsewhere)) == instants(rule, after, until)


@examples
@given(rules())
def test_a_definition_written_as_json_and_read_again_is_the_same_object(case: Rule) -> None:
    rule = parsed(case[0])

    assert parse_definition(json.loads(json.dumps(rule.definition))) is rule
    assert parse_definition(json.loads(rule.canonical_json)) is rule
    assert parse_definition(dict(reversed(case[0].items()))) is rule


def test_the_walk_itself_knows_what_people_know() -> None:
    definition = {
        "kind": "monthly",
        "times": ["18:00"],
        "month_days": ["trading:-1", "2-fri", 31],
        "timezone": "Asia/Tokyo",
    }
    walk = RuleWalk(definition, datetime(2026, 11, 30, tzinfo=UTC), datetime(2027, 1, 31, 15, tzinfo=UTC))

    assert [at.isoformat()[:10] for at in walk.occurrences()] == [
        "2026-11-30",
        "2026-12-11",
        "2026-12-30",
        "2026-12-31",
        "2027-01-08",
        "2027-01-29",
        "2027-01-31",
    ]
