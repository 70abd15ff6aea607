"""The address of the test database, for processes that a test starts."""

import os
from urllib.parse import urlsplit, urlunsplit

from django.db import connection


def test_database_url() -> str:
    """Return a DATABASE_URL for the database that Django's tests use now (call it once the database
    exists).
    """
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


test_database_url.__test__ = False  # type: ignore[attr-defined]  # a helper, though its name begins like a test
