"""Compare a list with what is known, company by company. Pure: no database, no clock.

**Unknown is not a change.** An empty value in a list says that J-Quants did not say, so it never overwrites a known
one and never counts. A value that was unknown so far is taken over, but we learned it; the company did not change.
So it enters no history, and counts on its own as ``completed``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from stockura.jquants.listed_issues import ListedIssue

#: Fields that a list carries, by their names in both ``ListedIssue`` and ``Company``.
COMPARED_FIELDS = (
    "name",
    "name_en",
    "sector_17",
    "sector_33",
    "scale",
    "market",
    "margin",
    "product_category",
)


class Known(Protocol):
    """What must be known of a company: the compared fields as attributes, and whether it is listed."""

    @property
    def is_listed(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose known value differs from the list's."""

    field: str
    before: str
    after: str


@dataclass
class Differences:
    """Codes by what happened to them. One that is back on the list may differ from what was known, too."""

    created: list[str] = field(default_factory=list)
    relisted: list[str] = field(default_factory=list)
    delisted: list[str] = field(default_factory=list)
    #: In the order of ``COMPARED_FIELDS``.
    changed: dict[str, list[FieldChange]] = field(default_factory=dict)
    #: Values learned that were unknown: code → field → value.
    completed: dict[str, dict[str, str]] = field(default_factory=dict)


def compare(known: Mapping[str, Known], issues: Iterable[ListedIssue]) -> Differences:
    """Return what ``issues``, a complete list with each code once, changes about ``known`` (by code)."""
    found = Differences()
    on_the_list = set()
    for issue in issues:
        on_the_list.add(issue.code)
        company = known.get(issue.code)
        if company is None:
            found.created.append(issue.code)
            continue
        if not company.is_listed:
            found.relisted.append(issue.code)
        _compare_fields(company, issue, found)
    found.delisted = [code for code, company in known.items() if company.is_listed and code not in on_the_list]
    return found


def _compare_fields(company: Known, issue: ListedIssue, found: Differences) -> None:
    for name in COMPARED_FIELDS:
        before, after = getattr(company, name), getattr(issue, name)
        if not after or after == before:
            continue
        if before:
            found.changed.setdefault(issue.code, []).append(FieldChange(name, before, after))
        else:
            found.completed.setdefault(issue.code, {})[name] = after
