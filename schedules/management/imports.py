"""What ``migrate_schedules --from-…`` does and says: what was taken, adapted or left and why, and the switch-over."""

import time
import unicodedata
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from schedules.management.telling import tell_what_is_not_in_force
from schedules.services.importing import django_celery_beat, switching_over
from schedules.services.importing.beat_schedule import found_entries
from schedules.services.importing.found import Found
from schedules.services.importing.taking_over import Fate, Taken, take_over

_DRY = "dry_run"


def import_schedules(command: BaseCommand, options: dict[str, Any]) -> None:
    """Carry out the options of the command; see its help."""
    with tell_what_is_not_in_force(command):
        if options["from_django_celery_beat"]:
            _from_django_celery_beat(command, options)
        if options["from_beat_schedule"]:
            _from_beat_schedule(command, options)


def _from_django_celery_beat(command: BaseCommand, options: dict[str, Any]) -> None:
    if not django_celery_beat.is_installed():
        raise CommandError(
            _("django-celery-beat is not among INSTALLED_APPS, so its rows cannot be read. Add it for the migration.")
        )
    zone, switches = str(current_app.timezone), options["switch_over"] and not options[_DRY]
    # One that was killed is finished first: nothing of it runs anywhere until then.
    if switches and switching_over.is_under_way():
        _finish(command, zone)
    now = timezone.now()
    taken = _taken(command, django_celery_beat.found_rows(now=now, timezone=zone), options)
    if switches and (names := switching_over.begin(taken, now=now)):
        said = _("Held back at django-celery-beat: %(count)d. Waiting %(seconds)d s until its beat has noticed.")
        command.stdout.write(said % {"count": len(names), "seconds": options["wait"]})
        _wait(command, options["wait"])
        _finish(command, zone)


def _finish(command: BaseCommand, zone: str) -> None:
    done = switching_over.finish(now=timezone.now(), timezone=zone)
    command.stdout.write(command.style.SUCCESS(_("Switched over: %(count)d.") % {"count": len(done)}))


def _from_beat_schedule(command: BaseCommand, options: dict[str, Any]) -> None:
    stopped_at, now = options["stopped_at"], timezone.now()
    if options["switch_over"] and stopped_at is None:
        raise CommandError(
            _(
                "Entries of beat_schedule stand in code, and cannot be switched off from here. Stop that beat, repeat "
                "the command with --stopped-at and the moment at which it stopped, and take them out before a beat "
                "starts again."
            )
        )
    if stopped_at is not None and stopped_at > now:
        raise CommandError(_("--stopped-at lies in the future. Stop that beat first."))
    taken = _taken(command, found_entries(current_app._get_current_object(), now=now, last_run_at=stopped_at), options)
    if options["switch_over"] and not options[_DRY]:
        done = switching_over.put_in_force_all(taken, since=stopped_at, now=now)
        command.stdout.write(command.style.SUCCESS(_("Switched over: %(count)d.") % {"count": len(done)}))


def _taken(command: BaseCommand, found: Sequence[Found], options: dict[str, Any]) -> list[Taken]:
    bar = tqdm(found, unit="", desc=_("Entries"), file=command.stderr, disable=None if options["verbosity"] else True)
    with transaction.atomic():
        taken = [take_over(entry) for entry in bar]
        if options[_DRY]:
            transaction.set_rollback(True)
    _tell(command, taken)
    return taken


def _tell(command: BaseCommand, taken: Sequence[Taken]) -> None:
    words: dict[Fate, tuple[str, Callable[[str], str]]] = {
        Fate.TAKEN: (_("taken over"), command.style.SUCCESS),
        Fate.ADAPTED: (_("adapted"), command.style.WARNING),
        Fate.PRESENT: (_("there already"), str),
        Fate.LEFT: (_("left out"), command.style.ERROR),
    }
    width = max(_cells(word) for word, _style in words.values())
    for entry in taken:
        word, style = words[entry.fate]
        padding = " " * (width - _cells(word))
        command.stdout.write(f"{style(word)}{padding}  {entry.found.name}  {entry.why}".rstrip())
    counts = [f"{word}: {sum(entry.fate == fate for entry in taken)}" for fate, (word, _style) in words.items()]
    command.stdout.write(", ".join(counts))


def _cells(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes: a Japanese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _wait(command: BaseCommand, seconds: float) -> None:
    until = time.monotonic() + seconds
    with tqdm(total=round(seconds), unit="s", file=command.stderr, disable=None) as bar:
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, timedelta(seconds=1).total_seconds()))
            bar.update(1)
