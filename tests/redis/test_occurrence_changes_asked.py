"""One occurrence skipped or moved, again, back, or undone: what people may ask for, and what is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from django.utils import translation

from schedules.exceptions import NotRevertible, OccurrenceRefused
from schedules.models import APIEndpointSchedule, OccurrenceChange, RecordedChange
from schedules.models.definitions import recurrence_of
from schedules.services.occurrences import move_occurrence, run_instead, skip_occurrence, undo_change
from schedules.services.reverting import plan_revert
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run
from tests.support.driven_beat import sent
from tests.support.occurrences import DAY, HOUR, MINUTE, SECOND, hourly, next_of

pytestmark = pytest.mark.django_db(transaction=True)


#: Before the year 1 in UTC.
FIRST_OF_ALL = datetime.min.replace(tzinfo=ZoneInfo("Asia/Tokyo"))
Ask = Callable[[APIEndpointSchedule, datetime], Any]


@pytest.mark.parametrize(
    ("code", "ask"),
    [
        ("no_occurrence", lambda s, due: skip_occurrence(s.pk, due + SECOND, now=due - MINUTE)),
        ("no_occurrence", lambda s, due: skip_occurrence(s.pk, due + timedelta(microseconds=1), now=due - MINUTE)),
        ("no_occurrence", lambda s, due: skip_occurrence(s.pk, FIRST_OF_ALL, now=due - MINUTE)),
        ("passed", lambda s, due: skip_occurrence(s.pk, due, now=due)),
        ("passed", lambda s, due: move_occurrence(s.pk, due, to=due + DAY, now=due + SECOND)),
        ("target_passed", lambda s, due: move_occurrence(s.pk, due, to=due - HOUR, now=due - HOUR)),
        ("target_too_far", lambda s, due: move_occurrence(s.pk, due, to=due + 500 * DAY, now=due - HOUR)),
        ("target_same", lambda s, due: move_occurrence(s.pk, due, to=due, now=due - HOUR)),
        ("not_changed", lambda s, due: undo_change(s.pk, due, now=due - HOUR)),
    ],
)
def test_what_cannot_be_changed_is_refused_with_a_sentence(code: str, ask: Ask) -> None:
    schedule = hourly()
    due = next_of(schedule)
    revision = APIEndpointSchedule.objects.get().revision
    with translation.override("en"), pytest.raises(OccurrenceRefused) as caught:
        ask(schedule, due)

    assert caught.value.code == code
    with translation.override("en"):
        assert str(caught.value).endswith(".")
    assert not OccurrenceChange.objects.exists()
    assert APIEndpointSchedule.objects.get().revision == revision


def test_outside_the_start_and_end_nothing_is_moved_to() -> None:
    schedule = hourly()
    due = next_of(schedule)
    schedule.ends_at = due + 2 * HOUR
    schedule.save()
    with translation.override("en"), pytest.raises(OccurrenceRefused, match="outside"):
        move_occurrence(schedule.pk, due, to=due + 3 * HOUR, now=due - MINUTE)


def test_what_was_sent_already_is_not_changed() -> None:
    schedule = hourly()
    due = next_of(schedule)
    a_run(schedule, scheduled_for=due, state="dispatched")
    with pytest.raises(OccurrenceRefused) as caught:
        skip_occurrence(schedule.pk, due, now=due - SECOND)
    assert caught.value.code == "sent"


def test_an_undo_after_the_original_time_is_refused_and_one_after_the_new_time_too() -> None:
    schedule = hourly()
    due = next_of(schedule)
    move_occurrence(schedule.pk, due, to=due + 30 * MINUTE, now=due - 50 * MINUTE)
    with pytest.raises(OccurrenceRefused) as caught:
        undo_change(schedule.pk, due, now=due + MINUTE)
    assert caught.value.code == "original_passed"
    move_occurrence(schedule.pk, due + HOUR, to=due + 10 * MINUTE, now=due)
    with pytest.raises(OccurrenceRefused) as caught:
        undo_change(schedule.pk, due + HOUR, now=due + 20 * MINUTE)
    assert caught.value.code == "passed"


def test_a_moved_one_is_moved_again_and_back_by_either_of_its_names() -> None:
    schedule = hourly()
    due = next_of(schedule)
    now = due - MINUTE
    move_occurrence(schedule.pk, due, to=due + 10 * MINUTE, now=now)
    move_occurrence(schedule.pk, due + 10 * MINUTE, to=due + 20 * MINUTE, now=now)
    assert list(OccurrenceChange.objects.values_list("scheduled_for", "moved_to")) == [(due, due + 20 * MINUTE)]
    move_occurrence(schedule.pk, due, to=due + 30 * MINUTE, now=now)
    assert next_of(schedule) == due + 30 * MINUTE
    assert move_occurrence(schedule.pk, due + 30 * MINUTE, to=due, now=now) is None
    assert next_of(schedule) == due
    assert not OccurrenceChange.objects.exists()


def test_two_that_were_put_together_are_skipped_together() -> None:
    schedule = hourly()
    due = next_of(schedule)
    move_occurrence(schedule.pk, due, to=due + HOUR, now=due - MINUTE)
    skip_occurrence(schedule.pk, due + HOUR, now=due - MINUTE)

    assert next_of(schedule) == due + 2 * HOUR


def test_two_that_were_put_together_move_back_to_where_one_of_them_was_and_that_one_is_changed_no_more() -> None:
    schedule = hourly()
    first = next_of(schedule)
    move_occurrence(schedule.pk, first, to=first + HOUR, now=first - MINUTE)
    move_occurrence(schedule.pk, first + HOUR, to=first, now=first - MINUTE)

    rows = OccurrenceChange.objects.values_list("scheduled_for", "moved_to")
    assert list(rows) == [(first + HOUR, first)]
    assert recurrence_of(APIEndpointSchedule.objects.get()).has(first)


def test_a_void_change_can_always_be_removed() -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - MINUTE)
    schedule.refresh_from_db()
    schedule.interval_seconds = 7 * 24 * 3600
    schedule.save()
    assert len(recurrence_of(schedule).void_changes) == 1
    undo_change(schedule.pk, due, now=due + HOUR)
    assert not OccurrenceChange.objects.exists()


def test_run_instead_runs_now_and_not_at_its_time(redis_client: redis.Redis, admin_user: Any) -> None:
    schedule = hourly()
    due = next_of(schedule)
    run = run_instead(schedule.pk, due, now=due - MINUTE, by=admin_user, reason="early")

    assert (run.trigger, run.trigger_reason, run.scheduled_for) == ("manual", "early", None)
    assert sent(redis_client) == [(schedule.pk, None)]
    assert next_of(schedule) == due + HOUR


def test_in_an_hour_that_comes_twice_a_run_may_be_named_in_any_zone() -> None:
    zone = ZoneInfo("America/New_York")
    schedule = hourly(starts_at=datetime(2027, 11, 7, 4, 30, tzinfo=UTC))
    first, second = (datetime(2027, 11, 7, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    now, elsewhere = first - HOUR, datetime(2027, 11, 7, 1, 40, tzinfo=zone, fold=1)
    skip_occurrence(schedule.pk, first, now=now)
    move_occurrence(schedule.pk, second, to=elsewhere, now=now)
    assert move_occurrence(schedule.pk, elsewhere, to=second, now=now) is None
    undo_change(schedule.pk, first, now=now)

    assert not OccurrenceChange.objects.exists()
    assert recurrence_of(schedule).has(second)


def test_a_recorded_one_time_change_is_not_reverted_behind_the_back_of_time() -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - MINUTE)
    undo_change(schedule.pk, due, now=due - MINUTE)
    deleted = RecordedChange.objects.filter(content_type__model="occurrencechange").first()
    assert deleted is not None
    with translation.override("en"), pytest.raises(NotRevertible, match="one-time change"):
        plan_revert(deleted)
