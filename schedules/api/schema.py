"""What drf-spectacular cannot see by itself: addresses without slashes, and the one shape of all errors."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from schedules.api.conditional import IF_NONE_MATCH

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
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            changes = method != "get" and "preview" not in operation["operationId"]
            operation["responses"] |= dict(_usual_refusals(operation, is_of_a_row="{" in path, changes=changes))
            named = {parameter["name"]: parameter for parameter in operation.get("parameters", ())}
            operation["responses"] |= dict(_refusals(named)) | {"default": _refusal("Refused; the document says why.")}
    return result


def _usual_refusals(
    operation: dict[str, Any], *, is_of_a_row: bool, changes: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what follows from what an operation is: what it is sent, of which row, and whether it changes anything."""
    if "requestBody" in operation or any(each["in"] == "query" for each in operation.get("parameters", ())) or changes:
        yield "400", _refusal("Something that was sent makes no sense; `errors` says what, field by field.")
    yield "401", _refusal("No token, or none that is valid.")
    yield "403", _refusal("The user has no permission for this, or the token no scope.")
    if is_of_a_row:
        yield "404", _refusal("There is none of this number or name.")
    if changes:
        yield "409", _refusal("It does not go together with the state of things; `code` says what stands against it.")


def _refusals(parameters: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what an operation may answer beside its success, as far as a script should be ready for it."""
    # Where it is no way to ask for a new one: see ``conditional.IF_ABSENT``.
    if parameters.get("If-None-Match", {}).get("description") == IF_NONE_MATCH.description:
        yield "304", {"description": "The ETag still holds; there is no body."}
    if "If-Match" in parameters:
        yield "412", _refusal("Somebody has changed it since.")
        if parameters["If-Match"].get("required"):
            yield "428", _refusal("The header If-Match is missing.")
    if "Idempotency-Key" in parameters:
        yield "422", _refusal("The Idempotency-Key was sent with another request before.")
    wait = {"description": "Seconds until there is room again.", "schema": {"type": "integer"}, "required": True}
    yield "429", _refusal("Too many requests of this kind.") | {"headers": {"Retry-After": wait}}


def _refusal(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


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
