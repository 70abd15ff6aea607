"""Rebuild the engine's state from the database: every enabled schedule into RedBeat."""

import gc
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from schedules.checks.tags import SCHEDULES
from schedules.exceptions import EngineUnreachable
from schedules.management.imports import import_schedules
from schedules.management.naming import instant
from schedules.management.recorded import RecordedCommand
from schedules.models import APIEndpointSchedule
from schedules.services.reconciling import ReconcileReport, reconcile

#: Exit status. Of a wrong option it is 2, as everywhere.
DRIFTED, REDIS_AWAY = 1, 3
#: How many schedules of each kind are named; the rest is counted.
MAX_NAMED = 20
#: New objects after which Python looks for garbage (its own: 700); rows come by the million and are none.
GARBAGE_AFTER = 50_000


@contextmanager
def _little_search_for_garbage() -> Iterator[None]:
    # What was loaded until here stays: Python need not walk through it again and again for what it may forget.
    gc.freeze()
    usual = gc.get_threshold()
    gc.set_threshold(GARBAGE_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


class Command(RecordedCommand):
    # Not the pages' and the addresses': looking at those takes as long as moving thousands of schedules.
    requires_system_checks = [SCHEDULES]
    help = (
        "Put every enabled schedule into RedBeat as the database has it. Repeating it changes nothing; it never starts "
        "a run, and leaves entries of other programs alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be changed.")
        parser.add_argument(
            "--check",
            action="store_true",
            help="Change nothing; list what differs and exit with status 1 if anything does, 3 if Redis is away.",
        )
        parser.add_argument(
            "--prune",
            action="store_true",
            help="Also remove entries of ours whose schedule is deleted or switched off.",
        )
        other = parser.add_argument_group("from other schedulers", "What is there already is never made twice.")
        other.add_argument(
            "--from-django-celery-beat",
            action="store_true",
            help="Take over the rows of django-celery-beat, switched off unless --switch-over.",
        )
        other.add_argument(
            "--from-beat-schedule",
            action="store_true",
            help="Take over the entries of Celery's beat_schedule, switched off unless --switch-over.",
        )
        other.add_argument(
            "--switch-over",
            action="store_true",
            help="Switch the rows off there and on here, so that no occurrence is lost and none runs twice.",
        )
        other.add_argument(
            "--wait",
            type=float,
            default=20,
            metavar="SECONDS",
            help="How long the other beat may take to notice that rows are held back (20); 0 if it does not run.",
        )
        other.add_argument(
            "--stopped-at",
            type=instant,
            metavar="INSTANT",
            help="When the beat of beat_schedule was stopped; what was due since is made up for.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["from_django_celery_beat"] or options["from_beat_schedule"]:
            import_schedules(self, options | {"dry_run": options["dry_run"] or options["check"]})
            return
        is_look = options["dry_run"] or options["check"]
        try:
            with _little_search_for_garbage(), self._progress(options["verbosity"]) as bar:
                report = reconcile(
                    timezone.now(),
                    dry_run=is_look,
                    # A check that did not look for orphans would call a drifted mirror sound.
                    prune=options["prune"] or is_look,
                    tell=lambda count: bar.update(count - bar.n),
                )
        except EngineUnreachable as error:
            raise CommandError(
                _("%(error)s Nothing was changed. Start Redis, or correct REDIS_URL, and repeat the command.")
                % {"error": f"{error}".rstrip(".") + "."},
                returncode=REDIS_AWAY,
            ) from error
        self._tell(report, is_look=is_look, prunes=options["prune"])
        if options["check"] and report.changed_anything:
            sys.exit(DRIFTED)

    def _progress(self, verbosity: int) -> Any:
        # tqdm shows the bar on a terminal only, so that logs and pipes hold the sentences alone.
        return tqdm(
            total=APIEndpointSchedule.objects.count(),
            unit="",
            desc=_("Schedules"),
            file=self.stderr,
            disable=None if verbosity else True,
        )

    def _tell(self, report: ReconcileReport, *, is_look: bool, prunes: bool) -> None:
        self.stdout.write(
            ngettext("%(count)d schedule looked at.", "%(count)d schedules looked at.", report.looked_at)
            % {"count": report.looked_at}
        )
        pushed = _("Would be put in force") if is_look else _("Put in force")
        removed = _("Would be removed with --prune") if is_look and not prunes else _("Would be removed")
        self._list(pushed, report.pushed)
        self._list(removed if is_look else _("Removed"), report.removed)
        for schedule_id, why in sorted(report.set_aside.items())[:MAX_NAMED]:
            self.stdout.write(self.style.WARNING(_("Cannot be carried out: %(name)s: %(why)s") % {
                "name": self._names([schedule_id])[0], "why": why,
            }))  # fmt: skip
        if not report.changed_anything:
            self.stdout.write(self.style.SUCCESS(_("The engine holds exactly what the database says.")))

    def _list(self, what: str, schedule_ids: list[int]) -> None:
        if not schedule_ids:
            return
        self.stdout.write(f"{what}: {len(schedule_ids)}")
        for name in self._names(schedule_ids[:MAX_NAMED]):
            self.stdout.write(f"  {name}")
        if len(schedule_ids) > MAX_NAMED:
            self.stdout.write("  …")

    def _names(self, schedule_ids: list[int]) -> list[str]:
        names = dict(APIEndpointSchedule.objects.filter(pk__in=schedule_ids).values_list("pk", "name"))
        return [f"{number} {names.get(number, _('(deleted)'))}" for number in schedule_ids]
