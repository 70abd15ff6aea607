"""Counting what an answer costs."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_of(client: Any, address: str) -> int:
    """How many queries a GET that succeeds asks of the database."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, answer.content[:300]
    return len(captured)
