"""A preview warns when a schedule comes just before the data that its task fetches are published."""

from datetime import UTC, datetime

import pytest

from schedules.models import APIEndpointSchedule
from schedules.services.previewing import preview_of
from tests.support.builders import an_endpoint

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SYNC = "stockura.companies.tasks.sync_listed_companies"


def codes(task: str, time: str) -> list[str]:
    schedule = APIEndpointSchedule(
        endpoint=an_endpoint(task=task, name=f"{task} {time}"), schedule_type="daily", execution_times={"times": [time]}
    )
    return [notice.code for notice in preview_of(schedule, now=NOW, count=5).notices]


@pytest.mark.django_db
def test_the_task_says_when_its_data_are_published_and_the_preview_warns() -> None:
    assert codes(SYNC, "17:00") == ["before_publication"]
    assert codes(SYNC, "17:40") == []


@pytest.mark.django_db
def test_of_a_task_that_says_nothing_and_of_none_nothing_is_known() -> None:
    assert codes("tests.nothing", "17:00") == []
    unsaved = APIEndpointSchedule(schedule_type="daily", execution_times={"times": ["17:00"]})
    assert list(preview_of(unsaved, now=NOW, count=1).notices) == []
