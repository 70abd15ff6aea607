"""What a task wants to be told is read from its signature, and told apart by kind."""

import datetime as dt
import enum
from typing import Any, Literal

import pytest

from schedules.task_parameters import arranged, parameters_of, problem_with_value


class Market(enum.Enum):
    PRIME = "prime"
    GROWTH = "growth"


def fetch(
    codes: list[str],
    /,
    limit: int,
    since: dt.date | str | None = None,
    market: Market = Market.PRIME,
    mode: Literal["full", "fast", 3] = "full",
    *,
    share: float = 0.5,
    force: bool = False,
    note: str = "",
    guessed=7,
    extra: dict[str, Any] | None = None,
) -> None:
    """Fetch.

    Args:
        limit: How many at the most.
    :param str note: Why.
    """


def by_name() -> dict[str, Any]:
    return {each.name: each for each in parameters_of(fetch) or ()}


def test_each_parameter_has_the_kind_of_its_annotation() -> None:
    assert {name: each.kind for name, each in by_name().items()} == {
        "codes": "list",
        "limit": "int",
        "since": "date",
        "market": "choice",
        "mode": "choice",
        "share": "float",
        "force": "bool",
        "note": "str",
        "guessed": "int",
        "extra": "object",
    }
    assert by_name()["market"].choices == ("prime", "growth")
    assert by_name()["market"].default == "prime"


def test_the_docstring_describes_parameters() -> None:
    assert (by_name()["limit"].description, by_name()["note"].description) == ("How many at the most.", "Why.")


def test_a_task_that_takes_anything_has_no_parameters_to_ask_for() -> None:
    def anything(*args: Any) -> None: ...

    def any_names(**kwargs: Any) -> None: ...

    assert parameters_of(anything) is None
    assert parameters_of(any_names) is None


def test_an_annotation_that_cannot_be_read_leaves_the_signature() -> None:
    def odd(count: "NoSuchType" = 3) -> None: ...  # noqa: F821

    assert [each.name for each in parameters_of(odd) or ()] == ["count"]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("limit", 3, "3"),
        ("limit", 0, True),
        ("since", "2026-12-31", "31 December"),
        ("since", None, 5),
        ("market", "growth", "GROWTH"),
        ("mode", 3, "3"),
        ("share", 1, "1"),
        ("force", True, 1),
        ("note", "x", None),
        ("codes", [], "7203"),
        ("extra", {}, []),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(name: str, good: Any, bad: Any) -> None:
    assert problem_with_value(by_name()[name], good) is None
    assert name in (problem_with_value(by_name()[name], bad) or "")


def test_values_are_passed_by_place_as_far_as_they_were_and_by_name_from_the_first_gap() -> None:
    parameters = parameters_of(fetch) or []
    values = {"codes": ["7203"], "limit": 3, "market": "growth"}
    assert arranged(parameters, values, by_place=0) == ([["7203"]], {"limit": 3, "market": "growth"})
    assert arranged(parameters, values, by_place=4) == ([["7203"], 3], {"market": "growth"})
