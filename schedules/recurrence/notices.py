"""What a person should know about a rule before saving it."""

from datetime import datetime
from typing import TYPE_CHECKING

from schedules.recurrence.values import Notice

if TYPE_CHECKING:
    from schedules.recurrence.recurrence import Recurrence


def notices_of(recurrence: "Recurrence", now: datetime) -> list[Notice]:
    """Return the notices on ``recurrence`` at ``now`` (aware), the more urgent first."""
    found: list[Notice] = []
    if recurrence.next_after(now) is None:
        found.append(Notice("never_again", "この予定はもう実行されません。", "This schedule will never run again."))
    return found
