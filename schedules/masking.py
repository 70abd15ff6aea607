"""Keep secrets out of logs, and of what is stored and shown of a run.

These are values of settings, arguments whose name says so, passwords in addresses, and the keys that this product gives
out: tokens, and the addresses of calendar subscriptions.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

MASK = "***"
#: Django's own list of suspicious words would take AUTH_USER_MODEL for a secret too.
SECRET_NAME = re.compile(r"SECRET|(?:^|_)(?:KEY|TOKEN|PASSWORD)S?$")
#: Addresses that may hold a password.
ADDRESSES = ("REDIS_URL", "CELERY_BROKER_URL")
#: The password in whatever address a text names, of any length. The last @ ends it: it may hold one itself.
PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)([^\s/:@]*):[^\s/]+@")
#: Keys given out by services.access_tokens and services.calendar_feeds, the latter as they stand in an address.
KEYS_GIVEN_OUT = re.compile(r"(?<=\bstk_)[\w-]{20,}|(?<=/calendar/)[\w%-]{20,}(?=\.ics)")
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
    text = KEYS_GIVEN_OUT.sub(MASK, text)
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
    values = list(_texts_named_secret({name: getattr(settings, name) for name in dir(settings) if name.isupper()}))
    values += [database.get("PASSWORD") for database in settings.DATABASES.values()]
    for password in [_password_in(address) for name in ADDRESSES for address in getattr(settings, name, "").split(";")]:
        # As it stands in the address, and as a server's answer may say it.
        values += [password, unquote(password or "")]
    found = {value for value in values if isinstance(value, str) and len(value) >= MIN_LENGTH}
    # The longest first: one may contain another.
    return tuple(sorted(found, key=len, reverse=True))


def _texts_named_secret(group: dict[Any, Any]) -> Iterator[Any]:
    """Yield what stands under suspicious names, also within the settings of one app, which stand in a dictionary."""
    for name, value in group.items():
        if isinstance(value, dict):
            yield from _texts_named_secret(value)
        elif isinstance(name, str) and SECRET_NAME.search(name):
            yield from value if isinstance(value, list | tuple) else [value]


def _password_in(address: str) -> str | None:
    try:
        return urlsplit(address).password
    except ValueError:
        return None
