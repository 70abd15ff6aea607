"""Stop a schedule's runs for a while."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from schedules.exceptions import SchedulesError
from schedules.management.naming import instant, schedule_called
from schedules.management.recorded import RecordedCommand
from schedules.management.telling import tell_what_is_not_in_force
from schedules.services.switching import pause_schedule


class Command(RecordedCommand):
    help = "Stop new runs of a schedule until a moment, or until it is resumed. What has started is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="Name of the schedule, or its number.")
        parser.add_argument("--reason", default="", help="Why; it is shown wherever the schedule is.")
        parser.add_argument(
            "--until", type=instant, metavar="INSTANT", help="When it goes on, such as 2026-12-31T09:00."
        )
        parser.add_argument(
            "--until-next-trading-day",
            action="store_true",
            help="It goes on when the next trading day of its exchange begins.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        schedule = schedule_called(options["name"])
        longest = schedule._meta.get_field("pause_reason").max_length
        if len(options["reason"]) > longest:
            raise CommandError(_("The reason is longer than %(most)d characters.") % {"most": longest})
        try:
            with tell_what_is_not_in_force(self):
                changed = pause_schedule(
                    schedule.pk,
                    now=timezone.now(),
                    reason=options["reason"],
                    until=options["until"],
                    until_next_trading_day=options["until_next_trading_day"],
                )
        except SchedulesError as error:
            raise CommandError(str(error)) from error
        schedule.refresh_from_db(fields=["paused_until"])
        if not changed:
            said = _('"%(name)s" is paused so already.')
        elif schedule.paused_until is None:
            said = _('"%(name)s" is paused until it is resumed.')
        else:
            said = _('"%(name)s" is paused until %(until)s.')
        until = schedule.paused_until and f"{timezone.localtime(schedule.paused_until):%Y-%m-%d %H:%M}"
        self.stdout.write(self.style.SUCCESS(said % {"name": schedule.name, "until": until}))
