"""Scripts that had a token of Django REST framework's go on after the upgrade; its own keys are forgotten."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from schedules.models import AccessToken

KEY = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _earlier_table(transactional_db: None) -> Iterator[None]:
    """The table as Django REST framework's app has made it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, created timestamp with time zone NOT NULL, "
            "user_id integer NOT NULL UNIQUE REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED)"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE authtoken_token")


@pytest.fixture
def migrate() -> Any:
    """What 0006 does to data, called on the database as it is."""
    from django.db.migrations.loader import MigrationLoader

    module = importlib.import_module("schedules.migrations.0006_access_tokens")
    state = MigrationLoader(connection).project_state(("schedules", "0005_alerts"))
    for operation in module.Migration.operations[:3]:
        operation.state_forwards("schedules", state)

    def run() -> None:
        with connection.schema_editor() as editor:
            module.take_over_earlier_tokens(state.apps, editor)
            module.hand_over_permissions(apps, editor)

    return run


def forget() -> None:
    """What 0011 does."""
    module = importlib.import_module("schedules.migrations.0011_no_earlier_tokens")
    with connection.schema_editor() as editor:
        module.forget_earlier_tokens(apps, editor)


def an_earlier_token(user: User, made_at: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO authtoken_token (key, created, user_id) VALUES (%s, %s, %s)", [KEY, made_at, user.pk]
        )


def earlier_tokens() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM authtoken_token")
        return int(cursor.fetchone()[0])


def test_an_earlier_token_works_on_and_may_do_what_it_could(migrate: Any) -> None:
    user = User.objects.create_superuser("script")
    made_at = timezone.now()
    an_earlier_token(user, made_at)

    migrate()
    forget()

    token = AccessToken.objects.get()
    assert (token.prefix, token.scopes, token.expires_at) == (KEY[:8], ["read", "run", "write"], None)
    assert token.created_at == made_at
    assert KEY not in str(AccessToken.objects.values().get())
    assert APIClient(HTTP_AUTHORIZATION=f"Token {KEY}").get("/api/v1/schedules").status_code == 200


def test_who_managed_tokens_manages_them_still(migrate: Any) -> None:
    group = Group.objects.create(name="operations")
    kind = ContentType.objects.create(app_label="authtoken", model="token")
    group.permissions.set([Permission.objects.create(content_type=kind, codename="view_token", name="Can view Token")])

    migrate()

    assert {p.codename for p in group.permissions.all()} == {"view_token", "view_accesstoken"}


def test_the_earlier_keys_are_forgotten_and_stand_in_nobodys_way(migrate: Any) -> None:
    user = User.objects.create_superuser("script")
    an_earlier_token(user, timezone.now())
    migrate()
    forget()
    forget()

    assert earlier_tokens() == 0
    user.delete()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_constraint WHERE conrelid = 'authtoken_token'::regclass AND contype = 'f'"
            )
            assert cursor.fetchone() == (0,)
