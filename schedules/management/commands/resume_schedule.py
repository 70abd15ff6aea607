"""End a schedule's pause."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from schedules.actors import LONGEST_REASON
from schedules.exceptions import SchedulesError
from schedules.management.naming import schedule_called
from schedules.management.recorded import RecordedCommand
from schedules.management.telling import tell_what_is_not_in_force
from schedules.recurrence.zones import find_zone
from schedules.services.resuming import ResumePolicy, resume_schedule


class Command(RecordedCommand):
    help = "End the pause of a schedule, and say what becomes of each run that the pause passed over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="Name of the schedule, or its number.")
        parser.add_argument(
            "--policy",
            choices=ResumePolicy.values,
            default=str(ResumePolicy.SKIP),
            help="What is run of what the pause passed over: none (skip), the latest, or all. Without it: none.",
        )
        parser.add_argument("--reason", default="", help="Why; it stands in the history.")

    def handle(self, *args: Any, **options: Any) -> None:
        schedule = schedule_called(options["name"])
        try:
            with tell_what_is_not_in_force(self):
                resumed = resume_schedule(
                    schedule.pk, now=timezone.now(), policy=options["policy"], reason=options["reason"][:LONGEST_REASON]
                )
        except SchedulesError as error:
            raise CommandError(str(error)) from error
        said = _('"%(name)s" goes on.') if resumed.changed else _('"%(name)s" is not paused.')
        self.stdout.write(self.style.SUCCESS(said % {"name": schedule.name}))
        zone = find_zone(schedule.timezone)
        told = ((resumed.will_run, _("will be run: %(at)s")), (resumed.skipped, _("skipped: %(at)s")))
        for instants, sentence in told:
            for instant in instants:
                self.stdout.write(f"  {sentence}" % {"at": f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"})
