"""What came of an attempt: a code and a detail in the row, a sentence for people. Never an address or a secret."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SENT = "sent"
SEPARATOR = ":"
MAX_DETAIL = 200

SENTENCES: dict[str, Any] = {
    SENT: _("Accepted by the receiver."),
    "status": _("The receiver answered with status %(detail)s."),
    "redirect": _("The receiver redirects (status %(detail)s), which is not followed. Enter the final address."),
    "timeout": _("The receiver did not answer in time (%(detail)s s)."),
    "unknown_host": _('There is no server named "%(detail)s".'),
    "private": _(
        'The address of "%(detail)s" is a private one. Whoever runs this system can allow it '
        "with SCHEDULES_ALERT_PRIVATE_HOSTS."
    ),
    "certificate": _(
        "The receiver's certificate is not valid, so nothing was sent. Check the address, and whether the certificate "
        "has run out."
    ),
    "connection": _(
        "The receiver could not be reached. Check that the address is right, and that the receiver runs and can be "
        "reached from here."
    ),
    "mail_login": _("The mail server did not accept the login of EMAIL_URL."),
    "mail_recipients": _("The mail server refuses the recipients: %(detail)s"),
    "mail_unreachable": _(
        "The mail server could not be reached. Check that EMAIL_URL names the right server and port, and that the "
        "server runs and can be reached from here."
    ),
    "mail": _("The mail server did not take the message. Check the settings of EMAIL_URL with whoever runs it."),
    "channel_gone": _("The channel was deleted or switched off before it could be sent."),
    "error": _("It could not be sent, for a reason that is not known here. The log of the alerts says more."),
}
#: Answers whose detail is a program's words, which help those who mend it and no others.
TECHNICAL = frozenset({"certificate", "connection", "mail", "mail_unreachable", "error"})


class NotSent(Exception):
    """A message did not get through; ``answer`` says why, for ``answer_text``."""

    def __init__(self, code: str, detail: object = "") -> None:
        self.answer = answer(code, detail)
        super().__init__(self.answer)


def answer(code: str, detail: object = "") -> str:
    text = " ".join(str(detail).split())[:MAX_DETAIL]
    return f"{code}{SEPARATOR}{text}" if text else code


def answer_text(stored: str) -> str:
    """Return the sentence of a stored answer in the active language; empty when there is none yet."""
    code, _separator, detail = stored.partition(SEPARATOR)
    sentence = SENTENCES.get(code)
    return str(sentence) % {"detail": detail} if sentence else stored


def technical_detail(stored: str) -> str:
    """Return what a program said of it, in its own words; empty where the sentence says all."""
    code, _separator, detail = stored.partition(SEPARATOR)
    return detail if code in TECHNICAL else ""
