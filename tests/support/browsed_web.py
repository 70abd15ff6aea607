"""The web application for a server that outlives the rows of a test.

Emptying the tables gives every kind of row a new key, which a process of the product never lives to see.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

# Files do not change while tests run, so a browser need not ask for them again. Read when the application is made.
settings.WHITENOISE_MAX_AGE = 3600

from stockura.wsgi import application as stockura  # noqa: E402


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    from django.contrib.contenttypes.models import ContentType

    ContentType.objects.clear_cache()
    return stockura(environ, start_response)
