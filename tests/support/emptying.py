"""Emptying the tables after a test with committed rows, in a tenth of the time of Django's own way.

Django empties every table and then makes every content type and permission anew: a hundred queries, most of what a
small test costs. Here only tables with rows are emptied, and content types and permissions stay as they are, as in
production. A test that has changed even these (one of a migration) is cleared up after in Django's way.
"""

from typing import Any

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

#: Filled when the database is made, by Django.
KEPT_TABLES = ("django_content_type", "auth_permission")


def empty_quickly_from_now_on() -> None:
    """Call it once, when the test database has been made and no test has used it."""
    kept = {alias: _kept_rows(connections[alias]) for alias in connections}

    def teardown(case: TransactionTestCase) -> None:
        for alias in case._databases_names(include_mirrors=False):
            connection = connections[alias]
            if _kept_rows(connection) == kept[alias]:
                _empty(connection)
            else:
                call_command("flush", verbosity=0, interactive=False, database=alias, reset_sequences=False)
                kept[alias] = _kept_rows(connection)

    TransactionTestCase._fixture_teardown = teardown


def _kept_rows(connection: BaseDatabaseWrapper) -> list[Any]:
    with connection.cursor() as cursor:
        found: list[Any] = []
        for table in KEPT_TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found += cursor.fetchall()
    return found


def _empty(connection: BaseDatabaseWrapper) -> None:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    asked = (
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
        for table in sorted(tables.difference(KEPT_TABLES))
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        filled = [row[0] for row in cursor.fetchall()]
    if filled:
        # With what refers to them, which is empty then or filled itself; nothing that is kept refers to any of them.
        connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), filled, allow_cascade=True))
