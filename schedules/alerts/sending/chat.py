"""Alerts to a chat that speaks Slack's incoming webhooks (Slack, Mattermost, Rocket.Chat, Discord's /slack)."""

import json
from datetime import timedelta

from schedules.alerts.sending.http import post
from schedules.models import AlertChannel, AlertDelivery

#: Slack shows about this many characters of a text.
MAX_TEXT = 3_800


def send(channel: AlertChannel, delivery: AlertDelivery, timeout: timedelta) -> str:
    """Post the text of ``delivery``. Raises NotSent."""
    text = delivery.body if len(delivery.body) <= MAX_TEXT else f"{delivery.body[:MAX_TEXT]}…"
    body = json.dumps({"text": escaped(text)}, ensure_ascii=False).encode()
    return post(channel.url, body, {}, timeout)


def escaped(text: str) -> str:
    """Return ``text`` without Slack's control signs, by which an error text could call everybody (<!channel>)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
