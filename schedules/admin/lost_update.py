"""Both versions of a schedule that somebody else has saved while a form was open: theirs and what is typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schedules.admin.history_words import Line, Told, difference_lines, told
from schedules.history import history_of
from schedules.models import APIEndpointSchedule

#: Entries that are looked through for what has happened since.
LOOKED_THROUGH = 20


@dataclass(frozen=True)
class BothVersions:
    """``since``: what others changed since the form was opened. ``lines``: theirs as stored, yours as typed."""

    since: list[tuple[Told, str]]
    lines: list[Line]


def both_versions(form: Any, stored: APIEndpointSchedule, *, seen: int, now: datetime) -> BothVersions:
    """Compare what is stored with what is typed, as far as it can be read."""
    entries = [
        entry
        for entry in history_of(APIEndpointSchedule, stored.pk)[:LOOKED_THROUGH]
        if entry.serialized_data and entry.serialized_data["fields"].get("revision", 0) > seen
    ]
    differences = {}
    for field in APIEndpointSchedule._meta.concrete_fields:
        theirs, yours = getattr(stored, field.attname), getattr(form.instance, field.attname)
        # What cannot be read stands with its own error at its field.
        if field.name in form.fields and field.name not in form.errors and theirs != yours:
            differences[field.name] = (theirs, yours)
    return BothVersions(
        since=[(each, "") for each in told(entries, now=now)],
        lines=difference_lines(form.instance, differences, stored=stored, now=now),
    )
