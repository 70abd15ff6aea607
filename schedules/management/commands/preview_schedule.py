"""When a schedule, or a rule that is only thought of, runs next."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from schedules.management.naming import schedule_called
from schedules.models import APIEndpointSchedule
from schedules.recurrence import DefinitionError, Notice, Occurrence, Reason
from schedules.refusals import sentence_of
from schedules.services.previewing import preview_of

MOST_RUNS = 1000


class Command(BaseCommand):
    help = "Say a rule in words and list its next runs, exactly as beat will send them. Nothing is changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("name", nargs="?", help="Name of a schedule, or its number.")
        what.add_argument("--cron", metavar="EXPRESSION", help='A cron expression, such as "0 8 * * 1-5".')
        parser.add_argument("--count", type=_count, default=10, metavar="N", help="How many runs to list (10).")
        parser.add_argument("--timezone", help="Zone of --cron (the site's).")
        parser.add_argument(
            "--trading-days",
            dest="trading_day_rule",
            choices=APIEndpointSchedule.TradingDayRule.values,
            help="What --cron does on days on which the exchange is closed.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        schedule = schedule_called(options["name"]) if options["name"] else _unsaved(options)
        try:
            preview = preview_of(schedule, now=now, count=options["count"])
        except DefinitionError as error:
            raise CommandError("\n".join(map(sentence_of, error.problems))) from error
        language = "ja" if (get_language() or "").startswith("ja") else "en"
        self.stdout.write(self.style.SUCCESS(preview.sentence(language)))
        if options["name"] and not (schedule.enabled and schedule.endpoint.enabled):
            self.stdout.write(self.style.WARNING(_("It is switched off: none of these runs will happen.")))
        if options["name"] and schedule.is_paused(now) and schedule.paused_until is None:
            said = _("It is paused: none of these runs will happen before it is resumed.")
            self.stdout.write(self.style.WARNING(said))
        for run in preview.runs:
            self.stdout.write("  " + _line(run, preview.recurrence.zone, language))
        if not preview.runs:
            self.stdout.write(_("No run lies ahead."))
        for notice in preview.notices:
            self.stdout.write(self.style.WARNING(_said(notice, language)))


def _unsaved(options: dict[str, Any]) -> APIEndpointSchedule:
    zone = options["timezone"] or timezone.get_default_timezone_name()
    rule = options["trading_day_rule"] or APIEndpointSchedule.TradingDayRule.ANY
    return APIEndpointSchedule(
        schedule_type=APIEndpointSchedule.Kind.CRON,
        cron_expression=options["cron"],
        timezone=zone,
        trading_day_rule=rule,
    )


def _line(run: Occurrence, zone: Any, language: str) -> str:
    local: datetime = run.at.astimezone(zone)
    # Numbers, with the weekday in the language: lines stay sortable, and fit below one another.
    weekday = "月火水木金土日"[local.weekday()] if language == "ja" else f"{local:%a}"
    text = f"{local:%Y-%m-%d} ({weekday}) {local:%H:%M:%S} {local:%z}"
    return f"{text}  {_said(run.reason, language)}" if run.reason else text


def _said(words: Reason | Notice, language: str) -> str:
    return words.ja if language == "ja" else words.en


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_RUNS:
        return int(text)
    raise ArgumentTypeError(f'"{text}" is no number from 1 to {MOST_RUNS}.')
