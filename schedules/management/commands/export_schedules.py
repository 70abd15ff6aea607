"""Write endpoints, schedules and exceptional days as a file that apply_schedules reads."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from schedules.services.files.writing import row_count, written

STDOUT = "-"


class Command(BaseCommand):
    help = "Write endpoints, schedules and exceptional days as YAML, which apply_schedules reads. Nothing is changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default=STDOUT, help='Where to write; "-", the default, is stdout.')
        parser.add_argument(
            "--owner", default="", metavar="NAME", help="Only what this owner's file manages, and under its name."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        owner, total = options["owner"], row_count(owner=options["owner"])
        if owner and not total:
            raise CommandError(_('Nothing is managed by "%(owner)s".') % {"owner": owner})
        # tqdm shows the bar on a terminal only, so that logs and pipes hold the file alone.
        bar = tqdm(
            written(owner=owner),
            total=total,
            unit="",
            desc=_("Entries"),
            file=self.stderr,
            disable=None if options["verbosity"] else True,
        )
        if options["file"] == STDOUT:
            for piece in bar:
                self.stdout.write(piece, ending="")
            return
        path = Path(options["file"])
        try:
            # Beside its place first: a full disk must not leave half a file where a whole one was.
            unfinished = path.with_name(f".{path.name}.unfinished")
            with unfinished.open("w", encoding="utf-8") as file:
                file.writelines(bar)
            unfinished.replace(path)
        except OSError as error:
            raise CommandError(
                _("%(path)s cannot be written: %(cause)s.") % {"path": path, "cause": error.strerror}
            ) from error
        self.stderr.write(_("Written to %(path)s: %(count)d entries.") % {"count": total, "path": path})
