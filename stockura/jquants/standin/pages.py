"""Split an answer into pages, with keys that say nothing to the client and differ on every page."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

#: J-Quants splits at about this many bytes.
PAGE_BYTES = 5_000_000


class BadPaginationKey(ValueError):
    """The key was not given out for this query."""


def page_of(
    rows: Sequence[Mapping[str, Any]], *, query: Mapping[str, str], page_size: int | None
) -> tuple[Sequence[Mapping[str, Any]], str]:
    """Return the rows of the page that ``query`` asks for, and the key of the next page ("" on the last).

    ``page_size`` is rows; ``None`` splits by bytes, as J-Quants does. Raises ``BadPaginationKey`` for a key
    that belongs to another query or to none.
    """
    start = _start_of(query)
    end = start + page_size if page_size else _end_by_bytes(rows, start)
    return rows[start:end], _key(query, end) if end < len(rows) else ""


def _end_by_bytes(rows: Sequence[Mapping[str, Any]], start: int) -> int:
    size = 0
    for index in range(start, len(rows)):
        size += len(json.dumps(rows[index], ensure_ascii=False).encode())
        if size > PAGE_BYTES and index > start:
            return index
    return len(rows)


def _key(query: Mapping[str, str], start: int) -> str:
    # The salt makes two answers to one question carry different keys, so that no client relies on them.
    content = f"{start}:{_fingerprint(query)}:{secrets.token_hex(4)}"
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=") + "."


def _start_of(query: Mapping[str, str]) -> int:
    given = query.get("pagination_key", "")
    if not given:
        return 0
    try:
        text = given.removesuffix(".")
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        start, fingerprint, _salt = content.split(":")
        if fingerprint == _fingerprint(query):
            return int(start)
    except (binascii.Error, ValueError):
        pass  # the same answer as for a key of another query
    raise BadPaginationKey(given)


def _fingerprint(query: Mapping[str, str]) -> str:
    rest = sorted((name, value) for name, value in query.items() if name != "pagination_key")
    return hashlib.sha256(repr(rest).encode()).hexdigest()[:16]
