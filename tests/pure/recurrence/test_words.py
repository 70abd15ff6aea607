"""Every definition has a natural sentence in Japanese and in English; none of them is half of the other."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from schedules.recurrence import DefinitionError, describe, parse_definition
from schedules.recurrence.zones import known_zones
from tests.pure.recurrence.expressions import random_expressions
from tests.pure.recurrence.sentences_expected import TABLE


def table() -> list[tuple[str, str, str]]:
    """Return (definition, Japanese, English); sentences are indented, a definition may take several lines."""
    cases, definition, said = [], "", []
    for line in [*TABLE.strip().split("\n"), ""]:
        if line.startswith("    "):
            said.append(line.strip())
            continue
        if said:
            cases.append((definition, *said))
            definition, said = "", []
        definition = f"{definition} {line}".strip()
    return cases


def definition_of(text: str) -> dict[str, Any]:
    return json.loads(text) if text.startswith("{") else {"kind": "cron", "cron": text}


def has_latin_letters(text: str) -> bool:
    return bool(re.search("[A-Za-z]", text.replace("UTC", "")))


@pytest.mark.parametrize(("definition", "japanese", "english"), table(), ids=[case[0] for case in table()])
def test_the_sentence_is(definition: str, japanese: str, english: str) -> None:
    rule = parse_definition(definition_of(definition))

    assert describe(rule, "ja") == japanese
    assert describe(rule, "en") == english


def test_the_table_has_more_than_sixty_definitions_of_every_kind() -> None:
    kinds = [definition_of(definition)["kind"] for definition, _, _ in table()]

    assert len(kinds) > 60
    assert set(kinds) == {"daily", "weekly", "monthly", "cron", "interval", "once"}


def test_rules_that_are_called_the_same_run_at_the_same_times() -> None:
    now, runs_of = datetime(2026, 11, 24, tzinfo=UTC), {}
    for definition, japanese, english in table():
        runs = [run.at for run in parse_definition(definition_of(definition)).occurrences(now, limit=100)]
        for sentence in (japanese, english):
            assert runs_of.setdefault(sentence, runs) == runs, definition


def test_no_sentence_is_half_in_the_other_language() -> None:
    for cron in random_expressions(1_000, seed=30):
        try:
            rule = parse_definition({"kind": "cron", "cron": cron, "trading_day_rule": "skip", "timezone": "UTC"})
        except DefinitionError:
            continue
        japanese, english = describe(rule, "ja"), describe(rule, "en")
        assert not has_latin_letters(japanese), japanese
        assert english.isascii(), english
        # Doubled words and signs are what gives a machine away.
        assert not re.search("毎月毎月|毎週毎週|毎年毎年|のの|、、|・・|（（|  |（）|または（", japanese), japanese
        assert not re.search(r"\b(\w+) \1\b|  |,,|\(\)", english), english


@pytest.mark.parametrize("name", sorted(known_zones() - {"Factory", "localtime", "Asia/Tokyo"}))
def test_every_time_zone_has_a_name_in_both_languages(name: str) -> None:
    rule = parse_definition({"kind": "daily", "times": ["8:10"], "timezone": name})

    assert not has_latin_letters(describe(rule, "ja"))
    assert describe(rule, "en").isascii()
    assert "_" not in describe(rule, "en")


def test_a_variant_of_a_language_is_its_language_and_an_unknown_one_english() -> None:
    rule = parse_definition({"kind": "daily", "times": ["8:10"]})

    assert [describe(rule, language) for language in ("ja-jp", "JA", "en-gb", "fr")] == [
        *("毎日 8:10", "毎日 8:10"),
        *("Every day at 8:10", "Every day at 8:10"),
    ]
