"""Why an occurrence did not run, or a run ended otherwise than by its task: named, so that all doors say the same."""

import re

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Kept in ``ScheduleRun.state_reason``; what is no reason of these stands there as a sentence of its own."""

    OUTSIDE_WINDOW = "outside_window", _("Beat could send it only after its catch-up window had ended.")
    COALESCED = "coalesced", _("Several runs were overdue; only the latest of them was made up for.")
    CATCH_UP_SKIPPED = "catch_up_skipped", _("It was overdue, and this schedule makes up for nothing.")
    OVERLAP = "overlap", _("The previous run had not ended.")
    QUEUE_FULL = "queue_full", _("The previous run had not ended, and another one was waiting already.")
    WAITING = "waiting", _("Waits for the previous run to end.")
    CHANGED = "changed", _("The schedule was changed before beat had sent it.")
    SKIPPED_ONCE = "skipped_once", _("A person skipped this one run.")
    MOVED_ONCE = "moved_once", _("A person moved this one run to another time.")
    DISABLED = "disabled", _("The schedule or its endpoint was switched off before a worker began.")
    PAUSED = "paused", _("The schedule was paused at that time.")
    DELETED = "deleted", _("The schedule was deleted before a worker began.")
    EXPIRED = "expired", _("No worker began it before it expired.")
    REVOKED = "revoked", _("It was revoked by hand at the workers.")
    NOT_ALLOWED = "not_allowed", _("This site does not allow its task to be called.")
    BACKFILL_CANCELLED = "backfill_cancelled", _("Its backfill was cancelled before a worker began.")
    NO_SIGN_OF_LIFE = "no_sign_of_life", _("Its worker gave no sign of life any more.")

    @classmethod
    def by_a_person(cls) -> tuple[str, ...]:
        """Return the reasons of occurrences that a person took out of their rule: beat has never dealt with them."""
        return cls.SKIPPED_ONCE, cls.MOVED_ONCE


#: How the ledger writes the reason of a pause that nobody asked for; stored in English, whoever reads it later.
_PAUSED_BY_ITSELF = re.compile(r"Paused by itself after (?P<count>\d+) failures in a row\.")

#: How Celery's pool says that a process of a worker was killed from outside.
_KILLED = re.compile(r"Worker exited prematurely: (?:signal (?P<signal>\d+)|exitcode (?P<exit>-?\d+))")

#: How it says that it ended one that worked for longer than its task may.
_OUT_OF_TIME = re.compile(r"TimeLimitExceeded\((?P<seconds>[0-9.]+)")


def error_text(error: str) -> str:
    """Return a run's error as people read it; what a task says of itself stays as it is."""
    if found := _KILLED.search(error):
        what = found["signal"] or found["exit"]
        return gettext(
            "The worker process was killed while it ran (signal %(signal)s), often because memory ran out."
        ) % {"signal": what}
    if found := _OUT_OF_TIME.search(error):
        return gettext("It was ended, because it ran longer than its time limit (%(seconds)s s).") % {
            "seconds": f"{float(found['seconds']):g}"
        }
    return error


def pause_text(reason: str) -> str:
    """Return the reason of a pause as people read it: what a person wrote stays as it is."""
    if found := _PAUSED_BY_ITSELF.fullmatch(reason):
        return gettext("Paused by itself after %(count)d failures in a row.") % {"count": int(found["count"])}
    return reason
