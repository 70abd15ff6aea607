"""Signing in for scripts: ``Authorization: Token …`` or ``Bearer …``."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from schedules.exceptions import TokenRefused
from schedules.models import AccessToken
from schedules.services.access_tokens import token_of_key

#: The words before the key; either will do.
WORDS = (b"token", b"bearer")


class AccessTokenAuthentication(BaseAuthentication):
    """The tokens that people make in the admin. ``request.auth`` is then the token, ``str()`` of it its name."""

    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        word, *keys = get_authorization_header(request).split() or [b""]
        if word.lower() not in WORDS:
            return None
        if len(keys) != 1:
            raise AuthenticationFailed(
                _("Write one token after the word: Authorization: Token stk_…"), "malformed_token"
            )
        try:
            token = token_of_key(keys[0].decode("latin-1"), now=timezone.now())
        except TokenRefused as error:
            raise AuthenticationFailed(str(error), error.code) from error
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"
