"""Make the database say what a file says: the whole of it or nothing."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from schedules.management.recorded import RecordedCommand
from schedules.management.telling import printable, tell_what_is_not_in_force
from schedules.services.files.applying import apply_file
from schedules.services.files.plan import Change, Plan, Verb
from schedules.services.files.problems import FileRefused

STDIN = "-"
SIGNS = {Verb.CREATED: "+", Verb.CHANGED: "~", Verb.DELETED: "-", Verb.UNCHANGED: "="}


class Command(RecordedCommand):
    help = (
        "Apply a YAML file of endpoints, schedules and exceptional days, as export_schedules writes it: all of it or, "
        "if anything is wrong, nothing. What it says already is left alone. Pauses and runs are never touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help='The file; "-" is stdin.')
        parser.add_argument("--plan", action="store_true", help="Only say what would be changed.")
        parser.add_argument(
            "--prune", action="store_true", help="Also delete what the file's owner manages and the file does not name."
        )
        parser.add_argument(
            "--take-over",
            action="store_true",
            help="Let the file's owner manage entries that another owner manages; a file without one gives them back.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        text = self._text(options["file"])
        bar: Any = tqdm(unit="", desc=_("Entries"), file=self.stderr, disable=None if options["verbosity"] else True)
        try:
            with tell_what_is_not_in_force(self), bar:
                plan = apply_file(
                    text,
                    dry_run=options["plan"],
                    prune=options["prune"],
                    take_over=options["take_over"],
                    tell=lambda done: bar.update(done - bar.n),
                )
        except FileRefused as error:
            raise CommandError(printable(str(error))) from error
        self._tell(plan, is_plan=options["plan"], shows_all=options["verbosity"] > 1)

    def _text(self, name: str) -> str:
        try:
            raw = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
        except OSError as error:
            raise CommandError(
                _("%(path)s cannot be read: %(cause)s.") % {"path": name, "cause": error.strerror}
            ) from error
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise CommandError(
                _("%(path)s is not UTF-8: see line %(line)d. Save it as UTF-8.") % {"path": name, "line": line}
            ) from error

    def _tell(self, plan: Plan, *, is_plan: bool, shows_all: bool) -> None:
        section = ""
        for change in plan.changes:
            if change.verb == Verb.UNCHANGED and change.owner is None and not shows_all:
                continue
            if change.section != section:
                section = change.section
                self.stdout.write(f"{section}:")
            self._tell_change(change)
        said = _("%(created)d to create, %(changed)d to change, %(deleted)d to delete, %(unchanged)d unchanged.")
        if not is_plan:
            said = _("%(created)d created, %(changed)d changed, %(deleted)d deleted, %(unchanged)d unchanged.")
        self.stdout.write(self.style.SUCCESS(said % {str(verb): plan.count(verb) for verb in Verb}))

    def _tell_change(self, change: Change) -> None:
        style = {Verb.CREATED: self.style.SUCCESS, Verb.DELETED: self.style.ERROR}.get(change.verb, str)
        self.stdout.write(style(f"  {SIGNS[change.verb]} {printable(change.title)}"))
        for field in change.fields:
            self.stdout.write(printable(f"      {field.name}: {field.before} → {field.after}"))
        if change.owner:
            self.stdout.write("      " + _('managed by "%(owner)s" from now on') % {"owner": change.owner})
        elif change.owner is not None:
            self.stdout.write("      " + _("kept in the pages from now on"))
