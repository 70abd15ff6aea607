"""Signing in for scripts: ``Authorization: Token …``."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import TokenAuthentication as DRFTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed


class TokenAuthentication(DRFTokenAuthentication):
    """DRF's tokens. What cannot be a token is refused before a database sees it."""

    def authenticate_credentials(self, key: str) -> Any:
        if not (key.isascii() and key.isalnum()):
            raise AuthenticationFailed(_("Invalid token."))
        return super().authenticate_credentials(key)
