"""One-time changes: an occurrence that a person skipped or moved, without touching its rule."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.recurrence import KINDS, DefinitionError, Recurrence, compare, describe, notices_of, parse_definition
from tests.pure.recurrence.rules import rules

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAILY: dict[str, Any] = {"kind": "daily", "times": ["8:10", "17:40"]}
WEDNESDAY_MORNING = "2026-11-25T08:10:00+09:00"
WEDNESDAY_EVENING = "2026-11-25T17:40:00+09:00"
examples = settings(max_examples=40, derandomize=True, deadline=None, database=None)


def changed(*changes: tuple[str, str | None], **rule: Any) -> Recurrence:
    listed = [{"at": at, "to": to, "reason": "stocktaking"} for at, to in changes]
    return parse_definition({**DAILY, **rule, "changes": listed})


def local(rule: Recurrence, count: int) -> list[str]:
    runs = rule.occurrences(NOW, limit=count)
    return [f"{run.at.astimezone(rule.zone):%d %H:%M}" for run in runs]


def test_a_skipped_occurrence_is_left_out_and_said_with_its_reason() -> None:
    rule = changed((WEDNESDAY_MORNING, None))

    assert local(rule, 3) == ["25 17:40", "26 08:10", "26 17:40"]
    [skipped] = rule.skipped(NOW, NOW + timedelta(days=3), limit=10)
    assert (skipped.on.day, skipped.reason.code) == (25, "skipped_once")
    assert skipped.reason.en == "8:10 run skipped once: stocktaking"
    assert skipped.reason.ja == "8:10の実行を今回のみ見送り：stocktaking"


def test_a_moved_occurrence_stands_at_its_new_time_and_names_the_old_one() -> None:
    rule = changed((WEDNESDAY_MORNING, "2026-11-27T09:30:00+09:00"))

    assert local(rule, 6) == ["25 17:40", "26 08:10", "26 17:40", "27 08:10", "27 09:30", "27 17:40"]
    moved = next(run for run in rule.occurrences(NOW, limit=6) if run.instead_of)
    assert moved.instead_of == datetime.fromisoformat(WEDNESDAY_MORNING)
    assert (moved.business_day.day, moved.moved_from and moved.moved_from.day) == (27, 25)
    assert moved.reason
    assert moved.reason.en == "moved once from 25 November 8:10: stocktaking"
    assert rule.skipped(NOW, NOW + timedelta(days=5), limit=10) == []


def test_moved_within_its_day_it_has_no_other_day_to_name() -> None:
    [run] = changed((WEDNESDAY_MORNING, "2026-11-25T07:00:00+09:00")).occurrences(NOW, limit=1)

    assert (run.at.hour, run.moved_from) == (22, None)


def test_moved_before_the_next_occurrence_it_becomes_the_next_one() -> None:
    rule = changed((WEDNESDAY_EVENING, "2026-11-24T18:05:00+09:00"))

    assert rule.next_after(NOW) == datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


def test_a_moved_occurrence_that_meets_another_is_one_with_it_and_says_so() -> None:
    rule = changed((WEDNESDAY_MORNING, WEDNESDAY_EVENING))

    assert local(rule, 2) == ["25 17:40", "26 08:10"]
    [merged] = rule.skipped(NOW, NOW + timedelta(days=2), limit=10)
    assert merged.reason.code == "merged_once"
    assert merged.reason.en == "the 8:10 run is covered by that of 25 November 17:40: stocktaking"


def test_two_that_change_places_both_run() -> None:
    rule = changed((WEDNESDAY_MORNING, WEDNESDAY_EVENING), (WEDNESDAY_EVENING, WEDNESDAY_MORNING))

    assert local(rule, 3) == ["25 08:10", "25 17:40", "26 08:10"]
    assert not rule.leaves_out(datetime.fromisoformat(WEDNESDAY_MORNING))


def test_moved_onto_a_skipped_one_it_runs_there() -> None:
    rule = changed((WEDNESDAY_MORNING, WEDNESDAY_EVENING), (WEDNESDAY_EVENING, None))

    assert local(rule, 2) == ["25 17:40", "26 08:10"]
    assert rule.leaves_out(datetime.fromisoformat(WEDNESDAY_MORNING))
    assert not rule.leaves_out(datetime.fromisoformat(WEDNESDAY_EVENING))


@pytest.mark.parametrize(
    ("rule", "to", "sentence"),
    [
        ({"times": ["9:00"]}, None, "nothing runs then any more"),
        ({"times": ["9:00"]}, "2026-11-25T10:00:00+09:00", "nothing runs then any more"),
        (
            {"ends_at": "2026-11-25T12:00:00+09:00"},
            "2026-11-25T13:00:00+09:00",
            "its new time lies outside the start and end",
        ),
    ],
)
def test_a_change_that_the_rule_has_overtaken_is_void_and_says_so(
    rule: dict[str, Any], to: str | None, sentence: str
) -> None:
    found = changed((WEDNESDAY_MORNING, to), **rule)

    assert local(found, 5) == local(found.plain, 5)
    assert len(found.void_changes) == 1
    said = [notice.en for notice in notices_of(found, NOW) if notice.code == "void_change"]
    assert said == [f"The one-time change of 25 November 2026 at 8:10 has no effect: {sentence}."]


def test_a_void_change_that_has_passed_is_not_worth_a_word() -> None:
    found = changed((WEDNESDAY_MORNING, None), times=["9:00"])

    assert not [notice for notice in notices_of(found, NOW + timedelta(days=1)) if notice.code == "void_change"]


def test_the_words_of_a_rule_are_those_without_its_changes() -> None:
    assert describe(changed((WEDNESDAY_MORNING, None)), "en") == describe(parse_definition(DAILY), "en")


def test_ten_thousand_rules_share_their_computing_though_one_of_them_is_changed() -> None:
    assert changed((WEDNESDAY_MORNING, None)).plain is parse_definition(DAILY)
    assert parse_definition(DAILY).plain is parse_definition(DAILY)
    assert parse_definition(DAILY).canonical_json.count("changes") == 0


def test_a_change_is_compared_like_any_edit() -> None:
    comparison = compare(parse_definition(DAILY), changed((WEDNESDAY_MORNING, "2026-11-25T09:00:00+09:00")), NOW, 5)

    assert [run.at.isoformat()[8:16] for run in comparison.removed] == ["24T23:10"]
    assert [run.at.isoformat()[8:16] for run in comparison.added] == ["25T00:00"]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("2026-11-25", "change"),
        ({"at": WEDNESDAY_MORNING}, "change"),
        ({"at": None, "to": None, "reason": ""}, "required"),
        ({"at": "2026-11-25T08:10:00", "to": None, "reason": ""}, "naive"),
        ({"at": WEDNESDAY_MORNING, "to": "soon", "reason": ""}, "instant"),
        ({"at": WEDNESDAY_MORNING, "to": None, "reason": 5}, "not_text"),
        ({"at": WEDNESDAY_MORNING, "to": None, "reason": "x" * 501}, "too_long"),
    ],
)
def test_what_is_no_change_is_refused_with_a_sentence(item: Any, code: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition({**DAILY, "changes": [item]})

    assert [(problem.field, problem.code) for problem in caught.value.problems] == [("changes", code)]


def test_one_occurrence_is_changed_once() -> None:
    with pytest.raises(DefinitionError, match="listed twice"):
        changed((WEDNESDAY_MORNING, None), (WEDNESDAY_MORNING, WEDNESDAY_EVENING))


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_keeps_its_promises_under_any_changes(kind: str) -> None:
    @examples
    @given(rules(kind), st.data())
    def holds(case: tuple[dict[str, Any], datetime, datetime], data: st.DataObject) -> None:
        definition, after, until = case
        try:
            plain = parse_definition(definition)
        except DefinitionError:
            return
        own = [run.at for run in plain.occurrences(after - timedelta(days=2), until=until, limit=60)]
        anywhere = st.datetimes(after.replace(tzinfo=None), until.replace(tzinfo=None)).map(
            lambda at: at.replace(tzinfo=UTC, microsecond=0)
        )
        somewhere = st.one_of(anywhere, st.sampled_from(own)) if own else anywhere
        changes = data.draw(st.dictionaries(somewhere, st.one_of(st.none(), somewhere), max_size=6))
        listed = [
            {"at": at.isoformat(), "to": to and to.isoformat(), "reason": "because"} for at, to in changes.items()
        ]
        rule = parse_definition({**definition, "changes": listed})

        void = {change.at for change in rule.void_changes}
        real = {at: to for at, to in changes.items() if at.timestamp() not in void}
        assert all(plain.has(at) for at in real)
        upon = [run.at for run in plain.occurrences(after, until=until) if run.at not in real]
        expected = sorted({*upon, *(to for to in real.values() if to and after < to <= until)})

        found = list(rule.occurrences(after, until=until))
        assert [run.at for run in found] == expected
        assert all(earlier.at < later.at for earlier, later in pairwise(found))
        assert rule.count_between(after, until, limit=10**6) == len(expected)
        assert rule.count_between(after, until, limit=2) == min(2, len(expected))
        assert rule.latest_between(after, until) == (expected[-1] if expected else None)
        for instant in (after, *expected[:5], *list(real)[:5]):
            upcoming = rule.next_after(instant)
            assert upcoming is None or upcoming > instant
        for run in found:
            assert (run.instead_of is None) == (run.at in upon)
            assert run.instead_of is None or (real[run.instead_of] == run.at and run.reason)
        said = rule.skipped(after, until, limit=10_000)
        assert [day.on for day in said] == sorted(day.on for day in said)
        assert parse_definition(rule.definition) is rule

    holds()
