"""People before the pages, and an endpoint that takes any arguments."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from celery import shared_task

if TYPE_CHECKING:
    from django.test import Client

    from schedules.models import APIEndpoint


@shared_task(name="tests.positional")
def nothing(*args: Any) -> None:
    """A task that exists, so that endpoints may name it."""


@pytest.fixture
def endpoint() -> "APIEndpoint":
    from tests.support import tasks  # noqa: F401 (registers them)
    from tests.support.builders import an_endpoint

    return an_endpoint(task="tests.positional")


@pytest.fixture
def chief(client: "Client") -> "Client":
    """Someone who may do everything, and reads English."""
    from django.contrib.auth.models import User

    client.force_login(User.objects.create_superuser("chief"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def staff_with(client: "Client") -> Callable[..., "Client"]:
    """Return a maker of people with just these permissions on schedules."""
    from django.contrib.auth.models import Permission, User

    def make(*codenames: str) -> "Client":
        user = User.objects.create_user("staff", is_staff=True)
        permissions = Permission.objects.filter(content_type__app_label="schedules", codename__in=codenames)
        assert permissions.count() == len(codenames)
        user.user_permissions.set(permissions)
        client.force_login(user)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return make
