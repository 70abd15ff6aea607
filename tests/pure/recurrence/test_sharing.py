"""Equal definitions are one object, so that what it has computed is shared."""

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schedules.recurrence import Recurrence, parse_definition

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WEEKLY = {"kind": "weekly", "times": ["08:10", "17:40"], "weekdays": ["mon", "wed"], "trading_day_rule": "skip"}


@pytest.mark.parametrize(
    "other",
    [
        {**WEEKLY, "times": ["17:40", "8:10", "08:10"]},
        {**WEEKLY, "weekdays": ["wed", "mon", "wed"]},
        {**WEEKLY, "timezone": "Asia/Tokyo", "exchange": "XTKS", "excluded_dates": []},
        {**WEEKLY, "times": ("08:10", "17:40"), "starts_at": None},
        dict(reversed(WEEKLY.items())),
    ],
)
def test_definitions_that_mean_the_same_are_one_object(other: dict[str, Any]) -> None:
    assert parse_definition(other) is parse_definition(WEEKLY)


@pytest.mark.parametrize(
    "other", [{**WEEKLY, "times": ["8:10"]}, {**WEEKLY, "exchange": "XNYS"}, {**WEEKLY, "timezone": "UTC"}]
)
def test_definitions_that_differ_are_not(other: dict[str, Any]) -> None:
    assert parse_definition(other) != parse_definition(WEEKLY)


def test_equal_definitions_stay_one_object_however_many_others_are_read_in_between() -> None:
    kept = parse_definition(WEEKLY)
    for second in range(1, 9_000):
        parse_definition({"kind": "interval", "every_seconds": second, "anchor": "2026-01-01T00:00:00Z"})

    assert parse_definition({**WEEKLY, "weekdays": ["wed", "mon"]}) is kept


def test_ten_thousand_entries_that_share_a_rule_cost_one_computation(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = parse_definition({**WEEKLY, "times": ["08:11"]})._plan
    computed = []
    walk = type(plan)._forward
    monkeypatch.setattr(type(plan), "_forward", lambda self, at: computed.append(at) or walk(self, at))

    answers = {
        parse_definition({**WEEKLY, "times": ["08:11"]}).next_after(NOW + timedelta(milliseconds=n))
        for n in range(10_000)
    }

    assert len(answers) == 1
    assert len(computed) == 1


def test_a_recurrence_survives_json_pickle_and_copy_as_itself() -> None:
    rule = parse_definition(WEEKLY)

    assert parse_definition(json.loads(json.dumps(rule.definition))) is rule
    assert pickle.loads(pickle.dumps(rule)) is rule
    assert copy.deepcopy(rule) is rule


def test_a_recurrence_cannot_be_changed_even_through_its_definition() -> None:
    rule = parse_definition(WEEKLY)
    rule.definition["times"].append("09:00")

    with pytest.raises(AttributeError, match="cannot be changed"):
        rule.rule = None  # type: ignore[assignment, misc]
    assert rule.definition["times"] == ["08:10", "17:40"]
    assert isinstance(rule, Recurrence)
