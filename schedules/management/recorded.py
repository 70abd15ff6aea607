"""Commands whose changes stand in the history under their own name."""

from typing import Any

from django.core.management.base import BaseCommand

from schedules import actors


class RecordedCommand(BaseCommand):
    """The base of every command of this app that changes what is recorded."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        name = type(self).__module__.rpartition(".")[2]
        with actors.acting(door=actors.COMMAND, through=name):
            return super().execute(*args, **options)
