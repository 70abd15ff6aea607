"""An example of each answer in the API's description: of what was asked for, and of each refusal.

Those of ``answers.json`` were given by a running copy, by the names of the description's components.
"""

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("answers.json")
_JSON, _PROBLEM = "application/json", "application/problem+json"
_PAGED = ("Paginated", "List")

#: Status → code and sentence of a refusal, as they may come.
_REFUSALS = {
    "400": ("invalid", "This field is required."),
    "401": ("not_authenticated", "Authentication credentials were not provided."),
    "403": ("scope_missing", 'This token has no scope "write", which this needs. Make one in the admin that has it.'),
    "404": ("not_found", "Not found."),
    "409": ("managed_by_file", '"Companies" is managed by a file, under the name "operations".'),
    "412": ("changed_meanwhile", "Somebody has changed this since you read it, so nothing was changed."),
    "422": ("idempotency_key_reused", "This Idempotency-Key was sent with another request before."),
    "428": ("if_match_missing", "PUT replaces everything, also what others have changed meanwhile."),
    "429": ("throttled", "Request was throttled. Expected available in 12 seconds."),
}


def add_example_answers(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Show an example at every answer that has a body."""
    schemas = result["components"]["schemas"]
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if _JSON in content and (name := _component(content[_JSON])):
                    content[_JSON]["example"] = _answer(name, schemas)
                elif _PROBLEM in content and status in _REFUSALS:
                    content[_PROBLEM]["example"] = _refusal(status)
    return result


@cache
def _answers() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _component(media_type: dict[str, Any]) -> str:
    return str(media_type["schema"].get("$ref", "")).rpartition("/")[2]


def _answer(name: str, schemas: dict[str, Any]) -> Any:
    """Return the example of a component; of a page, one with a single entry."""
    before, after = _PAGED
    if not (name.startswith(before) and name.endswith(after)):
        return _answers()[name]
    page = {"next": None, "previous": None, "results": [_answers()[name.removeprefix(before).removesuffix(after)]]}
    return {"count": 1, **page} if "count" in schemas[name]["properties"] else page


def _refusal(status: str) -> dict[str, Any]:
    code, sentence = _REFUSALS[status]
    field = [{"field": "name", "code": "required", "message": sentence}] if status == "400" else []
    title = HTTPStatus(int(status)).phrase
    return {
        "type": "about:blank", "title": title, "status": int(status), "code": code, "detail": sentence, "errors": field,
    }  # fmt: skip
