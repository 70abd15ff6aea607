"""Addresses in the environment that may hold a password: one that cannot be read is refused without being repeated."""

import sys
import warnings
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

Read = TypeVar("Read")


def read_address(name: str, read: Callable[[], Read]) -> Read:
    """Return what ``read`` makes of the setting ``name``, or end the program with a sentence.

    Not an error: what is printed of one, part by part, ends in a log.
    """
    try:
        with warnings.catch_warnings():
            # django-environ warns of a kind of server that it does not know, and repeats all of the address.
            warnings.simplefilter("error", UserWarning)
            return read()
    except (ValueError, ImproperlyConfigured, UserWarning):
        pass
    sys.exit(
        f"{name} cannot be read as an address. It begins with a known kind of server, such as postgres:// or redis://. "
        "In its user name and password, signs other than letters and digits are written as % and two digits, such as "
        "%2F for /, %40 for @ and %23 for #."
    )


def checked(addresses: str) -> str:
    """Return addresses, separated by semicolons, as they are. Raises ValueError for one that means something else."""
    for address in addresses.split(";"):
        parts = urlsplit(address)
        # A sign that ends the name of the server ends it too early where it stands in the password.
        is_cut = bool(parts.netloc) and "@" not in parts.netloc and "@" in address
        if is_cut or parts.port == 0:
            raise ValueError(address)
    return addresses
