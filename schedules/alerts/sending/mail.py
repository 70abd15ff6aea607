"""Alerts by e-mail, through the mail server of the settings."""

import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from schedules.alerts.sending.answers import SENT, NotSent
from schedules.masking import mask
from schedules.models import AlertChannel, AlertDelivery


def send(channel: AlertChannel, delivery: AlertDelivery, timeout: timedelta) -> str:
    """Send one e-mail to all recipients. ``timeout`` holds for each step of the conversation. Raises NotSent."""
    message = EmailMessage(
        subject=delivery.subject,
        body=delivery.body,
        to=channel.addresses,
        # The same at each attempt: programs that meet it again show it once.
        headers={"Message-ID": f"<{delivery.key}@stockura.alerts>", "Auto-Submitted": "auto-generated"},
        connection=_connection(timeout),
    )
    try:
        message.send()
    except smtplib.SMTPAuthenticationError:
        raise NotSent("mail_login") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent("mail_recipients", ", ".join(map(str, error.recipients))) from None
    except TimeoutError:
        raise NotSent("timeout", f"{timeout.total_seconds():g}") from None
    except (smtplib.SMTPException, OSError) as error:
        text = mask(str(error) or type(error).__name__)
        # Each SMTPException is an OSError too; the others never came as far as the server's words.
        if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPConnectError):
            raise NotSent("mail", text) from None
        raise NotSent("mail_unreachable", f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} {text}") from None
    return SENT


def _connection(timeout: timedelta) -> object:
    # The other backends (files, the tests' own) know no timeout.
    is_smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
    return get_connection(timeout=timeout.total_seconds()) if is_smtp else get_connection()
