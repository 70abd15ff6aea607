"""Which try a message is for: a copy of the first one must not begin the second before its time.

Every message that is made of a request (Celery's own retry, ours, a question asked again) carries the request's
headers; so the number of beginnings is noted there.
"""

from typing import Any

#: Header of the Celery message, beside ``messages.HEADER``: how often the run had been begun when it was sent.
HEADER = "stockura_tries"


def note(request: Any, tries: int) -> None:
    """Let what is sent again from ``request`` say that the run has been begun ``tries`` times."""
    request.update(headers={**(request.headers or {}), HEADER: tries})


def tries_before(request: Any) -> int:
    """Return how often the run had been begun when this message was sent; 0 for its first message."""
    tries = (request.headers or {}).get(HEADER)
    return tries if isinstance(tries, int) else 0
