"""Take the one-time changes out of a definition."""

from collections.abc import Mapping

from schedules.recurrence.changes import Change
from schedules.recurrence.problems import gettext_noop, quote
from schedules.recurrence.reading import Reader

FIELD = "changes"
#: One-time changes of one rule, and characters of the reason for each.
MAX_CHANGES = 200
MAX_REASON = 500
_EXAMPLE = '[{"at": "2026-12-30T08:10:00+09:00", "to": null, "reason": "棚卸"}]'


def read_changes(reader: Reader) -> tuple[Change, ...]:
    """Return the changes in the order of their instants. ``to`` is null where the occurrence is skipped."""
    found: dict[int, Change] = {}
    for item in reader.items(FIELD, most=MAX_CHANGES, example=_EXAMPLE, required=False):
        if not isinstance(item, Mapping) or set(item) != {"at", "to", "reason"}:
            message = gettext_noop('"%(value)s" is not a one-time change. Write for example %(example)s.')
            reader.problem(FIELD, "change", message, value=quote(item), example=_EXAMPLE)
            continue
        instants = Reader(item)
        at, to = instants.instant("at", required=True), instants.instant("to")
        for problem in instants.problems:
            reader.problem(FIELD, problem.code, problem.message, **problem.params)
        reason = reader.text(FIELD, item["reason"], most=MAX_REASON)
        if at is None or reason is None or instants.problems:
            continue
        if at in found:
            message = gettext_noop('"%(value)s" is listed twice among the one-time changes. Keep one of the two.')
            reader.problem(FIELD, "listed_twice", message, value=quote(item["at"]))
        found[at] = Change(at, to, reason)
    return tuple(found[at] for at in sorted(found))
