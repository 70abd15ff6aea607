"""People and scripts at the API's door.

Django's models are imported inside the fixtures: pytest reads this file before Django is set up.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from celery import shared_task

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from schedules.models import APIEndpoint

ClientWith = Callable[..., "APIClient"]


@shared_task(name="tests.fetch")
def fetch(trigger: str = "scheduled", *, limit: int = 0) -> dict[str, int]:
    """A task that exists, so that endpoints may name it."""
    return {"limit": limit}


@pytest.fixture
def client_with(db: None) -> ClientWith:
    """Return a maker of clients: ``client_with("view_schedulerun")`` has the token of a new user who may do that."""
    from django.contrib.auth.models import Permission, User

    def make(*permissions: str) -> "APIClient":
        user = User.objects.create_user(f"user{User.objects.count()}")
        known = Permission.objects.filter(content_type__app_label="schedules", codename__in=permissions)
        assert known.count() == len(permissions), f"Not all of {permissions} exist."
        user.user_permissions.set(known)
        return _client_of(user)

    return make


@pytest.fixture
def client(db: None) -> "APIClient":
    """A script that may do everything, and reads English."""
    from django.contrib.auth.models import User

    return _client_of(User.objects.create_superuser("operations"))


@pytest.fixture
def endpoint(db: None) -> "APIEndpoint":
    from schedules.models import APIEndpoint

    return APIEndpoint.objects.create(name="Listed companies", task="tests.fetch", default_args=["scheduled"])


def _client_of(user: object) -> "APIClient":
    from django.utils import timezone
    from rest_framework.test import APIClient

    from schedules.models import AccessToken
    from tests.support.builders import a_key

    client = APIClient(HTTP_ACCEPT_LANGUAGE="en")
    client.credentials(HTTP_AUTHORIZATION=f"Token {a_key(user)}")
    # Its use is noted already, so that each request costs the same.
    AccessToken.objects.update(last_used_at=timezone.now())
    return client
