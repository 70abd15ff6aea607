"""Run a schedule now, and on request wait for what comes of it."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from schedules.exceptions import SchedulesError
from schedules.management.naming import schedule_called
from schedules.management.recorded import RecordedCommand
from schedules.models import ScheduleRun
from schedules.selectors import UNFINISHED
from schedules.services.triggering import run_now

#: Seconds between two looks at the run.
LOOK_EVERY = 0.5
#: Exit status when the run did not succeed, and when it had not ended in time.
NOT_SUCCEEDED, NOT_ENDED = 1, 3


class Command(RecordedCommand):
    help = (
        "Hand one run of a schedule to the workers now, whatever its rule says. With --wait the exit status is 0 when "
        "it succeeded, 1 when it did not, 3 when it had not ended in time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="Name of the schedule, or its number.")
        parser.add_argument("--reason", default="", help="Why; it stands in the history.")
        parser.add_argument(
            "--wait",
            type=float,
            nargs="?",
            const=3600.0,
            metavar="SECONDS",
            help="Wait until it has ended, at most so long (3600).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        schedule = schedule_called(options["name"])
        longest = ScheduleRun._meta.get_field("trigger_reason").max_length
        if len(options["reason"]) > longest:
            raise CommandError(_("The reason is longer than %(most)d characters.") % {"most": longest})
        try:
            run = run_now(schedule.pk, now=timezone.now(), reason=options["reason"])
        except SchedulesError as error:
            raise CommandError(str(error)) from error
        said = _('"%(name)s" handed to the workers as run %(run)d.')
        self.stdout.write(said % {"name": schedule.name, "run": run.pk})
        if options["wait"] is not None:
            self._wait(run, options["wait"])

    def _wait(self, run: ScheduleRun, seconds: float) -> None:
        until, said = time.monotonic() + seconds, ""
        while True:
            run.refresh_from_db()
            if run.state not in UNFINISHED:
                break
            if run.progress_message and run.progress_message != said:
                said = run.progress_message
                self.stdout.write(f"  {said}")
            if time.monotonic() >= until:
                self.stdout.write(self.style.WARNING(_("It has not ended yet: %(state)s.") % {
                    "state": run.get_state_display()
                }))  # fmt: skip
                sys.exit(NOT_ENDED)
            time.sleep(LOOK_EVERY)
        why = run.error or run.reason_text
        self.stdout.write(f"{run.get_state_display()}{': ' if why else ''}{why}")
        if run.state != ScheduleRun.State.SUCCEEDED:
            sys.exit(NOT_SUCCEEDED)
