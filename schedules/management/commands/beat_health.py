"""Say whether the beat beside this command is well: a probe for containers and service managers."""

import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from schedules import conf
from schedules.exceptions import EngineUnreachable
from schedules.mirror.mirror import Mirror
from schedules.mirror.presence import read_presences

#: Exit statuses.
HANGS, REDIS_AWAY = 1, 3


class Command(BaseCommand):
    help = (
        "Exit with status 0 when the beat on this machine ticks, leading or waiting; with 1 when it hangs or is not "
        "there, although its process may live; with 3 when Redis does not answer. Needs no database."
    )
    # A database that is away must not make a well beat look ill.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--node", help="The beat to ask for, as HOST:PID; any beat of this machine unless told.")
        parser.add_argument(
            "--max-age",
            type=float,
            help="Seconds since its last tick that are still well; the lock's time unless told.",
        )

    def handle(self, *args: Any, node: str | None, max_age: float | None, **options: Any) -> None:
        now = timezone.now()
        allowed = conf.duration("BEAT_LOCK_SECONDS").total_seconds() if max_age is None else max_age
        try:
            beats = read_presences(Mirror(), now)
        except EngineUnreachable as error:
            self._fail(_("Redis does not answer, so nothing is known of beat: %(cause)s") % {"cause": error.cause})
            sys.exit(REDIS_AWAY)
        host = socket.gethostname()
        mine = [each for each in beats if each.node == node or (node is None and each.node.rpartition(":")[0] == host)]
        if not mine:
            self._fail(_("No beat of %(node)s has been heard of in the last two minutes.") % {"node": node or host})
            sys.exit(HANGS)
        latest = max(mine, key=lambda each: each.seen_at)
        age = (now - latest.seen_at).total_seconds()
        if age > allowed:
            self._fail(
                _("Beat %(node)s ticked last %(age).0f seconds ago; %(allowed).0f are allowed. It hangs.")
                % {"node": latest.node, "age": age, "allowed": allowed}
            )
            sys.exit(HANGS)
        does = _("leads") if latest.leads else _("waits to lead")
        self.stdout.write(
            _("Beat %(node)s %(does)s; its last tick was %(age).1f seconds ago.")
            % {"node": latest.node, "does": does, "age": age}
        )

    def _fail(self, sentence: str) -> None:
        self.stderr.write(self.style.ERROR(sentence))
