"""End a schedule's pause."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from schedules.exceptions import SchedulesError
from schedules.management.naming import schedule_called
from schedules.management.recorded import RecordedCommand
from schedules.management.telling import tell_what_is_not_in_force
from schedules.services.switching import resume_schedule


class Command(RecordedCommand):
    help = "End the pause of a schedule. Runs that the pause kept back are not made up for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="Name of the schedule, or its number.")

    def handle(self, *args: Any, **options: Any) -> None:
        schedule = schedule_called(options["name"])
        try:
            with tell_what_is_not_in_force(self):
                changed = resume_schedule(schedule.pk)
        except SchedulesError as error:
            raise CommandError(str(error)) from error
        said = _('"%(name)s" goes on.') if changed else _('"%(name)s" is not paused.')
        self.stdout.write(self.style.SUCCESS(said % {"name": schedule.name}))
