"""The description of the API, and its pages, which need no internet."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import call_command
from rest_framework.test import APIClient


def test_the_schema_is_valid_and_nothing_in_it_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--format=openapi-json")

    assert '"openapi": "3.1.0"' in capsys.readouterr().out


def test_the_schema_shows_plain_addresses_and_how_each_refuses(client: APIClient) -> None:
    answer = client.get("/api/v1/schema", HTTP_ACCEPT="application/vnd.oai.openapi+json")
    paths = answer.json()["paths"]

    assert "/api/v1/endpoints/{id}" in paths
    assert not [path for path in paths if path.endswith("/")]
    operations = [operation for path in paths.values() for operation in path.values()]
    assert all("application/problem+json" in operation["responses"]["default"]["content"] for operation in operations)


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_the_pages_load_everything_from_this_site(db: None, page: str) -> None:
    browser = APIClient()
    browser.force_login(User.objects.create_user("reader"))

    html = browser.get(f"/api/v1/{page}").content.decode()

    assets = re.findall(r'(?:src|href)="([^"#]+)"', html)
    assert assets
    assert not [asset for asset in assets if asset.startswith(("http", "//"))]
    files = [asset.removeprefix("/static/") for asset in assets if asset.startswith("/static/")]
    assert files
    assert all(finders.find(name) for name in files)


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_the_pages_lead_strangers_to_the_login(db: None, page: str) -> None:
    answer = APIClient().get(f"/api/v1/{page}")

    assert answer.status_code == 302
    assert "/login/" in answer.headers["Location"]
