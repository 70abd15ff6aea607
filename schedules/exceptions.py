"""What can go wrong, in one small tree. Each error carries its facts and a sentence for people."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _


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


class PauseEndsInThePast(SchedulesError):
    """A pause was to end before it began."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(until)

    def __str__(self) -> str:
        sentence = _('The pause would have ended already, at %(until)s. Give a later end, or none.')
        return sentence % {"until": f"{timezone.localtime(self.until):%Y-%m-%d %H:%M}"}
