"""Values that nobody should send and somebody will."""

from typing import Any

HOSTILE: list[Any] = [
    None,
    True,
    -1,
    0,
    10**30,
    -(10**30),
    1e308,
    "",
    " ",
    "x" * 5_000,
    "１２",
    "line\nbreak",
    "<script>",
    "0001-01-01T00:00:00+09:00",
    "9999-12-31T23:59:59-09:00",
    "2026-02-30T00:00:00+09:00",
    "2026-01-30T09:00",
    [],
    [[]],
    ["\U0001f600"] * 3,
    {},
    {"a": {"b": [1]}},
]
