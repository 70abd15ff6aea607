"""Reverting while somebody edits the same: one of the two is told, and nothing that was saved is lost unseen."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from schedules.models import APIEndpoint, APIEndpointSchedule, RecordedChange
from schedules.services.reverting import revert
from tests.api.conftest import ClientWith
from tests.api.schedules import ADDRESS
from tests.support.builders import a_schedule
from tests.support.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def schedule(endpoint: APIEndpoint) -> APIEndpointSchedule:
    """One whose times were changed from 8:10 to 9:00."""
    schedule = a_schedule(endpoint=endpoint, name="morning")
    edit(schedule, "09:00")
    return schedule


def edit(schedule: APIEndpointSchedule, time: str) -> None:
    schedule.execution_times = {"times": [time]}
    schedule.save()


def entry_of(schedule: APIEndpointSchedule) -> RecordedChange:
    return RecordedChange.objects.get_for_object(schedule).latest("pk")


def undo(client: APIClient, entry: RecordedChange, **headers: str) -> Any:
    return client.post(f"{ADDRESS}/{entry.object_id}/history/{entry.pk}/revert", {}, headers=headers)


def times_of(schedule: APIEndpointSchedule) -> Any:
    return APIEndpointSchedule.objects.get(pk=schedule.pk).execution_times["times"]


def test_what_was_changed_once_more_since_is_overwritten_only_by_who_has_seen_it(
    client: APIClient, schedule: APIEndpointSchedule
) -> None:
    entry = entry_of(schedule)
    etag = client.get(f"{ADDRESS}/{schedule.pk}").headers["ETag"]
    edit(schedule, "10:00")

    unseen = undo(client, entry)
    outdated = undo(client, entry, **{"If-Match": etag})

    assert (unseen.status_code, unseen.json()["code"]) == (409, "changed_since")
    assert "execution_times" in unseen.json()["detail"]
    assert (outdated.status_code, outdated.json()["code"]) == (412, "changed_meanwhile")
    assert times_of(schedule) == ["10:00"]
    etag = client.get(f"{ADDRESS}/{schedule.pk}").headers["ETag"]
    assert undo(client, entry, **{"If-Match": etag}).status_code == 200
    assert times_of(schedule) == ["08:10"]


def test_what_was_changed_since_in_other_fields_stays_and_is_no_conflict(
    client: APIClient, schedule: APIEndpointSchedule
) -> None:
    entry = entry_of(schedule)
    client.patch(f"{ADDRESS}/{schedule.pk}", {"max_retries": 2})

    assert undo(client, entry).json()["max_retries"] == 2
    assert times_of(schedule) == ["08:10"]


def test_to_undo_a_pause_is_to_resume(client: APIClient, schedule: APIEndpointSchedule) -> None:
    client.post(f"{ADDRESS}/{schedule.pk}/pause", {"reason": "holiday"})
    paused = entry_of(schedule)

    assert undo(client, paused).json()["is_paused"] is False
    resumed = entry_of(schedule)
    assert (resumed.reverts, resumed.changes["pause_reason"]) == (paused.pk, ["holiday", ""])


# --- Two connections at the same moment -------------------------------------------------------------------------------


def test_a_revert_that_meets_an_edit_waits_for_it_and_is_refused(
    client: APIClient, schedule: APIEndpointSchedule
) -> None:
    entry = entry_of(schedule)
    with transaction.atomic():
        edit(schedule, "10:00")
        reverted = meanwhile(lambda: undo(client, entry))

    assert (reverted().status_code, reverted().json()["code"]) == (409, "changed_since")
    assert times_of(schedule) == ["10:00"]


def test_a_revert_that_names_what_was_read_meets_an_edit_and_is_refused(
    client: APIClient, schedule: APIEndpointSchedule
) -> None:
    entry = entry_of(schedule)
    etag = client.get(f"{ADDRESS}/{schedule.pk}").headers["ETag"]
    with transaction.atomic():
        schedule.description = "meanwhile"
        schedule.save()
        reverted = meanwhile(lambda: undo(client, entry, **{"If-Match": etag}))

    assert (reverted().status_code, times_of(schedule)) == (412, ["09:00"])
    assert APIEndpointSchedule.objects.get().description == "meanwhile"


def test_an_edit_that_meets_a_revert_waits_for_it_and_is_refused(
    client: APIClient, schedule: APIEndpointSchedule
) -> None:
    etag = client.get(f"{ADDRESS}/{schedule.pk}").headers["ETag"]
    body = {"execution_times": {"times": ["10:00"]}}
    with transaction.atomic():
        revert(entry_of(schedule), now=timezone.now())
        edited = meanwhile(lambda: client.patch(f"{ADDRESS}/{schedule.pk}", body, headers={"If-Match": etag}))

    assert (edited().status_code, times_of(schedule)) == (412, ["08:10"])


def test_the_right_to_revert_is_judged_by_what_it_would_undo_at_that_moment(
    client_with: ClientWith, schedule: APIEndpointSchedule
) -> None:
    """Before, a revert was let through for what it would have done a moment earlier."""
    schedule.paused_at, schedule.pause_reason, schedule.description = timezone.now(), "holiday", "x"
    schedule.save()
    entry = entry_of(schedule)
    # Of that change only the description would go back yet, and this one may not touch pauses.
    schedule.paused_at, schedule.pause_reason = None, ""
    schedule.save()
    editor = client_with("view_apiendpointschedule", "change_apiendpointschedule")
    with transaction.atomic():
        schedule.paused_at, schedule.pause_reason = timezone.now(), "another"
        schedule.save()
        reverted = meanwhile(lambda: undo(editor, entry, **{"If-Match": "*"}))

    assert reverted().status_code == 403
    assert APIEndpointSchedule.objects.get().pause_reason == "another"
