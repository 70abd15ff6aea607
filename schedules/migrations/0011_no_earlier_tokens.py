"""The tokens of Django REST framework, which 0006 has taken over, are forgotten; its app is not installed any more."""

from django.db import migrations

EARLIER_TABLE = "authtoken_token"


def forget_earlier_tokens(apps, schema_editor):
    """Delete the keys, which are valid still and stand there in plain text, and what ties their table to the users.

    The table itself stays, empty: the previous release asks it when it deletes a user. It may be dropped at any time.
    """
    connection = schema_editor.connection
    if EARLIER_TABLE not in connection.introspection.table_names():
        return
    table = schema_editor.quote_name(EARLIER_TABLE)
    schema_editor.execute(f"DELETE FROM {table}")
    if connection.vendor != "postgresql":
        return  # SQLite cannot drop a constraint, and an empty table is in nobody's way there.
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, EARLIER_TABLE)
    for name, constraint in constraints.items():
        if constraint["foreign_key"]:
            # With it, PostgreSQL would refuse to empty the table of users, as `manage.py flush` does.
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [("schedules", "0010_runs_by_trigger")]

    operations = [migrations.RunPython(forget_earlier_tokens, migrations.RunPython.noop, elidable=True)]
