"""When work runs: definitions in, occurrences, words and reasons out. Pure; knows no framework and reads no
clock.
"""

from schedules.recurrence.calendars import (
    EXCHANGES,
    DayStatus,
    ExceptionalDay,
    Exchange,
    announced_until,
    day_status,
    exchange_bounds,
)
from schedules.recurrence.comparing import Comparison, compare
from schedules.recurrence.importing import import_crontab_line
from schedules.recurrence.importing_beat_rows import import_beat_row
from schedules.recurrence.importing_celery import import_celery_crontab
from schedules.recurrence.notices import notices_of
from schedules.recurrence.parsing import parse_definition
from schedules.recurrence.problems import DefinitionError, NaiveDatetimeError, Problem
from schedules.recurrence.publication import Publication
from schedules.recurrence.recurrence import Recurrence
from schedules.recurrence.values import (
    KINDS,
    SHORT_MONTHS,
    TRADING_DAY_RULES,
    WEEKDAYS,
    Notice,
    Occurrence,
    Reason,
    SkippedDate,
)
from schedules.recurrence.words import describe

__all__ = [
    "EXCHANGES",
    "KINDS",
    "SHORT_MONTHS",
    "TRADING_DAY_RULES",
    "WEEKDAYS",
    "Comparison",
    "DayStatus",
    "DefinitionError",
    "ExceptionalDay",
    "Exchange",
    "NaiveDatetimeError",
    "Notice",
    "Occurrence",
    "Problem",
    "Publication",
    "Reason",
    "Recurrence",
    "SkippedDate",
    "announced_until",
    "compare",
    "day_status",
    "describe",
    "exchange_bounds",
    "import_beat_row",
    "import_celery_crontab",
    "import_crontab_line",
    "notices_of",
    "parse_definition",
]
