"""The days of a month that a monthly rule can name."""

import re
from dataclasses import dataclass
from typing import Literal

from schedules.recurrence.values import WEEKDAYS

#: Tokyo has 17 trading days in its shortest months; beyond the 15th a rule would begin to miss months.
MAX_TRADING_DAY = 15

MonthDayKind = Literal["day", "last", "nth_weekday", "last_weekday", "trading"]


@dataclass(frozen=True, order=True)
class MonthDay:
    """One named day: the 15th, the last, the second Friday, the last Friday, the third trading day (-1: the
    last).

    Weekdays count from Monday = 0.
    """

    kind: MonthDayKind
    number: int = 0
    weekday: int = 0

    @property
    def item(self) -> int | str:
        """The form in which definitions write it."""
        match self.kind:
            case "day":
                return self.number
            case "last":
                return "last"
            case "nth_weekday":
                return f"{self.number}-{WEEKDAYS[self.weekday]}"
            case "last_weekday":
                return f"last-{WEEKDAYS[self.weekday]}"
            case "trading":
                return f"trading:{self.number}"

    @property
    def order(self) -> tuple[int, int, int]:
        """Sorting key: as a person would list them."""
        kinds = ("day", "last", "nth_weekday", "last_weekday", "trading")
        # 1st, 2nd … before -2, -1: the order in which they come in the month.
        return kinds.index(self.kind), self.number if self.number > 0 else 100 + self.number, self.weekday


_NTH = re.compile(r"([1-5]|last)-(" + "|".join(WEEKDAYS) + ")")
_TRADING = re.compile(r"trading:(-?)([1-9][0-9]?)")


def month_day(item: object) -> MonthDay | None:
    """Return what ``item`` of a definition names; ``None`` if it names nothing."""
    if isinstance(item, int) and not isinstance(item, bool):
        return MonthDay("day", item) if 1 <= item <= 31 else None
    if not isinstance(item, str):
        return None
    if item == "last":
        return MonthDay("last")
    if match := _NTH.fullmatch(item):
        weekday = WEEKDAYS.index(match[2])
        if match[1] == "last":
            return MonthDay("last_weekday", 0, weekday)
        return MonthDay("nth_weekday", int(match[1]), weekday)
    if (match := _TRADING.fullmatch(item)) and int(match[2]) <= MAX_TRADING_DAY:
        return MonthDay("trading", -int(match[2]) if match[1] else int(match[2]))
    return None


def plain_day(day: MonthDay, first_weekday: int, length: int, short_months: str) -> int | None:
    """Return which day of a month of ``length`` days starting on ``first_weekday`` is meant; ``None`` if it
    has none.

    Trading days need a calendar and are not answered here.
    """
    match day.kind:
        case "day":
            if day.number <= length:
                return day.number
            return length if short_months == "last_day" else None
        case "last":
            return length
        case "nth_weekday":
            number = (day.weekday - first_weekday) % 7 + 7 * day.number - 6
            return number if number <= length else None
        case "last_weekday":
            return length - (first_weekday + length - 1 - day.weekday) % 7
        case "trading":
            raise ValueError("The n-th trading day cannot be found without a calendar.")
