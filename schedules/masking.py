"""Keep secrets out of what is stored and shown of a run: values of settings and arguments whose name says so."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

MASK = "***"
#: Django's own list of suspicious words would take AUTH_USER_MODEL for a secret too.
SECRET_NAME = re.compile(r"SECRET|(?:^|_)(?:KEY|TOKEN|PASSWORD)S?$")
#: Addresses that may hold a password.
ADDRESSES = ("REDIS_URL", "CELERY_BROKER_URL")
#: The password in whatever address a text names, of any length.
PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+@")
#: Names of arguments and of parts of a result whose texts are secrets, whatever they are.
SECRET_ARGUMENT = re.compile(r"(?:^|[_-])(?:secret|passw(?:or)?d|token|(?:api|access|private|secret)[_-]?key)s?$", re.I)
#: Shorter values would mask parts of ordinary words.
MIN_LENGTH = 9


def mask(text: str) -> str:
    """Return ``text`` without any secret of the settings and any password in an address.

    Also without what a database cannot keep: NUL, and half a surrogate pair, which undecodable file names hold.
    """
    for secret in _secrets():
        text = text.replace(secret, MASK)
    text = PASSWORD_IN_ADDRESS.sub(rf"\1:{MASK}@", text)
    return text.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")


def mask_all(value: Any) -> Any:
    """Return JSON-ready ``value`` with every text in it masked, and texts whose name says that they are secret."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {
            mask(str(key)): MASK if _is_secret(str(key), below) else mask_all(below) for key, below in value.items()
        }
    if isinstance(value, list | tuple):
        return [mask_all(below) for below in value]
    return value


def holds_secret(value: Any) -> bool:
    """Say whether a secret of the settings, or an address with its password, stands somewhere in ``value``."""
    if isinstance(value, str):
        return bool(PASSWORD_IN_ADDRESS.search(value)) or any(secret in value for secret in _secrets())
    if isinstance(value, dict):
        return any(holds_secret(str(key)) or holds_secret(below) for key, below in value.items())
    return isinstance(value, list | tuple) and any(map(holds_secret, value))


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and value != "" and SECRET_ARGUMENT.search(name) is not None


@lru_cache(maxsize=1)
def _secrets() -> tuple[str, ...]:
    values: list[Any] = []
    for name in dir(settings):
        if SECRET_NAME.search(name):
            value = getattr(settings, name)
            values += value if isinstance(value, list | tuple) else [value]
    values += [database.get("PASSWORD") for database in settings.DATABASES.values()]
    for password in [_password_in(getattr(settings, name, "")) for name in ADDRESSES]:
        # As it stands in the address, and as a server's answer may say it.
        values += [password, unquote(password or "")]
    found = {value for value in values if isinstance(value, str) and len(value) >= MIN_LENGTH}
    # The longest first: one may contain another.
    return tuple(sorted(found, key=len, reverse=True))


def _password_in(address: str) -> str | None:
    try:
        return urlsplit(address).password
    except ValueError:
        return None
