"""Reading the API's answers."""

from typing import Any


def codes_by_field(response: Any) -> dict[str, list[str]]:
    """The codes of a refusal by field; fails when the answer is no problem document."""
    assert response.headers["Content-Type"] == "application/problem+json", response.content[:500]
    found: dict[str, list[str]] = {}
    for error in response.json()["errors"]:
        found.setdefault(error["field"], []).append(error["code"])
    return found
