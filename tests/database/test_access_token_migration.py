"""Scripts that had a token of Django REST framework's go on after the upgrade."""

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from schedules.models import AccessToken

KEY = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_an_earlier_token_works_on_and_may_do_what_it_could(migrate: Any) -> None:
    user = User.objects.create_superuser("script")
    made_at = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO authtoken_token (key, created, user_id) VALUES (%s, %s, %s)", [KEY, made_at, user.pk]
        )

    migrate()

    token = AccessToken.objects.get()
    assert (token.prefix, token.scopes, token.expires_at) == (KEY[:8], ["read", "run", "write"], None)
    assert token.created_at == made_at
    assert KEY not in str(AccessToken.objects.values().get())
    assert APIClient(HTTP_AUTHORIZATION=f"Token {KEY}").get("/api/v1/schedules").status_code == 200


def test_who_managed_tokens_manages_them_still(migrate: Any) -> None:
    group = Group.objects.create(name="operations")
    group.permissions.set(Permission.objects.filter(content_type__app_label="authtoken", codename="view_token"))

    migrate()

    assert {p.codename for p in group.permissions.all()} == {"view_token", "view_accesstoken"}
