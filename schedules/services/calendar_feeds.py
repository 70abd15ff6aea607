"""Make calendar subscriptions, and find one by its secret."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from schedules.models import CalendarFeed

#: Bytes of randomness: nobody guesses an address.
SECRET_BYTES = 32
#: Reading is noted at most as often.
NOTED_EVERY = timedelta(minutes=5)


def make_feed(user: Any, *, name: str, language: str) -> tuple[CalendarFeed, str]:
    """Return a new subscription of ``user`` and its secret, which is not kept anywhere."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    feed = CalendarFeed.objects.create(user=user, name=name, language=language, secret_hash=_hash(secret))
    return feed, secret


def feed_to_read(secret: str, *, now: datetime) -> CalendarFeed | None:
    """Return the subscription of ``secret`` and note that it is read.

    None when there is none any more, or when its person may not see schedules (any more).
    """
    feed = CalendarFeed.objects.select_related("user").filter(secret_hash=_hash(secret)).first()
    may = None if feed is None or not feed.user.is_active else feed.user.has_perm
    if may is None or not (may("schedules.view_apiendpointschedule") or may("schedules.change_apiendpointschedule")):
        return None
    if feed.last_read_at is None or now - feed.last_read_at >= NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_read_at=now)
    return feed


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
