"""Make, revoke and recognise the tokens of scripts."""

import hashlib
import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from schedules.exceptions import TokenRefused
from schedules.models import AccessToken

logger = logging.getLogger(__name__)

#: How keys begin, so that people and scanners of leaked secrets know what they see.
SIGN = "stk_"
#: 256 bits: nobody guesses one, so a plain digest keeps it as well as a slow one would.
KEY_BYTES = 32
#: Signs of a key that are kept to know it by.
PREFIX_LENGTH = 12
LONGEST_KEY = 200
#: "Last used" is written at most this often: a write for each request would cost more than the answer.
USE_NOTED_EVERY = timedelta(minutes=1)


def make_access_token(
    user: Any, *, name: str, scopes: Iterable[str], expires_at: datetime | None, now: datetime
) -> tuple[AccessToken, str]:
    """Make a token and return it with its key, which nobody can show again. ``expires_at`` None: until revoked."""
    key = SIGN + secrets.token_urlsafe(KEY_BYTES)
    token = AccessToken.objects.create(
        user=user,
        name=name,
        prefix=key[:PREFIX_LENGTH],
        digest=digest_of(key),
        scopes=[scope for scope in AccessToken.Scope.values if scope in set(scopes)],
        created_at=now,
        expires_at=expires_at,
    )
    logger.info("token.made token_id=%s user_id=%s scopes=%s", token.pk, token.user_id, ",".join(token.scopes))
    return token, key


def revoke_access_token(token: AccessToken, *, now: datetime) -> bool:
    """Let nobody sign in with the token any more; return whether that changed anything. Twice is once."""
    with transaction.atomic():
        valid = AccessToken.objects.select_for_update().filter(pk=token.pk, revoked_at__isnull=True).first()
        if valid is None:
            return False
        valid.revoked_at = now
        valid.save(update_fields=["revoked_at"])
    logger.info("token.revoked token_id=%s user_id=%s", token.pk, token.user_id)
    return True


def token_of_key(key: str, *, now: datetime) -> AccessToken:
    """Return the valid token of a key, with its user, and note that it was used. Raises TokenRefused."""
    if not key.isascii() or len(key) > LONGEST_KEY:
        raise TokenRefused.unknown()
    token = AccessToken.objects.select_related("user").filter(digest=digest_of(key)).first()
    if token is None or not token.user.is_active:
        raise TokenRefused.unknown()
    if token.revoked_at is not None:
        raise TokenRefused.revoked(token.revoked_at)
    if not token.is_valid(now):
        raise TokenRefused.expired(token.expires_at)
    _note_use(token, now)
    return token


def digest_of(key: str) -> str:
    """Return what is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def _note_use(token: AccessToken, now: datetime) -> None:
    noted_before = now - USE_NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > noted_before:
        return
    # Of many requests at once, one writes.
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lte=noted_before)
    AccessToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
