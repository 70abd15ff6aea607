"""Delete old runs now, rather than when the leading beat does it, once a day."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from schedules.services import retention


class Command(BaseCommand):
    help = (
        "Delete runs older than RUNS_KEPT_DAYS of the settings (400 days). Runs that have not ended and the latest run "
        "of each schedule stay. The leading beat does the same once a day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=_days, metavar="N", help="Keep the runs of the last N days instead of the setting's."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say how many would be deleted.")

    def handle(self, *args: Any, **options: Any) -> None:
        before = retention.kept_since(timezone.now(), options["days"])
        if before is None:
            raise CommandError(
                _("RUNS_KEPT_DAYS is 0: the history is kept for ever. Say with --days N how many days to keep.")
            )
        day = timezone.localtime(before).strftime("%Y-%m-%d %H:%M")
        count = retention.old_runs(before).count()
        if options["dry_run"]:
            said = ngettext(
                "%(count)d run from before %(day)s would be deleted.",
                "%(count)d runs from before %(day)s would be deleted.",
                count,
            )
        else:
            with self._progress(count, options["verbosity"]) as bar:
                count = retention.delete_old_runs(before, tell=lambda deleted: bar.update(deleted - bar.n))
            said = ngettext(
                "%(count)d run from before %(day)s deleted.", "%(count)d runs from before %(day)s deleted.", count
            )
        self.stdout.write(self.style.SUCCESS(said % {"count": count, "day": day}))

    def _progress(self, total: int, verbosity: int) -> Any:
        # tqdm shows the bar on a terminal only, so that logs and pipes hold the sentences alone.
        return tqdm(total=total, unit="", desc=_("Runs"), file=self.stderr, disable=None if verbosity else True)


def _days(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= retention.MAX_DAYS:
        return int(text)
    raise ArgumentTypeError(f'"{text}" is no number of days from 1 to {retention.MAX_DAYS}.')
