"""What was found at another scheduler, in our words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schedules.recurrence import DefinitionError, Notice, import_beat_row
from schedules.refusals import sentences_of


@dataclass(frozen=True)
class Found:
    """One entry of another scheduler. ``definition`` is None when it cannot be taken over; ``refusal`` then says why.

    ``options`` holds queue, priority and expires_seconds as far as the entry has them.
    """

    name: str
    task: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    options: Mapping[str, Any]
    enabled: bool = True
    description: str = ""
    definition: Mapping[str, Any] | None = None
    notices: tuple[Notice, ...] = ()
    refusal: str = ""
    last_run_at: datetime | None = None


def rule_of(row: Mapping[str, Any], *, now: datetime, timezone: str) -> dict[str, Any]:
    """Return the part of a ``Found`` that says when it runs, or why that cannot be taken over."""
    try:
        definition, notices = import_beat_row(row, now=now, timezone=timezone)
    except DefinitionError as error:
        return {"refusal": sentences_of(error)}
    return {"definition": definition, "notices": tuple(notices)}


def not_taken(options: Iterable[str]) -> tuple[Notice, ...]:
    """Return a notice on message options that have no counterpart here."""
    names = ", ".join(sorted(options))
    if not names:
        return ()
    return (
        Notice(
            "options_left_out",
            f"{names} は取り込まれません。キューはエンドポイントまたはスケジュールで指定します。",
            f"Not taken over: {names}. Queues are chosen at the endpoint or the schedule.",
        ),
    )
