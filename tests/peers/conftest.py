"""Each test meets both engines; what plain RedBeat gets wrong is expected of it, strictly."""

from typing import TYPE_CHECKING

import pytest

from tests.support.stack import Stack

if TYPE_CHECKING:
    from tests.peers.engines import Engine


def named(engine: str, stack: Stack) -> "Engine":
    # The peer's app asks for REDIS_URL when it is imported, and this file is imported before that is set.
    from tests.peers.engines import Ours, PlainRedBeat

    return Ours(stack) if engine == "ours" else PlainRedBeat(stack)


@pytest.fixture(params=["ours", "RedBeat"])
def either(request: pytest.FixtureRequest, stack: Stack) -> "Engine":
    return named(request.param, stack)


@pytest.fixture(
    params=[
        "ours",
        pytest.param("RedBeat", marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason="plain RedBeat")),
    ]
)
def engine(request: pytest.FixtureRequest, stack: Stack) -> "Engine":
    return named(request.param, stack)
