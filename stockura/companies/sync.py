"""Apply a list of issues to the companies: all of it in one transaction, or nothing.

What counts as a change is decided in ``differences``; when a list is not believed, ``exceptions`` says why.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from stockura.jquants.listed_issues import ListedIssue, ListedIssues

from .differences import COMPARED_FIELDS, Differences, compare
from .exceptions import ListIsOlder, ListShrunken
from .models import AppliedList, Company, CompanyChange

#: Rows per statement; SQLite takes at most 32,766 parameters in one.
BATCH_SIZE = 500

#: How many changes of each kind a result names; the rest is in the history.
SAMPLES_PER_KIND = 3

Kind = CompanyChange.Kind


@dataclass(frozen=True)
class SyncResult:
    """What a list changed. The numbers count companies, not fields, and each company once:

    created + relisted + changed + unchanged = received. ``delisted`` are those missing from the list.
    ``completed`` are the companies that received a value unknown so far; they are among the others.
    ``sample`` names a few of the changes.
    """

    as_of: dt.date
    received: int
    created: int
    changed: int
    delisted: int
    relisted: int
    unchanged: int
    completed: int
    sample: list[dict[str, str]]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON-ready values; the date is YYYY-MM-DD."""
        return {**asdict(self), "as_of": self.as_of.isoformat()}


@transaction.atomic
def apply_listed_issues(
    listed: ListedIssues,
    *,
    now: dt.datetime,
    shrink_limit: float,
    allow_older: bool = False,
    task_id: str = "",
) -> SyncResult:
    """Bring the companies in line with ``listed`` and record what changed, as found at ``now`` by ``task_id``.

    ``listed`` is complete and has each code once (``read_listed_issues`` sees to that). The same list again
    changes nothing. Raises ``ListIsOlder`` for a list of an earlier date than the one applied last, unless
    ``allow_older``, and ``ListShrunken`` when more than the share ``shrink_limit`` (0 to 1) of the listed
    companies is missing; then nothing has been changed. Two calls at once happen one after the other.
    """
    applied = _lock_applied_list()
    if applied.as_of and listed.as_of < applied.as_of and not allow_older:
        raise ListIsOlder(listed.as_of, applied.as_of)
    known = {company.code: company for company in Company.objects.all()}
    issues = {issue.code: issue for issue in listed.issues}
    found = compare(known, issues.values())
    _refuse_shrunken(found, known.values(), shrink_limit)

    created = [_new_company(issues[code], listed.as_of) for code in found.created]
    Company.objects.bulk_create(created, batch_size=BATCH_SIZE)
    _update(known, found, listed.as_of)
    # An older list, applied on purpose, still was a sighting: the first moves back, the last stays.
    Company.objects.filter(delisted_on=None).update(
        first_seen_on=Least(F("first_seen_on"), listed.as_of), last_seen_on=Greatest(F("last_seen_on"), listed.as_of)
    )
    companies = known | {company.code: company for company in created}
    changes = list(_history(companies, found, as_of=listed.as_of, now=now, task_id=task_id))
    CompanyChange.objects.bulk_create(changes, batch_size=BATCH_SIZE)
    applied.as_of, applied.applied_at = listed.as_of, now
    applied.save()
    return _result(listed, found, changes)


def _lock_applied_list() -> AppliedList:
    # SQLite has no row locks; there the transaction itself has been the only writer since it began.
    AppliedList.objects.get_or_create(pk=1)
    return AppliedList.objects.select_for_update().get(pk=1)


def _refuse_shrunken(found: Differences, known: Iterable[Company], limit: float) -> None:
    listed = sum(company.is_listed for company in known)
    if len(found.delisted) > limit * listed:
        raise ListShrunken(len(found.delisted), listed, limit)


def _new_company(issue: ListedIssue, as_of: dt.date) -> Company:
    fields = {name: getattr(issue, name) for name in COMPARED_FIELDS}
    company = Company(code=issue.code, first_seen_on=as_of, last_seen_on=as_of, **fields)
    company.refresh_search_key()
    return company


def _update(known: dict[str, Company], found: Differences, as_of: dt.date) -> None:
    """Write what was found about known companies, with a few statements however many they are."""
    touched = {*found.changed, *found.completed, *found.relisted, *found.delisted}
    for code in found.relisted:
        known[code].delisted_on = None
    for code in found.delisted:
        known[code].delisted_on = as_of
    for code, fields in found.completed.items():
        for name, value in fields.items():
            setattr(known[code], name, value)
    for code, changes in found.changed.items():
        for change in changes:
            setattr(known[code], change.field, change.after)
    companies = [known[code] for code in sorted(touched)]
    for company in companies:
        company.refresh_search_key()
    # An upsert of rows that are there: bulk_update would write one CASE per field and row, ten times slower.
    Company.objects.bulk_create(
        companies,
        batch_size=BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[*COMPARED_FIELDS, "delisted_on", "search_key"],
    )


def _history(
    companies: dict[str, Company], found: Differences, *, as_of: dt.date, now: dt.datetime, task_id: str
) -> Iterator[CompanyChange]:
    def line(code: str, kind: Kind, field: str = "", before: str = "", after: str = "") -> CompanyChange:
        return CompanyChange(
            company=companies[code],
            kind=kind,
            field=field,
            before=before,
            after=after,
            as_of=as_of,
            recorded_at=now,
            task_id=task_id,
        )

    for code in found.created:
        yield line(code, Kind.CREATED)
    for code in found.relisted:
        yield line(code, Kind.RELISTED)
    for code in found.delisted:
        yield line(code, Kind.DELISTED)
    for code, changes in found.changed.items():
        for change in changes:
            yield line(code, Kind.CHANGED, change.field, change.before, change.after)


def _result(listed: ListedIssues, found: Differences, changes: Iterable[CompanyChange]) -> SyncResult:
    changed = found.changed.keys() - set(found.relisted)
    received = len(listed.issues)
    return SyncResult(
        as_of=listed.as_of,
        received=received,
        created=len(found.created),
        changed=len(changed),
        delisted=len(found.delisted),
        relisted=len(found.relisted),
        unchanged=received - len(found.created) - len(found.relisted) - len(changed),
        completed=len(found.completed),
        sample=list(_sample(list(changes))),
    )


def _sample(changes: list[CompanyChange]) -> Iterator[dict[str, str]]:
    for kind in Kind:
        for change in islice((change for change in changes if change.kind == kind), SAMPLES_PER_KIND):
            about = {"kind": kind.value, "code": change.company.code, "name": change.company.name}
            detail = {"field": change.field, "before": change.before, "after": change.after}
            yield about | detail if change.field else about
