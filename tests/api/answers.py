"""Reading the API's answers."""

from typing import Any


def codes_by_field(response: Any) -> dict[str, list[str]]:
    """The codes of a refusal by field; fails when the answer is no problem document."""
    assert response.headers["Content-Type"] == "application/problem+json", response.content[:500]
    found: dict[str, list[str]] = {}
    for error in response.json()["errors"]:
        found.setdefault(error["field"], []).append(error["code"])
    return found


def assert_refused_at(response: Any, fields: set[str]) -> None:
    """Fail when the answer is a refusal that names none of ``fields``."""
    if response.status_code == 400:
        assert fields & {path.partition(".")[0] for path in codes_by_field(response)}, (fields, response.json())
