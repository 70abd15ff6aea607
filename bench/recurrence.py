"""Measure the recurrence engine against croniter and cronsim on the same expressions, in one run.

Prints medians in microseconds. ``fresh`` computes each answer anew, ``shared`` asks again as beat does for many
schedules with one rule. Run it with `make bench`, or alone: python bench/recurrence.py
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from croniter import croniter  # noqa: E402
from cronsim import CronSim  # noqa: E402

from schedules.recurrence import DefinitionError, Recurrence, parse_definition  # noqa: E402
from tests.pure.recurrence.expressions import random_expressions  # noqa: E402

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ZONE = "America/New_York"
ROUNDS = 400
#: The marks of the project, in microseconds.
MARKS = {"daily": 300, "weekly": 300, "monthly": 1000, "cron": 1000, "interval": 300, "once": 300}

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


def spread_instants() -> list[datetime]:
    """Return instants far apart, so that no answer serves the next question; clock changes lie among them."""
    return [NOW + timedelta(hours=37 * n) for n in range(ROUNDS)]


def by_kind() -> None:
    print(f"{'kind':10}{'next, fresh':>14}{'next, shared':>14}{'ten runs':>12}{'mark':>8}   (µs, medians)")
    for kind, definition in DEFINITIONS.items():
        rule = parse_definition({"timezone": ZONE, **definition})
        fresh = statistics.median(microseconds(lambda at=at: rule.next_after(at)) for at in spread_instants())
        rule.next_after(NOW)
        shared = statistics.median(microseconds(lambda: rule.next_after(NOW)) for _ in range(ROUNDS))
        ten = statistics.median(
            microseconds(lambda at=at: list(rule.occurrences(at, limit=10))) for at in spread_instants()[:100]
        )
        print(f"{kind:10}{fresh:14.1f}{shared:14.2f}{ten:12.1f}{MARKS[kind]:8}")


def against_others() -> None:
    start = NOW.astimezone(ZoneInfo(ZONE))
    times: dict[str, list[float]] = {"this": [], "croniter": [], "cronsim": []}
    tens: list[float] = []
    left_out = {"croniter": 0, "cronsim": 0}
    for expression in random_expressions(1_000, seed=11):
        try:
            rule = parse_definition({"kind": "cron", "cron": expression, "timezone": ZONE})
        except DefinitionError:
            continue
        times["this"].append(microseconds(lambda rule=rule: rule.next_after(NOW)))
        tens.append(microseconds(lambda rule=rule: ten_runs(rule)))
        for name, ask in (("croniter", _ask_croniter), ("cronsim", _ask_cronsim)):
            try:
                times[name].append(microseconds(ask(expression, start)))
            except Exception:  # each refuses expressions in its own way; counted, not compared
                left_out[name] += 1
    print(
        f"\n{'1,000 random cron expressions':32}{'median':>10}{'worst':>12}{'refused':>10}   (µs, next from a built object)"
    )
    for name, measured in times.items():
        print(f"{name:32}{statistics.median(measured):10.1f}{max(measured):12.1f}{left_out.get(name, 0):10}")
    print(f"{'this, ten runs':32}{statistics.median(tens):10.1f}{max(tens):12.1f}")


def ten_runs(rule: Recurrence) -> list[Any]:
    """Return what a preview asks for."""
    return list(rule.occurrences(NOW, limit=10))


def _ask_croniter(expression: str, start: datetime) -> Callable[[], Any]:
    built = croniter(expression, start, implement_cron_bug=True)
    return lambda: built.get_next(datetime)


def _ask_cronsim(expression: str, start: datetime) -> Callable[[], Any]:
    built = CronSim(expression, start)
    return lambda: next(built)


def sharing() -> None:
    definition = DEFINITIONS["weekly"]
    started = time.perf_counter()
    for _ in range(10_000):
        parse_definition(definition).next_after(NOW)
    print(f"\n10,000 schedules with one rule, definition to next run: {(time.perf_counter() - started) * 1000:.0f} ms")


if __name__ == "__main__":
    by_kind()
    against_others()
    sharing()
