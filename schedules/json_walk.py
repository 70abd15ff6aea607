"""Every value in what was read from JSON, however it is nested; without recursion, which deep nesting would break."""

from collections.abc import Iterator
from typing import Any

#: Lists within objects within lists … A definition needs three.
MAX_DEPTH = 20


class TooDeep(ValueError):
    """There is more below MAX_DEPTH."""


def values_in(data: Any) -> Iterator[Any]:
    """Yield ``data``, its values and keys, theirs, and so on, level by level. Raises TooDeep."""
    level: list[Any] = [data]
    for _depth in range(MAX_DEPTH + 1):
        yield from level
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value.keys()
                below += value.values()
            elif isinstance(value, list):
                below += value
        if not below:
            return
        level = below
    raise TooDeep
