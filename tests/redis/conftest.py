"""A beat that is driven by hand."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import redis

    from tests.support.driven_beat import DrivenScheduler


@pytest.fixture
def beat(redis_client: "redis.Redis") -> Iterator["DrivenScheduler"]:
    from stockura.celery import app
    from tests.support.driven_beat import DrivenScheduler

    scheduler = DrivenScheduler(app)
    # The thread beside it reads the database by the same clock; these tests say themselves when it works.
    scheduler.upkeep.lead = lambda yes: None  # type: ignore[method-assign]
    yield scheduler
    scheduler.close()
