"""Try a channel, so that the first real alert is not the first message ever sent over it."""

import secrets
from datetime import datetime

from schedules.alerts.composing import compose_test
from schedules.alerts.delivering import send_now
from schedules.models import AlertChannel, AlertDelivery

SECRET_BYTES = 32


def send_test(channel_id: int, *, language: str, now: datetime) -> AlertDelivery:
    """Send a test at once, whether or not the channel is switched on, and return the message with its outcome.

    It is kept among the other messages and never tried again. Raises AlertChannel.DoesNotExist.
    """
    channel = AlertChannel.objects.get(pk=channel_id)
    message = compose_test(channel.name, language, now)
    delivery = AlertDelivery.objects.create(
        channel=channel,
        channel_name=channel.name,
        kind=AlertDelivery.Kind.TEST,
        subject=message.subject,
        body=message.body,
        payload=message.payload,
        attempts=1,
        # Whoever asked sends it; no watcher is to take it up meanwhile, or ever.
        state=AlertDelivery.State.GIVEN_UP,
        next_attempt_at=now,
        created_at=now,
    )
    send_now(channel, delivery)
    delivery.refresh_from_db()
    return delivery


def new_secret() -> str:
    """Return a secret by which a webhook's messages are signed."""
    return secrets.token_urlsafe(SECRET_BYTES)
