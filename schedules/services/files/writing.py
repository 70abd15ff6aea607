"""Write the endpoints, schedules and exceptional days of the database as a file that ``apply_file`` reads.

What is usual is left out, so that the file says what is meant. Applied where it was written it changes nothing.
"""

from collections.abc import Iterator
from typing import Any

import yaml
from django.core.exceptions import ValidationError

from schedules.models import APIEndpointSchedule
from schedules.services.files.document import OWNER
from schedules.services.files.shape import SECTIONS, Section, default_of, raw_of

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_HEAD = """\
# Endpoints, schedules and exceptional days. Times are those of each schedule's time zone.
# To see what applying this file would change: manage.py apply_schedules FILE --plan
"""


def written(*, owner: str = "") -> Iterator[str]:
    """Yield the file piece by piece, one for each row. With ``owner``, only what that owner's file manages."""
    yield _HEAD
    if owner:
        yield "\n" + _yaml({OWNER: owner})
    for section in SECTIONS:
        rows = section.model._base_manager.order_by(*section.key)
        if section.model is APIEndpointSchedule:
            rows = rows.select_related("endpoint")
        if owner:
            rows = rows.filter(managed_by=owner)
        is_empty = True
        for row in rows.iterator(chunk_size=1000):
            if is_empty:
                yield f"\n{section.name}:\n"
                is_empty = False
            yield _yaml([_entry(section, row)])
        if is_empty:
            yield f"\n{section.name}: []\n"


def row_count(*, owner: str = "") -> int:
    """Return how many pieces with a row ``written`` yields."""
    managed = {"managed_by": owner} if owner else {}
    return sum(section.model._base_manager.filter(**managed).count() for section in SECTIONS)


def _entry(section: Section, row: Any) -> dict[str, Any]:
    entry = {}
    for name, column in section.fields.items():
        value = getattr(row, name)
        if name in section.key or value != _default(column):
            entry[name] = raw_of(row, column)
    return entry


def _default(column: Any) -> Any:
    try:
        return default_of(column)
    except ValidationError:
        return object()


def _yaml(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return text
