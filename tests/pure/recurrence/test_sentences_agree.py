"""What the sentences say is what fires: both are read independently, for random rules."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from schedules.recurrence import DefinitionError, Recurrence, describe, parse_definition
from tests.pure.recurrence.expressions import random_expressions
from tests.pure.recurrence.sentences import (
    months_said_in_english,
    says_date_in_japanese,
    times_said_in_english,
    times_said_in_japanese,
    weekdays_said_in_english,
)

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def rules(count: int, seed: int) -> list[Recurrence]:
    """Return random cron rules that fire at all."""
    found = []
    for cron in random_expressions(count, seed):
        try:
            found.append(parse_definition({"kind": "cron", "cron": cron, "timezone": "UTC"}))
        except DefinitionError:
            continue
    return found


def fired(rule: Recurrence, after: datetime, days: int) -> list[datetime]:
    second = timedelta(seconds=1)
    return [run.at for run in rule.occurrences(after - second, until=after + timedelta(days=days) - second)]


def minutes_of(runs: list[datetime]) -> set[int]:
    return {60 * at.hour + at.minute for at in runs}


def test_sentences_of_random_cron_expressions_say_their_times_in_both_languages() -> None:
    for rule in rules(600, seed=60):
        first = rule.next_after(MONDAY)
        assert first
        midnight = first.replace(hour=0, minute=0)
        expected = minutes_of(fired(rule, midnight, 1))

        assert times_said_in_japanese(describe(rule, "ja")) == expected, (rule.rule.cron, describe(rule, "ja"))
        assert times_said_in_english(describe(rule, "en")) == expected, (rule.rule.cron, describe(rule, "en"))


def test_japanese_sentences_of_random_cron_expressions_say_their_dates_exactly() -> None:
    for seen in rules(200, seed=61):
        _, _, *date_fields = seen.definition["cron"].split(" ")
        rule = parse_definition({**seen.definition, "cron": " ".join(["0", "0", *date_fields])})
        sentence, days = describe(rule, "ja"), 2 * 365
        expected = {at.date() for at in fired(rule, MONDAY, days)}

        said = {day for n in range(days) if says_date_in_japanese(sentence, day := MONDAY.date() + timedelta(days=n))}
        assert said == expected, (rule.definition["cron"], sentence)


@pytest.mark.parametrize("seed", range(40))
def test_sentences_of_daily_and_weekly_rules_say_their_weekdays_and_times(seed: int) -> None:
    choose = random.Random(seed)
    times = sorted({f"{choose.randrange(24):02}:{choose.randrange(60):02}" for _ in range(choose.randint(1, 5))})
    weekdays = choose.sample(WEEKDAYS, choose.randint(1, 7))
    rule = parse_definition({"kind": "weekly", "times": times, "weekdays": weekdays, "timezone": "UTC"})
    runs = fired(rule, MONDAY, 7)
    japanese, english = describe(rule, "ja"), describe(rule, "en")

    assert times_said_in_japanese(japanese) == times_said_in_english(english) == minutes_of(runs)
    assert weekdays_said_in_english(english) == {at.weekday() for at in runs}
    for n in range(7):
        assert says_date_in_japanese(japanese, date(2026, 11, 30) + timedelta(days=n)) is (
            n in {at.weekday() for at in runs}
        )


def test_english_sentences_of_cron_rules_by_weekday_say_their_weekdays() -> None:
    tried = 0
    for seen in rules(400, seed=62):
        weekday = seen.definition["cron"].split(" ")[-1]
        if "#" in weekday or "L" in weekday.upper():
            continue
        rule = parse_definition({**seen.definition, "cron": f"10 8 * * {weekday}"})
        tried += 1
        assert weekdays_said_in_english(describe(rule, "en")) == {at.weekday() for at in fired(rule, MONDAY, 7)}
    assert tried > 100


def test_both_languages_agree_on_either_both_days_and_months() -> None:
    seen = set()
    for rule in rules(600, seed=63):
        cron, japanese, english = rule.rule.cron, describe(rule, "ja"), describe(rule, "en")
        assert cron
        # "and also" also joins every Monday with the second Friday, where the day of the month is not limited.
        assert ("または" in japanese) <= ("and also on" in english), (japanese, english)
        assert ("に当たる日のみ" in japanese) == ("(only when it is" in english), (japanese, english)
        assert ("毎年" in japanese) == (len(cron.months) < 12), (cron, japanese)
        assert months_said_in_english(english) == set(cron.months), (cron, english)
        seen |= {word for word in ("または", "に当たる日のみ", "毎年") if word in japanese}
    assert len(seen) == 3
