"""What can go wrong, in one small tree. Each error carries its facts and a sentence for people."""

from datetime import datetime
from typing import Self

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class SchedulesError(Exception):
    """Base of this app's errors; ``str()`` is a sentence in the active language."""


class EngineUnreachable(SchedulesError):
    """Redis did not answer, so what is in force is unknown."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause
        super().__init__(cause)

    def __str__(self) -> str:
        return _("Redis does not answer, so what is in force is not known: %(cause)s") % {"cause": self.cause}


class DispatchFailed(SchedulesError):
    """The broker did not take the message of a run that a person asked for."""

    def __init__(self, schedule_name: str, cause: Exception) -> None:
        self.schedule_name = schedule_name
        self.cause = cause
        super().__init__(schedule_name, cause)

    def __str__(self) -> str:
        sentence = _('"%(name)s" was not started, because the task queue did not take it: %(cause)s')
        return sentence % {"name": self.schedule_name, "cause": self.cause}


class AnswerRefused(SchedulesError):
    """One value that was given makes no sense. ``field`` names it, ``code`` tells scripts what is wrong with it."""

    field = ""
    code = "invalid"


class PauseEndsInThePast(AnswerRefused):
    """A pause was to end before it began."""

    field, code = "until", "in_the_past"

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(until)

    def __str__(self) -> str:
        sentence = _("The pause would have ended already, at %(until)s. Give a later end, or none.")
        return sentence % {"until": f"{timezone.localtime(self.until):%Y-%m-%d %H:%M}"}


class PauseEndsTwice(AnswerRefused):
    """A pause was given two ends."""

    field, code = "until", "two_ends"

    def __str__(self) -> str:
        return _("Give either a time or the next trading day as the end of the pause, not both.")


class TradingDayUnknown(SchedulesError):
    """The calendar of an exchange does not say when it is open next."""

    def __init__(self, schedule_name: str, exchange: str) -> None:
        self.schedule_name, self.exchange = schedule_name, exchange
        super().__init__(schedule_name, exchange)

    def __str__(self) -> str:
        sentence = _('"%(name)s" was not paused, because the next trading day of %(exchange)s is not known.')
        return sentence % {"name": self.schedule_name, "exchange": self.exchange}


class OccurrenceRefused(AnswerRefused):
    """One occurrence cannot be changed as asked. ``code`` says why; ``field`` is ``scheduled_for`` or ``moved_to``."""

    SENTENCES = {
        "no_occurrence": gettext_noop("This schedule has no run at %(at)s."),
        "passed": gettext_noop("The run of %(at)s has passed, so it cannot be changed any more."),
        "original_passed": gettext_noop(
            "%(at)s, the time it was moved from, has passed. Skip the run or move it, instead of undoing the change."
        ),
        "sent": gettext_noop("The run of %(at)s has been sent already, so it cannot be changed any more."),
        "not_changed": gettext_noop("The run of %(at)s has not been changed, so there is nothing to undo."),
        "change_gone": gettext_noop("This one-time change is not there any more, so there is nothing to undo."),
        "ambiguous": gettext_noop(
            "Several one-time changes have to do with %(at)s. Name the one to undo by its number, its id."
        ),
        "too_many": gettext_noop(
            "%(most)d one-time changes of this schedule lie ahead already. Change its rule instead."
        ),
        "target_passed": gettext_noop("%(to)s has passed. Choose a later time."),
        "target_too_far": gettext_noop("%(to)s is more than a year away. Choose an earlier time."),
        "target_outside": gettext_noop(
            "%(to)s lies outside the start and end of the schedule. Choose a time between them."
        ),
        "target_same": gettext_noop("The run is at %(to)s already. Choose another time."),
    }

    #: What makes sense by itself, and only comes too late, or to what is otherwise now.
    CONFLICTS = frozenset({"passed", "original_passed", "sent", "not_changed", "change_gone", "ambiguous", "too_many"})

    def __init__(self, code: str, at: datetime | None, to: datetime | None = None, *, most: int = 0) -> None:
        self.code, self.at, self.to, self.most = code, at, to, most
        self.field = "moved_to" if code.startswith("target_") else "scheduled_for"
        super().__init__(code, at, to)

    @property
    def is_conflict(self) -> bool:
        """Whether it is the state of things that refuses, and not the values."""
        return self.code in self.CONFLICTS

    def __str__(self) -> str:
        to = self.to and f"{timezone.localtime(self.to):%Y-%m-%d %H:%M}"
        at = self.at and f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"
        return _(self.SENTENCES[self.code]) % {"at": at, "to": to, "most": self.most}


class TokenRefused(SchedulesError):
    """A script showed a token that does not let it in. ``code`` says why, ``at`` since when if it once did."""

    def __init__(self, code: str, at: datetime | None = None) -> None:
        self.code = code
        self.at = at
        super().__init__(code, at)

    @classmethod
    def unknown(cls) -> Self:
        return cls("unknown_token")

    @classmethod
    def revoked(cls, at: datetime) -> Self:
        return cls("revoked_token", at)

    @classmethod
    def expired(cls, at: datetime | None) -> Self:
        return cls("expired_token", at)

    def __str__(self) -> str:
        if self.code == "unknown_token" or self.at is None:
            return _("This token is not known here. Make one in the admin, under API tokens.")
        sentence = {
            "revoked_token": _("This token was revoked at %(at)s. Make a new one in the admin, under API tokens."),
            "expired_token": _("This token was valid until %(at)s. Make a new one in the admin, under API tokens."),
        }[self.code]
        return sentence % {"at": f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}"}


class KeyUsedForAnother(SchedulesError):
    """An Idempotency-Key came with a request that is not the one it was first sent with."""

    def __str__(self) -> str:
        return _("This Idempotency-Key was sent with another request before. Use a new key for a new request.")


class ArgumentsRefused(AnswerRefused):
    """A task cannot be called with the arguments that were asked for. ``field``: "args" or "kwargs"."""

    code = "arguments"

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        self.sentence = sentence
        super().__init__(field, sentence)

    def __str__(self) -> str:
        return self.sentence


class TaskRefused(SchedulesError):
    """The settings do not allow the task, or not to this person. ``is_forbidden``: others may."""

    def __init__(self, sentence: str, *, is_forbidden: bool) -> None:
        self.sentence = sentence
        self.is_forbidden = is_forbidden
        super().__init__(sentence)

    def __str__(self) -> str:
        return self.sentence


class ManagedByFile(SchedulesError):
    """What a file owns was to be changed elsewhere."""

    def __init__(self, name: str, owner: str) -> None:
        self.name, self.owner = name, owner
        super().__init__(name, owner)

    def __str__(self) -> str:
        sentence = _(
            '"%(name)s" is managed by a file, under the name "%(owner)s". Change it there and apply the file, or take '
            "it over first. To stop its runs at once, pause it."
        )
        return sentence % {"name": self.name, "owner": self.owner}


class BackfillRefused(AnswerRefused):
    """A backfill was asked for that makes no sense; ``str()`` says why."""

    def __init__(self, field: str, code: str, sentence: str) -> None:
        self.field = field
        self.code = code
        self.sentence = sentence
        super().__init__(field, code, sentence)

    @classmethod
    def in_the_future(cls) -> Self:
        return cls("to_at", "in_the_future", _("The period must have ended. Give an end that is not after now."))

    @classmethod
    def ends_before_it_begins(cls) -> Self:
        return cls("to_at", "end_before_start", _("The end lies before the start. Choose a later one."))

    @classmethod
    def too_many(cls, most: int) -> Self:
        sentence = _("The period holds more than %(most)d occurrences. Choose a shorter one.")
        return cls("from_at", "too_many_occurrences", sentence % {"most": most})

    @classmethod
    def out_of_range(cls, field: str, most: int) -> Self:
        return cls(field, "out_of_range", _("Write a number from 1 to %(most)d.") % {"most": most})

    @classmethod
    def nothing_to_run(cls) -> Self:
        return cls("from_at", "nothing_to_run", _("No occurrence of this period is left to run."))

    def __str__(self) -> str:
        return self.sentence


class NothingToRevert(SchedulesError):
    """What a change had changed is as it was before it."""

    def __str__(self) -> str:
        return _("There is nothing to revert: all of it is as it was before this change.")


class ChangedSince(SchedulesError):
    """A change was to be reverted whose fields somebody has changed once more: that would be lost unseen."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__(fields)

    def __str__(self) -> str:
        sentence = _(
            "The same has been changed once more since: %(fields)s. Read it again; to revert this all the same, send "
            "the ETag of what you have read as If-Match."
        )
        return sentence % {"fields": ", ".join(self.fields)}


class NotRevertible(SchedulesError):
    """A change that cannot be undone. ``why``: one of the constants."""

    CREATED, DELETED, ENDPOINT_GONE, ONE_TIME = "created", "deleted", "endpoint_gone", "one_time"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)

    def __str__(self) -> str:
        return {
            self.CREATED: _("A creation is not reverted. Delete it instead, or switch it off."),
            self.DELETED: _("It has been deleted since. Restore it first: revert the deletion."),
            self.ONE_TIME: _(
                "A one-time change is not reverted. Skip or move the run itself, or undo that on its page."
            ),
            self.ENDPOINT_GONE: _("Its endpoint has been deleted as well. Restore the endpoint first."),
        }[self.why]


class TooManyMissed(AnswerRefused):
    """All that a pause passed over was to be run, and it is more than may be run at a time."""

    field, code = "policy", "too_many_missed"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(most)

    def __str__(self) -> str:
        sentence = _("The pause passed over more than %(most)d runs. Run the latest or none, then backfill.")
        return sentence % {"most": self.most}


class BackfillEnded(SchedulesError):
    """A backfill was to be cancelled that has done all it was asked for."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __str__(self) -> str:
        return _('The backfill "%(name)s" is done already, so there is nothing to cancel.') % {"name": self.name}
