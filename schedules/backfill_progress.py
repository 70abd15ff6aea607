"""How far backfills are: for lists and pages, one query however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from schedules.models import BackfillOccurrence, ScheduleRun
from schedules.selectors import UNFINISHED

State = ScheduleRun.State


@dataclass(frozen=True)
class Progress:
    """Occurrences of one backfill by what has become of them; together they are ``total``.

    ``failed``: ended without success. ``unknown``: their runs have been deleted from the history since.
    """

    total: int = 0
    waiting: int = 0
    under_way: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    unknown: int = 0

    @property
    def ended(self) -> int:
        return self.total - self.waiting - self.under_way

    @property
    def percent(self) -> int:
        return 100 * self.ended // self.total if self.total else 0


def progress_of(backfill_ids: Iterable[int]) -> dict[int, Progress]:
    """Return the progress of each of these backfills, by its key."""
    counted: dict[int, dict[str, int]] = {pk: {} for pk in backfill_ids}
    rows = (
        BackfillOccurrence.objects.filter(backfill__in=list(counted))
        .order_by()
        .values_list("backfill", "is_sent", "run__state")
        .annotate(Count("pk"))
    )
    for pk, is_sent, state, number in rows:
        group = _group(is_sent, state)
        counted[pk][group] = counted[pk].get(group, 0) + number
    return {pk: Progress(total=sum(groups.values()), **groups) for pk, groups in counted.items()}


def _group(is_sent: bool, state: str | None) -> str:
    if not is_sent:
        return "waiting"
    if state is None:
        return "unknown"
    if state in UNFINISHED:
        return "under_way"
    return {State.SUCCEEDED: "succeeded", State.SKIPPED: "skipped"}.get(State(state), "failed")
