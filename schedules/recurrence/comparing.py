"""What an edit changes in the next runs."""

from dataclasses import dataclass
from datetime import datetime

from schedules.recurrence.recurrence import Recurrence
from schedules.recurrence.values import Occurrence


@dataclass(frozen=True)
class Comparison:
    """The next runs of two rules, each ascending: only in the new one, only in the old one, in both."""

    added: tuple[Occurrence, ...]
    removed: tuple[Occurrence, ...]
    unchanged: tuple[Occurrence, ...]


def compare(old: Recurrence, new: Recurrence, after: datetime, limit: int) -> Comparison:
    """Compare the next ``limit`` runs of both rules later than ``after`` (aware).

    Both are looked at over the same period, up to where the shorter list of ``limit`` runs ends: beyond it a
    run would seem added or removed only because counting stopped.
    """
    runs_old = list(old.occurrences(after, limit=limit))
    runs_new = list(new.occurrences(after, limit=limit))
    ends = [runs[-1].at for runs in (runs_old, runs_new) if len(runs) == limit]
    end = min(ends) if ends else None
    in_old = {run.at: run for run in runs_old if end is None or run.at <= end}
    in_new = {run.at: run for run in runs_new if end is None or run.at <= end}
    return Comparison(
        added=tuple(run for at, run in in_new.items() if at not in in_old),
        removed=tuple(run for at, run in in_old.items() if at not in in_new),
        unchanged=tuple(run for at, run in in_new.items() if at in in_old),
    )
