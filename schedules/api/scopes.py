"""What kind of request one is: reading, starting runs, or writing. Tokens and throttles go by it.

It follows from the permissions that the request needs, so a new action needs no word of its own about it.
"""

from collections.abc import Iterable

from schedules.models import AccessToken

Scope = AccessToken.Scope


def scope_of(permissions: Iterable[str]) -> AccessToken.Scope:
    """Return the scope of a request that needs these permissions, written as ``app.verb_model``."""
    verbs = {permission.partition(".")[2].partition("_")[0] for permission in permissions}
    if verbs <= {"view"}:
        return Scope.READ
    return Scope.RUN if verbs <= {"view", "run"} else Scope.WRITE
