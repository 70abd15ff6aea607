"""Measure the recurrence engine against croniter and cronsim on the same expressions, in one run.

Run it with `make bench`, or alone: python bench/recurrence.py

- *new*: a rule that nobody has asked yet, compiled and asked for its next run. What the process knows of zones and
  exchanges in general is warm, as it is in beat and in the web server after their first minute.
- *next*: a compiled rule, asked about an instant for which no earlier answer serves.
- *shared*: the same question again, as beat asks it for many schedules with one rule.
- *preview*: ten runs with business days and reasons, of a rule that nobody has asked yet; *all of it* adds both
  sentences, skipped dates and notices.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from croniter import croniter  # noqa: E402
from cronsim import CronSim  # noqa: E402

from schedules.recurrence import (  # noqa: E402
    Recurrence,
    cron,
    cron_expression,
    describe,
    notices_of,
    parse_definition,
    words,
)
from schedules.recurrence.parsing import read_definition  # noqa: E402
from tests.pure.recurrence.expressions import random_expressions  # noqa: E402

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ZONE = "America/New_York"
ROUNDS = 400
#: The marks of the project, in microseconds: next run, ten runs, worst of the random expressions.
NEXT_MARKS = {"daily": 300, "weekly": 300, "cron": 1000}
PREVIEW_MARK, WORST_MARK = 5_000, 50_000

DEFINITIONS: dict[str, dict[str, Any]] = {
    "daily": {"kind": "daily", "times": ["08:10", "17:40", "25:00"]},
    "weekly": {
        "kind": "weekly",
        "times": ["08:10", "17:40"],
        "weekdays": ["mon", "wed", "fri"],
        "trading_day_rule": "skip",
    },
    "monthly": {"kind": "monthly", "times": ["18:00"], "month_days": ["trading:-1", 15, "2-fri"]},
    "cron": {"kind": "cron", "cron": "*/5 9-15 * * 1-5"},
    "interval": {"kind": "interval", "every_seconds": 90, "anchor": "2026-01-01T00:00:00+09:00"},
    "once": {"kind": "once", "at": "2027-01-01T00:00:00+09:00"},
}


def microseconds(action: Callable[[], Any]) -> float:
    """Return how long ``action`` takes once."""
    started = time.perf_counter_ns()
    action()
    return (time.perf_counter_ns() - started) / 1000


def calmly(make: Callable[[], Callable[[], Any]]) -> float:
    """Return the shortest of three times of what ``make`` prepares, so that other processes do not count."""
    return min(microseconds(make()) for _ in range(3))


def median(make: Callable[[int], Callable[[], Any]], rounds: int = ROUNDS) -> float:
    """Return the median time of the actions that ``make`` prepares for 0, 1, 2 …, in microseconds."""
    return statistics.median(microseconds(make(n)) for n in range(rounds))


def scattered_instants() -> list[datetime]:
    """Return instants of three years in no order, so that no answer serves the next question."""
    choose = random.Random(1)
    return [NOW + timedelta(seconds=choose.randrange(3 * 365 * 86_400)) for _ in range(ROUNDS)]


def as_new(rule: Recurrence) -> Recurrence:
    """Return ``rule`` compiled again, with nothing computed yet."""
    cron_expression._matching_days.cache_clear()
    words.describe.cache_clear()
    return Recurrence(rule.rule)


def verdict(value: float, mark: float | None) -> str:
    """Return the mark and whether it is kept."""
    return "" if mark is None else f"{mark:.0f} {'kept' if value < mark else 'MISSED'}"


def by_kind() -> None:
    columns = ("new", "next", "mark", "shared", "preview", "mark", "all of it")
    print(f"{'kind':10}" + "".join(f"{name:>12}" for name in columns) + "   (µs, medians)")
    for kind, definition in DEFINITIONS.items():
        rule = parse_definition({"timezone": ZONE, **definition})
        notices_of(rule, NOW)
        cells = [f"{cell:.1f}" if isinstance(cell, float) else cell for cell in _of_kind(kind, rule)]
        print(f"{kind:10}" + "".join(f"{cell:>12}" for cell in cells))


def _of_kind(kind: str, rule: Recurrence) -> list[float | str]:
    instants = scattered_instants()
    new = median(lambda n: lambda: as_new(rule).next_after(instants[n]))
    asked = median(lambda n: lambda: rule.next_after(instants[n]))
    rule.next_after(NOW)
    shared = median(lambda n: lambda: rule.next_after(NOW))
    ten = median(lambda n: _prepared(rule, ten_runs), rounds=100)
    whole = median(lambda n: _prepared(rule, whole_preview), rounds=100)
    return [new, asked, verdict(new, NEXT_MARKS.get(kind)), shared, ten, verdict(ten, PREVIEW_MARK), whole]


def _prepared(rule: Recurrence, ask: Callable[[Recurrence], Any]) -> Callable[[], Any]:
    return _later(as_new(rule), ask)


def _later(rule: Recurrence, ask: Callable[[Recurrence], Any]) -> Callable[[], Any]:
    return lambda: ask(rule)


def against_others() -> None:
    start = NOW.astimezone(ZoneInfo(ZONE))
    makers: dict[str, Callable[[str], Callable[[], Any]]] = {
        "this": lambda text: _later(_cron(text), lambda rule: rule.next_after(NOW)),
        "croniter": lambda text: _ask_croniter(text, start),
        "cronsim": lambda text: _ask_cronsim(text, start),
        "this, ten runs": lambda text: _later(_cron(text), ten_runs),
    }
    built: dict[str, list[float]] = {name: [] for name in makers}
    whole: dict[str, list[float]] = {name: [] for name in makers}
    refused = dict.fromkeys(makers, 0)
    for expression in random_expressions(1_000, seed=11):
        for name, make in makers.items():
            try:
                built[name].append(calmly(partial(make, expression)))
                whole[name].append(calmly(partial(_built_and_asked, make, expression)))
            except Exception:  # each refuses expressions in its own way; counted, not compared
                refused[name] += 1
    columns = ("median", "ratio", "p99", "worst", "refused", "with building", "ratio")
    print(f"\n{'1,000 random cron expressions':32}" + "".join(f"{name:>14}" for name in columns) + "   (µs, best of 3)")
    for name, measured in built.items():
        middle, building = statistics.median(measured), statistics.median(whole[name])
        cells = (
            f"{middle:.1f}",
            f"{middle / statistics.median(built['this']):.2f}",
            f"{sorted(measured)[len(measured) * 99 // 100]:.1f}",
            f"{max(measured):.1f}",
            f"{refused[name]}",
            f"{building:.1f}",
            f"{building / statistics.median(whole['this']):.2f}",
        )
        print(f"{name:32}" + "".join(f"{cell:>14}" for cell in cells))
    worst = max(*built["this"], *built["this, ten runs"])
    print(f"worst of this: {worst:.0f} µs; mark {verdict(worst, WORST_MARK)}")


def _cron(text: str) -> Recurrence:
    # Read anew each time: parse_definition would remember the expression.
    cron.parse_cron.cache_clear()
    cron_expression._matching_days.cache_clear()
    return Recurrence(read_definition({"kind": "cron", "cron": text, "timezone": ZONE}))


def _built_and_asked(make: Callable[[str], Callable[[], Any]], text: str) -> Callable[[], Any]:
    return lambda: make(text)()


def ten_runs(rule: Recurrence) -> list[Any]:
    """Return the runs that a preview lists."""
    return list(rule.occurrences(NOW, limit=10))


def whole_preview(rule: Recurrence) -> None:
    """Ask all that the form shows beside a rule."""
    ten_runs(rule)
    rule.skipped(NOW, NOW + timedelta(days=92), limit=10)
    notices_of(rule, NOW)
    describe(rule, "ja")
    describe(rule, "en")


def _ask_croniter(expression: str, start: datetime) -> Callable[[], Any]:
    found = croniter(expression, start, implement_cron_bug=True)
    return lambda: found.get_next(datetime)


def _ask_cronsim(expression: str, start: datetime) -> Callable[[], Any]:
    found = CronSim(expression, start)
    return lambda: next(found)


def sharing() -> None:
    definition = {**DEFINITIONS["weekly"], "timezone": ZONE}
    parse_definition(definition).next_after(NOW)
    shared = microseconds(lambda: [parse_definition(definition).next_after(NOW) for _ in range(10_000)])
    rules = [
        parse_definition({**definition, "times": [f"{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}"]})
        for n in range(10_000)
    ]
    alone = microseconds(lambda: [rule.next_after(NOW) for rule in rules])
    alike = microseconds(lambda: [rules[0].next_after(NOW) for _ in range(10_000)])
    print(
        f"\n10,000 schedules with one rule: {shared / 1000:.0f} ms from definition to next run. Next run alone: "
        f"{alike / 1000:.0f} ms with one rule, {alone / 1000:.0f} ms with 10,000 rules (ratio {alone / alike:.1f})."
    )


if __name__ == "__main__":
    by_kind()
    against_others()
    sharing()
