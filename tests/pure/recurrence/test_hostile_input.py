"""Whatever is typed is refused or answered at once, with sentences a person can act on."""

import re
import time
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest

from schedules.recurrence import DefinitionError, Problem, describe, notices_of, parse_definition
from tests.pure.recurrence.hostile import CRON_TEXTS, CRON_VALUES, definitions, random_texts

NOW = datetime(2026, 11, 24, 3, 0, 30, tzinfo=UTC)
#: The mark, and what a test may take on a machine that others keep busy. Both in seconds of this process' own time.
MARK, LIMIT = 0.05, 1.0


def everything() -> list[Any]:
    crons = [{"kind": "cron", "cron": value} for value in (*CRON_TEXTS, *random_texts(200), *CRON_VALUES)]
    new_york = {"timezone": "America/New_York", "trading_day_rule": "next", "exchange": "XNYS"}
    return [*crons, *({**cron, **new_york} for cron in crons), *definitions()]


def ask_all(definition: Any) -> None:
    """Ask a definition everything that doors and beat ask."""
    rule = parse_definition(definition)
    ahead = NOW + timedelta(days=400)
    first = rule.next_after(NOW)
    runs = list(rule.occurrences(NOW, limit=10))
    assert [run.at for run in runs[:1]] == ([first] if first else [])
    rule.latest_between(NOW - timedelta(days=400), NOW)
    rule.count_between(NOW, ahead, limit=1000)
    rule.skipped(NOW, NOW + timedelta(days=92), limit=10)
    notices_of(rule, NOW)
    assert describe(rule, "ja")
    assert describe(rule, "en")


def _shown(definition: Any) -> str:
    # Python refuses to print numbers of more than 4,300 digits.
    return str(definition.get("cron", definition.get("kind")) if isinstance(definition, dict) else definition)[:100]


def problems_with(definition: Any) -> list[Problem]:
    try:
        ask_all(definition)
    except DefinitionError as error:
        return error.problems
    return []


def test_more_than_five_hundred_odd_inputs_are_each_refused_or_answered_at_once() -> None:
    # The calendars of a year are read once for all schedules of a process, at its first question.
    for exchange in ("XTKS", "XNYS"):
        ask_all({"kind": "daily", "times": ["8:00"], "trading_day_rule": "next", "exchange": exchange})
    taken = []
    for definition in everything():
        started = time.process_time()
        problems_with(definition)
        taken.append((time.process_time() - started, _shown(definition)))
    taken.sort()

    worst = [f"{1000 * took:.1f} ms {text}" for took, text in taken[-5:]]
    print(f"{len(taken)} inputs; 99 of 100 within {1000 * taken[len(taken) * 99 // 100][0]:.1f} ms; worst: {worst}")
    assert len(taken) > 500
    assert taken[len(taken) * 95 // 100][0] < MARK
    assert taken[-1][0] < LIMIT, worst


def test_every_refusal_is_a_sentence_with_the_field_the_value_and_what_to_write() -> None:
    advice = re.compile(
        "Write|Use|Choose|Known are|Leave it empty|Did you mean|Change|Keep|for example|at most|from .* to "
    )
    # Nothing was written, or too much to repeat.
    without_value = ("required", "cron_empty", "cron_too_long", "too_many", "too_long")
    seen: dict[str, str] = {}
    for problem in chain.from_iterable(map(problems_with, everything())):
        text = str(problem)
        seen.setdefault(problem.code, text)
        assert problem.field, text
        assert text[0] == '"' or text[0].isupper() or text[0].isdigit(), text
        assert text.endswith((".", "?")), text
        assert advice.search(text), text
        assert '"' in text or problem.code in without_value, text
        assert len(text) < 400, text
        assert text.isprintable(), text
    assert len(seen) > 25


@pytest.mark.parametrize(
    ("cron", "sentence"),
    [
        (
            "0 0 30 2 *",
            'Day of the month "30" never occurs in month "2", so this would never run. Choose a day that the month '
            "has, or L for its last day.",
        ),
        ("*/0 * * * *", 'The step in minute "*/0" is not a whole number of 1 or more. Write for example */5.'),
        ("60 * * * *", 'Minute "60" is outside 0–59. Use 0 for the full hour.'),
        ("0 24 * * *", 'Hour "24" is outside 0–23. Use 0 for midnight.'),
        ("0 22-2 * * *", 'The hour range "22-2" runs backward. Write it in two parts: 22-23,0-2.'),
        (
            "0 0 8 * * 1-5",
            'The cron expression has 6 fields: "0 0 8 * * 1-5". Write five: minute, hour, day of the month, month, '
            "weekday. Seconds and years cannot be given; for seconds use the kind “interval”.",
        ),
        (
            "@reboot",
            '"@reboot" names no time: nothing here is started by a restart. Write when it is to run, for example '
            '"0 8 * * *".',
        ),
    ],
)
def test_a_slip_is_answered_with_what_to_write(cron: str, sentence: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition({"kind": "cron", "cron": cron})

    assert [str(problem) for problem in caught.value.problems] == [sentence]


def test_all_that_is_wrong_is_said_in_one_reading() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition({"kind": "cron", "cron": "60 24 * 13 8", "timezone": "Tokyo", "trading_day_rule": "maybe"})

    assert [(problem.field, problem.code) for problem in caught.value.problems] == [
        ("timezone", "timezone"),
        ("trading_day_rule", "choice"),
        *[("cron", "cron_out_of_bounds")] * 4,
    ]
