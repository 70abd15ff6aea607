"""The API key, wrapped so that no log line, repr, traceback or debugging page shows it."""

from django.utils.translation import gettext as _
from requests import PreparedRequest
from requests.auth import AuthBase

from .errors import AuthError

#: What stands in a text where the key was.
MASK = "***"


class ApiKey(AuthBase):
    """Signs requests with ``x-api-key``; its repr and str show only a mask.

    As requests' ``auth`` it also keeps a ``.netrc`` of the machine from adding credentials of its own.
    Raises ``AuthError`` for a key that cannot stand in a header: requests' own error would quote it.
    """

    def __init__(self, key: str) -> None:
        # A key read from a file often ends in a line break; that is no reason to refuse it.
        self._key = key.strip()
        if not self._key:
            raise AuthError(
                _(
                    "There is no J-Quants API key. Copy it from the J-Quants dashboard into the environment "
                    "variable JQUANTS_API_KEY and restart the worker."
                )
            )
        if not (self._key.isascii() and self._key.isprintable()) or " " in self._key:
            raise AuthError(
                _(
                    "JQUANTS_API_KEY contains a space, a line break or a character that is not ASCII, so it is "
                    "no J-Quants API key. Copy it again from the J-Quants dashboard and restart the worker."
                )
            )

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["x-api-key"] = self._key
        return request

    def __repr__(self) -> str:
        return f"ApiKey({MASK})"

    def removed_from(self, text: str) -> str:
        """Return ``text`` with each occurrence of the key masked: a server may repeat what it was sent."""
        return text.replace(self._key, MASK)
