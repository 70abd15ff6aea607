from collections.abc import Iterator

import pytest
from django.utils.translation import override

from stockura.jquants.client import JQuantsClient
from stockura.jquants.standin.server import StandinServer
from tests.support.jquants import a_client, a_standin


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def standin() -> Iterator[StandinServer]:
    with a_standin() as server:
        yield server


@pytest.fixture
def client(standin: StandinServer) -> Iterator[JQuantsClient]:
    with a_client(standin) as client:
        yield client
