"""Send one message over one channel. Knows no database, so that it may hang in a thread of its own."""

from schedules import conf
from schedules.alerts.sending import chat, mail, webhook
from schedules.alerts.sending.answers import SENT, NotSent, answer_text, technical_detail
from schedules.models import AlertChannel, AlertDelivery

__all__ = ["SENT", "NotSent", "answer_text", "send", "technical_detail"]

_BY_KIND = {
    AlertChannel.Kind.EMAIL: mail.send,
    AlertChannel.Kind.WEBHOOK: webhook.send,
    AlertChannel.Kind.SLACK: chat.send,
}


def send(channel: AlertChannel, delivery: AlertDelivery) -> str:
    """Send ``delivery`` and return what came of it, for ``answer_text``. Raises NotSent."""
    return _BY_KIND[AlertChannel.Kind(channel.kind)](channel, delivery, conf.duration("ALERT_TIMEOUT_SECONDS"))
