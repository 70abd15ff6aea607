"""What a rule will do: its next runs, what it skips, what an edit changes. The same for the form and the API.

Nothing is computed here that beat does not compute: both ask the one recurrence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.models import APIEndpointSchedule
from schedules.models.definitions import recurrence_of
from schedules.models.lifecycle import last_paused
from schedules.recurrence import (
    Comparison,
    DefinitionError,
    Notice,
    Occurrence,
    Publication,
    Recurrence,
    SkippedDate,
    compare,
    describe,
    notices_of,
)
from schedules.task_catalogue import publication_of

#: Skipped dates that a preview lists, and how far ahead it looks for them when few runs lie ahead.
MAX_SKIPPED = 10
SKIPPED_HORIZON = timedelta(days=92)


@dataclass(frozen=True)
class Preview:
    """The next runs of a schedule, ascending. ``comparison`` is there when a saved rule was given to compare with."""

    recurrence: Recurrence
    runs: Sequence[Occurrence]
    skipped: Sequence[SkippedDate]
    notices: Sequence[Notice]
    comparison: Comparison | None = None

    def sentence(self, language: str) -> str:
        """Return the rule in words; ``language`` is ``ja`` or ``en``."""
        return describe(self.recurrence, language)


def preview_of(
    schedule: APIEndpointSchedule, *, now: datetime, count: int, saved: APIEndpointSchedule | None = None
) -> Preview:
    """Return the next ``count`` runs after ``now`` of a saved or unsaved schedule, compared with ``saved``.

    A pause with an end is respected: runs before it are not listed. Whether the schedule is switched on is not looked
    at. Raises DefinitionError when its fields make no rule.
    """
    recurrence = recurrence_of(schedule)
    after = starts_after(schedule, now)
    runs = list(recurrence.occurrences(after, limit=count))
    # As far as the listed runs reach: what is skipped after the last of them belongs to a later page.
    until = runs[-1].at if len(runs) == count else after + SKIPPED_HORIZON
    skipped = recurrence.skipped(after, until, limit=MAX_SKIPPED)
    # A day that a short month lacks stands at the last one, on which the rule may well run besides.
    days_with_runs = {run.business_day for run in runs}
    return Preview(
        recurrence=recurrence,
        runs=runs,
        skipped=[
            date for date in skipped if not (date.reason.code == "short_month" and date.on in days_with_runs)
        ],
        notices=[*_counted_from_the_save(schedule), *notices_of(recurrence, after, _publication(schedule))],
        comparison=None if saved is None else _comparison(saved, recurrence, after, count),
    )


def starts_after(schedule: APIEndpointSchedule, now: datetime) -> datetime:
    """Return the instant after which runs lie ahead: ``now``, or the end of a pause."""
    return max(now, last_paused(schedule.paused_until)) if schedule.paused_until else now


def _counted_from_the_save(schedule: APIEndpointSchedule) -> Iterator[Notice]:
    """Until it is saved, an interval without a start has no instant to count from: it is previewed from now."""
    if (
        schedule._state.adding
        and schedule.schedule_type == APIEndpointSchedule.Kind.INTERVAL
        and not schedule.starts_at
    ):
        yield Notice(
            "counted_from_the_save",
            "間隔は保存した時刻から数えるため、保存までの時間だけ後ろにずれます。ちょうどの時刻に実行するには、開始日時を指定してください。",
            "The interval is counted from the moment you save, so its runs come that much later. To have them at fixed "
            "times, set a start.",
        )


def _publication(schedule: APIEndpointSchedule) -> Publication | None:
    return publication_of(schedule.endpoint.task) if schedule.endpoint_id else None


def _comparison(saved: APIEndpointSchedule, new: Recurrence, after: datetime, count: int) -> Comparison | None:
    try:
        return compare(recurrence_of(saved), new, after, count)
    except DefinitionError:
        # Changed past the model, it does not run at all. Its repair must be possible to preview.
        return None
