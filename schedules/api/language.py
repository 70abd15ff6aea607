"""The language of sentences: ``?lang=`` where it is given, else Accept-Language as everywhere on the site."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError

LANGUAGE_PARAMETER = "lang"


def activate_asked_language(request: Any) -> None:
    """Switch to the language of ``?lang=``; LocaleMiddleware ends it with the request. Raises ValidationError."""
    asked = request.query_params.get(LANGUAGE_PARAMETER)
    if asked is None:
        return
    known = [code for code, _name in settings.LANGUAGES]
    if asked not in known:
        message = _('There is no language "%(asked)s" here. Known are: %(known)s.') % {
            "asked": asked[:20],
            "known": ", ".join(known),
        }
        raise ValidationError({LANGUAGE_PARAMETER: [ErrorDetail(message, code="unknown_language")]})
    translation.activate(asked)
    request._request.LANGUAGE_CODE = asked
