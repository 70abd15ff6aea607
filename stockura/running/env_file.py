"""The `.env` file of this copy: made on the first run, read on each."""

import os
import secrets
from pathlib import Path

import environ

from .problem import Problem

FIRST_CONTENT = """\
# Written by the first `make run`. What else can stand here: .env.example
# Before other people use this copy: DEBUG=false, and set ALLOWED_HOSTS.
DEBUG=true
SECRET_KEY={secret_key}
"""


def make_env_file(path: Path) -> bool:
    """Write a first ``path`` for development, readable by its owner only; return whether there was none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise Problem(f"The settings file {path} could not be written ({error.strerror}).") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(FIRST_CONTENT.format(secret_key=secrets.token_urlsafe(50)))
    return True


def read_env_file(path: Path) -> None:
    """Add the values of ``path`` to the environment; what is set there already wins, as in settings.py."""
    environ.Env.read_env(path)


def debug_is_on() -> bool:
    """Whether DEBUG is on, as settings.py understands it."""
    return environ.Env().bool("DEBUG", default=False)
