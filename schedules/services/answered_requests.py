"""Have a request's effect once, however often it is sent: whoever repeats it gets the answer of the first time.

The row that names the key is written in the transaction of the effect. So there is no state between the two that a
crash could leave behind: either both are there or neither is. A second request with the same key that comes meanwhile
waits at the row for the first one to end.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from schedules.exceptions import KeyUsedForAnother
from schedules.models import AnsweredRequest

logger = logging.getLogger(__name__)

#: How long a key is remembered.
KEPT = timedelta(hours=24)
#: Rows of older keys that are deleted by the way; each request brings one along at most.
FORGOTTEN_AT_ONCE = 20
#: The first one may fail while the second waits for it: then the second is the first.
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Answer:
    """What was answered: an HTTP status and a body. ``is_repeated``: nothing was done this time."""

    status: int
    body: str
    is_repeated: bool = False


def answer_once(user: Any, key: str, digest: str, *, now: datetime, act: Callable[[], Answer]) -> Answer:
    """Return what ``act`` answers, or what it answered to this user's earlier request with this key.

    ``digest`` stands for the whole request. What ``act`` changes it changes in this transaction; what it does outside
    the database it puts off until the commit. When that fails, the error is raised and the key is free again. So it is
    when ``act`` raises: a refused request had no effect, and may be mended. Raises KeyUsedForAnother.
    """
    AnsweredRequest.objects.filter(pk__in=_forgotten(user, key, now)).delete()
    for _attempt in range(MOST_ATTEMPTS):
        if known := AnsweredRequest.objects.filter(user=user, key=key, created_at__gt=now - KEPT).first():
            if known.digest != digest:
                raise KeyUsedForAnother
            return Answer(known.status, known.body, is_repeated=True)
        if answer := _first_answer(AnsweredRequest(user=user, key=key, digest=digest, created_at=now), act):
            return answer
    raise IntegrityError(f"The key {key!r} was taken and given back {MOST_ATTEMPTS} times.")


def _first_answer(row: AnsweredRequest, act: Callable[[], Answer]) -> Answer | None:
    """Act and note the answer; None when another request has taken the key meanwhile."""
    try:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
            except IntegrityError:
                return None
            answer = act()
            row.status, row.body = answer.status, answer.body
            row.save(update_fields=["status", "body"])
    except Exception:
        # Only what was to be done after the commit can leave the row behind. It was not done, and is recorded so
        # (the run is failed, and a message that arrives after all is left alone): the key may serve again.
        AnsweredRequest.objects.filter(pk=row.pk, digest=row.digest).delete()
        raise
    return answer


def _forgotten(user: Any, key: str, now: datetime) -> list[int]:
    """Return rows whose time is over: that of this key, and some others by the way."""
    old = AnsweredRequest.objects.filter(created_at__lte=now - KEPT).order_by()
    this = old.filter(user=user, key=key).values_list("pk", flat=True)
    return [*this, *old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]]
