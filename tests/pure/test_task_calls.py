"""Arguments that a task does not take are refused with the name of what is wrong, never with Python's own words."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from schedules.task_calls import problem_with_call


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def fetch(codes: list[str], /, limit: int, since: str = "", *, share: float, force: bool = False) -> None: ...


def anything(first: int, *more: int, **named: int) -> None: ...


GOOD: dict[str, Any] = {"share": 0.5}


@pytest.mark.parametrize(
    ("args", "kwargs", "field", "words"),
    [
        ([[], 3], {**GOOD, "forse": True}, "kwargs", 'no argument "forse". Did you mean "force"?'),
        ([[], 3], {**GOOD, "x": 1}, "kwargs", 'no argument "x". It takes: limit, since, share, force.'),
        ([3], {**GOOD, "codes": []}, "kwargs", 'no argument "codes"'),
        ([[], 3], {**GOOD, "limit": 3}, "kwargs", '"limit" is given twice'),
        ([[]], GOOD, "args", 'needs "limit"'),
        ([], {**GOOD, "limit": 3}, "args", 'needs "codes"'),
        ([[], 3], {}, "kwargs", 'needs "share"'),
        ([[], 3, "", 0.5], GOOD, "args", "which are 3: codes, limit, since."),
    ],
)
def test_a_call_that_the_task_does_not_take_is_refused_at_the_field(
    args: list[Any], kwargs: dict[str, Any], field: str, words: str
) -> None:
    problem = problem_with_call(fetch, args, kwargs)
    assert problem is not None
    assert problem[0] == field
    assert words in problem[1]


def test_a_call_that_the_task_takes_has_no_problem() -> None:
    assert problem_with_call(fetch, [[], 3], GOOD) is None
    assert problem_with_call(fetch, [[]], {**GOOD, "limit": 3}) is None
    assert problem_with_call(anything, [1, 2, 3], {"whatever": 4}) is None


def test_a_task_that_takes_any_arguments_still_needs_its_own() -> None:
    assert problem_with_call(anything, [], {"whatever": 4}) == ("args", 'The task needs "first".')
