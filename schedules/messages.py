"""How a run travels to a worker: the task id that names it for ever, and the header that says what it is.

Shared by everything that sends (beat, a person's trigger) and by the worker's ledger, which reads it.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

#: Header of the Celery message under which ``Origin`` travels; Celery keeps it over retries.
HEADER = "stockura_run"

#: Any fixed UUID serves: it only keeps our names apart from other people's.
_NAMESPACE = uuid.UUID("6f4a2c1e-8f0b-5d43-9a6e-2f1d7c0b9a55")


# Beat asks twice within one chunk: for the message and for the ledger.
@lru_cache(maxsize=1024)
def task_id_of(schedule_id: int, scheduled_for: datetime) -> str:
    """Return the id of an occurrence's task: the same whoever sends it and however often."""
    return str(uuid.uuid5(_NAMESPACE, f"{schedule_id}@{scheduled_for.timestamp():.6f}"))


@dataclass(frozen=True)
class Origin:
    """Where a run comes from. ``scheduled_for`` is None for a trigger by a person. Instants are aware."""

    schedule_id: int
    trigger: str
    scheduled_for: datetime | None
    dispatched_at: datetime

    def to_header(self) -> dict[str, Any]:
        return {
            "schedule": self.schedule_id,
            "trigger": self.trigger,
            "scheduled_for": self.scheduled_for.isoformat() if self.scheduled_for else None,
            "dispatched_at": self.dispatched_at.isoformat(),
        }

    @classmethod
    def from_header(cls, header: Any) -> Self | None:
        """Return what ``to_header`` wrote; None when there is no such header."""
        if not isinstance(header, dict):
            return None
        scheduled_for = header["scheduled_for"]
        return cls(
            schedule_id=int(header["schedule"]),
            trigger=str(header["trigger"]),
            scheduled_for=datetime.fromisoformat(scheduled_for) if scheduled_for else None,
            dispatched_at=datetime.fromisoformat(header["dispatched_at"]),
        )
