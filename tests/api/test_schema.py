"""The description of the API, and its pages, which need no internet."""

import re
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from schedules.services.triggering import run_now
from tests.support.builders import a_schedule

#: The description is made of the code; the one schedule that is read here is read elsewhere on both databases.
pytestmark = pytest.mark.one_database


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


def test_every_operation_shows_examples_as_it_describes_them_and_how_it_refuses() -> None:
    schema = SchemaGenerator().get_schema(public=True)
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            said, responses = f"{method} {path}", operation["responses"]
            assert {"401", "403", "429"} <= responses.keys(), said
            assert ("404" in responses) is ("{" in path), said
            assert ("409" in responses) is (method != "get" and "preview" not in path), said
            asked = operation.get("requestBody", {}).get("content", {})
            contents = [(asked, "asked")] if asked else []
            contents += [
                (response["content"], status) for status, response in responses.items() if "content" in response
            ]
            for content, status in contents:
                for media_type in [content[name] for name in content if name.endswith("json")]:
                    shown = [media_type["example"]] if "example" in media_type else []
                    shown += [each["value"] for each in media_type.get("examples", {}).values()]
                    assert shown or status == "default", f"{said}: {status} has no example"
                    validator = jsonschema.Draft202012Validator(
                        {**media_type["schema"], "components": schema["components"]}
                    )
                    for example in shown:
                        assert [error.message for error in validator.iter_errors(example)] == [], f"{said}: {status}"


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "/api/v1/endpoints", None),
        ("get", "/api/v1/endpoints/{id}", None),
        ("patch", "/api/v1/endpoints/{id}", {"description": "x"}),
        ("get", "/api/v1/schedules", None),
        ("get", "/api/v1/schedules/{id}", None),
        ("patch", "/api/v1/schedules/{id}", {"description": "x"}),
        ("post", "/api/v1/schedules", {"name": "new", "endpoint": 0, "execution_times": {"times": ["08:10"]}}),
        ("post", "/api/v1/schedules", {"name": "refused"}),
        ("post", "/api/v1/schedules/{id}/pause", {"until": "2099-01-01T00:00:00Z"}),
        ("post", "/api/v1/schedules/{id}/resume", None),
        ("post", "/api/v1/schedules/{id}/run", {}),
        ("get", "/api/v1/schedules/{id}/runs", None),
        ("get", "/api/v1/schedules/{id}/preview", None),
        ("get", "/api/v1/schedules/preview", {"cron_expression": "0 8 13 * 5", "trading_day_rule": "next"}),
        ("get", "/api/v1/schedules/preview", {"cron_expression": "0 8"}),
        ("post", "/api/v1/schedules/preview", {"id": 0, "execution_times": {"times": ["25:00"]}}),
        ("get", "/api/v1/schedules/active", None),
        ("get", "/api/v1/health", None),
        ("get", "/api/v1/runs", None),
        ("delete", "/api/v1/schedules/{id}", None),
    ],
)
def test_answers_are_as_the_schema_describes_them(client: APIClient, method: str, path: str, body: Any) -> None:
    schedule = a_schedule(trading_day_rule="skip")
    run_now(schedule.pk, now=datetime.now(UTC), reason="so that there is a history")
    ids = {"id": schedule.pk, "endpoint": schedule.endpoint_id}
    body = body and {name: ids[name] if value == 0 else value for name, value in body.items()}
    address = path.format(id=schedule.endpoint_id if "endpoints" in path else schedule.pk)

    answer = getattr(client, method)(address, body)

    schema = SchemaGenerator().get_schema(public=True)
    responses = schema["paths"][path][method]["responses"]
    described = responses.get(str(answer.status_code), responses["default"] if answer.status_code >= 400 else None)
    assert described is not None, f"{answer.status_code} is not described: {answer.content[:300]!r}"
    if answer.content:
        content = described["content"][answer.headers["Content-Type"]]
        validator = jsonschema.Draft202012Validator({**content["schema"], "components": schema["components"]})
        assert [error.message for error in validator.iter_errors(answer.json())] == []
