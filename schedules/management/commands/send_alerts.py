"""Look for what is to be told, and send it; with --loop for ever."""

import signal
import threading
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.alerts.watcher import Watcher, look_and_send, own_name
from schedules.alerts.watching import is_watched

#: How long a single look waits for its receivers.
WITHIN = timedelta(minutes=1)


class Command(BaseCommand):
    help = (
        "Look once for what is to be told, and send what is due. With --loop, go on until stopped: a process of its "
        "own, that tells when beat or all workers are gone. Several of them take turns."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--loop", action="store_true", help="Go on until SIGTERM or Ctrl-C.")
        how.add_argument(
            "--check", action="store_true", help="Only say whether anybody has looked lately; exit status 1 if not."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            if not is_watched(timezone.now()):
                raise CommandError(_("Nobody has looked lately for what is to be told."))
            return
        if not options["loop"]:
            count = look_and_send(own_name("command"), WITHIN)
            said = ngettext("%(count)d new message.", "%(count)d new messages.", count)
            self.stdout.write(self.style.SUCCESS(said % {"count": count}))
            return
        watcher = Watcher(own_name("alerts"))
        for number in (signal.SIGTERM, signal.SIGINT):
            # From a thread: the signal may come while this one holds the very lock that stopping needs.
            signal.signal(number, lambda *_args: threading.Thread(target=watcher.stop).start())
        self.stdout.write(_("Looking for what is to be told."))
        self.stdout.flush()
        watcher.run()
