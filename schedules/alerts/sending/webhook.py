"""Alerts to a program: JSON, signed.

The receiver computes HMAC-SHA256 with the channel's secret over ``t``, a full stop and the body as it came, and
compares it with ``v1`` of the header ``X-Stockura-Signature: t=…,v1=…``; a ``t`` (seconds since 1970) that lies minutes
back is a replay. ``X-Stockura-Delivery`` is the same at each attempt, and stands in the body as "id".
"""

import hashlib
import hmac
import json
import time
from datetime import timedelta

from schedules.alerts.sending.http import post
from schedules.models import AlertChannel, AlertDelivery

SIGNATURE, DELIVERY = "X-Stockura-Signature", "X-Stockura-Delivery"


def send(channel: AlertChannel, delivery: AlertDelivery, timeout: timedelta) -> str:
    """Post the content of ``delivery``. Raises NotSent."""
    content = {"id": str(delivery.key), **delivery.payload}
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = {DELIVERY: str(delivery.key)}
    if channel.secret:
        headers[SIGNATURE] = signature(channel.secret, body, int(time.time()))
    return post(channel.url, body, headers, timeout)


def signature(secret: str, body: bytes, at: int) -> str:
    """Return the header's value; ``at`` is in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
