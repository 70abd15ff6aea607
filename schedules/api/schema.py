"""What drf-spectacular cannot see by itself: addresses without slashes, and the one shape of all errors."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

Endpoints = list[tuple[str, str, str, Any]]

PROBLEM = {
    "type": "object",
    "description": "An error, as RFC 9457 has it. Branch on `code`; the sentences are for people.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "example": "invalid"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string", "example": "execution_times"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "code", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail", "errors"],
}


def write_addresses_without_slash(endpoints: Endpoints, **kwargs: Any) -> Endpoints:
    """Show the plain address; the router takes both."""
    return [(path.rstrip("/") or path, regex, method, callback) for path, regex, method, callback in endpoints]


def add_problem_documents(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Give every operation the answer it has when it refuses."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    refusal = {
        "description": "Refused; the document says why.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            operation["responses"]["default"] = refusal
    return result


class AccessTokenScheme(OpenApiAuthenticationExtension):
    """How the description says that scripts sign in."""

    target_class = "schedules.api.authentication.AccessTokenAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made in the admin, under API tokens. The word `Token` is taken for `Bearer` too.",
        }
