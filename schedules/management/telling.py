"""What a command says after a change that beat could not be told."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import BaseCommand

from schedules.services.mirroring import mirror_problem


@contextmanager
def tell_what_is_not_in_force(command: BaseCommand) -> Iterator[None]:
    """Warn when what is changed meanwhile is saved, and Redis does not answer."""
    mirror_problem()  # What an earlier call left unread is not about this one.
    yield
    if problem := mirror_problem():
        command.stderr.write(command.style.WARNING(problem))


def printable(text: str) -> str:
    """Return ``text`` with signs written out by which a file or a name could steer the terminal."""
    return "".join(sign if sign.isprintable() or sign in "\n　" else repr(sign)[1:-1] for sign in text)
