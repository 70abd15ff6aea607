"""One occurrence that a person has taken out of its rule for once: skipped, or moved to another time."""

from dataclasses import dataclass
from typing import Any

from schedules.recurrence.clock import as_datetime


@dataclass(frozen=True, order=True)
class Change:
    """Instants are whole seconds since 1970: ``at`` is the rule's own, ``to`` where it happens; None: not at all."""

    at: int
    to: int | None = None
    #: Why, as the person wrote it; may be empty.
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON-ready form."""
        to = None if self.to is None else as_datetime(self.to).isoformat()
        return {"at": as_datetime(self.at).isoformat(), "to": to, "reason": self.reason}
