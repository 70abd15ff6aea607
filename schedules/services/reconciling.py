"""Make the mirror say what the database says, for all schedules at once.

A hundred thousand of them are looked at by their raw rows and seals, and those that the mirror has never heard of are
put in force from there. Whatever contradicts the mirror is looked at again, as a schedule and under lock.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from schedules.mirror.entry import Entry
from schedules.mirror.mirror import CHUNK, NOTHING, Held, Mirror, Step
from schedules.models import APIEndpointSchedule
from schedules.models.definitions import Beside, read_beside
from schedules.models.lifecycle import in_force, is_in_force
from schedules.models.many_rules import instant_of
from schedules.refusals import sentences_of
from schedules.services.contents import content_of
from schedules.services.pushing import Examined, LatestRuns, is_right, push, remove, watermark_of
from schedules.services.raw_rows import EFFECTIVE_FROM, IS_IN_FORCE, PAUSED_UNTIL, PK, Row, raw_rows
from schedules.services.seals import sealing
from schedules.services.stencils import Stencils

#: Hears how far a long piece of work is.
Tell = Callable[[int], None]


def silent(count: int) -> None:
    """Tell nobody."""


@dataclass
class ReconcileReport:
    """What a reconcile changed, by schedule."""

    looked_at: int = 0
    pushed: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    set_aside: dict[int, str] = field(default_factory=dict)

    @property
    def changed_anything(self) -> bool:
        return bool(self.pushed or self.removed or self.set_aside)


def reconcile(now: datetime, *, dry_run: bool = False, prune: bool = True, tell: Tell = silent) -> ReconcileReport:
    """Make the mirror say what the database says, and report what was changed (or would be, with ``dry_run``).

    Missing, stale and orphan entries of ours are repaired (orphans only with ``prune``); nothing fires that lies before
    a change. A row that was changed past the signals (``QuerySet.update``, raw SQL, a restored backup) is taken to have
    changed ``now``. Entries of others are left alone. ``tell`` hears how many rows have been looked at so far. Raises
    EngineUnreachable.
    """
    mirror = Mirror()
    mark = "" if dry_run else mirror.begin_filling()
    report = ReconcileReport()
    in_force_count = 0
    # Redis takes one chunk in while the next is being read; the thread never touches the database.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="mirror") as background:
        walk = _Walk(mirror, background, read_beside(), now, report, dry_run=dry_run)
        for chunk in raw_rows():
            in_force_count += walk.look_at(chunk)
            report.looked_at += len(chunk)
            tell(report.looked_at)
        walk.finish()
    report.pushed.sort()
    # As many entries as there ought to be: then none is an orphan, and what is listed need not be walked.
    if prune and (dry_run or mirror.count() != in_force_count - len(report.set_aside)):
        for listed in mirror.schedule_ids_in_slices():
            _remove_orphans(mirror, listed, now, report, dry_run=dry_run)
        report.removed.sort()
    if not dry_run:
        mirror.mark_whole(mark)
    return report


class _Walk:
    """One walk over all rows, chunk by chunk."""

    def __init__(
        self,
        mirror: Mirror,
        background: Executor,
        beside: Beside,
        now: datetime,
        report: ReconcileReport,
        *,
        dry_run: bool,
    ) -> None:
        self._mirror, self._background, self._now, self._report = mirror, background, now, report
        self._is_look = dry_run
        self._is_blank = mirror.is_blank()
        self._seal_of, self._stencils = sealing(beside, content_of), Stencils(beside, content_of)
        #: What is being written, with the seals of the rows it was made of.
        self._under_way: tuple[Future[list[bool]], dict[int, str]] | None = None

    def look_at(self, chunk: Sequence[Row]) -> int:
        """Put in force what the mirror has never heard of, and repair what is wrong; return how many are in force."""
        seal_of, entry_of = self._seal_of, self._stencils.entry_of
        suspects: dict[int, str] = {}
        wanted: dict[int, Row] = {}
        seals: dict[int, str] = {}
        in_force_count = 0
        for row in chunk:
            own, _shared = row
            pk, is_wanted = own[PK], bool(own[IS_IN_FORCE])
            in_force_count += is_wanted
            if is_wanted is (own[EFFECTIVE_FROM] is None):
                suspects[pk] = seal_of(row)
            elif is_wanted:
                wanted[pk], seals[pk] = row, seal_of(row)
        new: list[tuple[Row, Entry]] = []
        right: dict[int, tuple[str, str]] = {}
        # Nothing need be asked of a blank mirror. What is there all the same is noticed when it is to be written over.
        differing = dict.fromkeys(seals, NOTHING) if self._is_blank else self._mirror.differing(seals)
        for pk, held in differing.items():
            row, seal = wanted[pk], seals[pk]
            entry = entry_of(row, seal)
            if entry is not None and held is NOTHING:
                new.append((row, entry))
            elif entry is not None and is_right(entry, held):
                right[pk] = held.fingerprint, seal
            else:
                suspects[pk] = seal
        if new:
            self._put_in_force(new)
        if suspects:
            self._repair(suspects)
        if right and not self._is_look:
            self._mirror.note_seals(right)
        return in_force_count

    def finish(self) -> None:
        """Wait for what is being written. What has come or gone meanwhile is looked at again."""
        if self._under_way is None:
            return
        writing, seals = self._under_way
        self._under_way = None
        done = writing.result()
        missed = [pk for pk, was_written in zip(seals, done, strict=True) if not was_written]
        self._report.pushed += seals.keys() - set(missed)
        if missed:
            self._repair({pk: seals[pk] for pk in missed})

    def _put_in_force(self, new: Sequence[tuple[Row, Entry]]) -> None:
        if self._is_look:
            self._report.pushed += [entry.schedule_id for _row, entry in new]
            return
        first, last = new[0][1].schedule_id, new[-1][1].schedule_id
        runs = LatestRuns(Q(pk__range=(first, last)))
        steps = []
        for (own, _shared), entry in new:
            paused = own[PAUSED_UNTIL] and instant_of(own[PAUSED_UNTIL])
            after = watermark_of(own[PK], instant_of(own[EFFECTIVE_FROM]), paused, NOTHING, runs)
            steps.append(self._mirror.step(entry, NOTHING, after))
        self.finish()
        seals = {entry.schedule_id: entry.seal for _row, entry in new}
        self._under_way = self._background.submit(self._write, steps), seals

    def _write(self, steps: Sequence[Step]) -> list[bool]:
        return [
            done for start in range(0, len(steps), CHUNK) for done in self._mirror.write(steps[start : start + CHUNK])
        ]

    def _repair(self, suspects: Mapping[int, str]) -> None:
        if self._is_look:
            rows = APIEndpointSchedule.objects.select_related("endpoint").filter(pk__in=suspects).order_by("pk")
            _sort_into(self._report, _examine(self._mirror, rows, suspects))
        else:
            _repair(self._mirror, suspects, self._now, self._report)


def _examine(mirror: Mirror, rows: Iterable[APIEndpointSchedule], seals: Mapping[int, str]) -> list[Examined]:
    """Compare rows with the mirror; what is not in force is only looked at for its own contradictions."""
    read = list(rows)
    # After the rows, which may be locked: what stands beside them is then as new as they are.
    beside = read_beside()
    found = [Examined.of(row, beside, seal=seals[row.pk]) for row in read]
    for each, held in zip(found, mirror.read([each.row.pk for each in found]), strict=True):
        each.compare_with(held)
    return found


def _repair(mirror: Mirror, suspects: Mapping[int, str], now: datetime, report: ReconcileReport) -> None:
    """Look again, with the rows locked: a person may have saved one meanwhile, and then nothing is wrong with it."""
    with transaction.atomic():
        # Not joined: a few endpoints serve thousands of schedules, and each would be built as often.
        locked = APIEndpointSchedule.objects.select_for_update().prefetch_related("endpoint")
        # The seals are older than the rows: one may be out of date, which is found out, but never ahead of its entry.
        examined = _examine(mirror, locked.filter(pk__in=suspects).order_by("pk"), suspects)
        wrong = [each for each in examined if each.is_wrong]
        right = {
            each.row.pk: (each.held.fingerprint, suspects[each.row.pk])
            for each in examined
            if each.content is not None and not each.is_wrong
        }
        for each in wrong:
            row, held = each.row, each.held
            if _was_changed_silently(row, held):
                row.revision = max(row.revision, int(held.revision or 0)) + 1
                row.effective_from = now if is_in_force(row) else None
                APIEndpointSchedule.objects.filter(pk=row.pk).update(
                    revision=row.revision, effective_from=row.effective_from
                )
                each.content = each.content and replace(each.content, revision=row.revision, seal="")
    _sort_into(report, wrong)
    push(mirror, [each for each in wrong if is_in_force(each.row)])
    mirror.note_seals(right)


def _was_changed_silently(row: APIEndpointSchedule, held: Held) -> bool:
    """A proper save raises the revision and says since when it is in force; anything else came past it.

    So did a row that says to have been in force when it was taken out: a backup from before that was restored.
    """
    if is_in_force(row) is (row.effective_from is None):
        return True
    if held.exists:
        return row.revision <= int(held.revision)
    return bool(held.removed_at and row.effective_from and row.effective_from < held.removed_at)


def _sort_into(report: ReconcileReport, examined: Sequence[Examined]) -> None:
    for each in examined:
        if each.is_wrong and is_in_force(each.row):
            if each.error is None:
                report.pushed.append(each.row.pk)
            else:
                report.set_aside[each.row.pk] = sentences_of(each.error)


def _remove_orphans(
    mirror: Mirror, listed: Sequence[int], now: datetime, report: ReconcileReport, *, dry_run: bool
) -> None:
    """Remove what is listed and not in force, unless it has been put in force since it was looked at."""
    kept = set(APIEndpointSchedule.objects.filter(in_force(), pk__in=listed).values_list("pk", flat=True))
    orphans = [pk for pk in listed if pk not in kept]
    report.removed += orphans
    if dry_run or not orphans:
        return
    seen = {pk: held.revision for pk, held in zip(orphans, mirror.read(orphans), strict=True)}
    rows = APIEndpointSchedule.objects.select_related("endpoint").in_bulk(orphans)
    gone = [pk for pk in orphans if pk not in rows or not is_in_force(rows[pk])]
    remove(mirror, {pk: int(seen[pk] or 0) for pk in gone}, rows, now)
