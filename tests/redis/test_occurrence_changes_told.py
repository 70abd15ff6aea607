"""One occurrence skipped or moved: what the ledger says of it, and how the change goes by itself."""

from typing import Any

import pytest
import redis
from django.utils import translation

from schedules.mirror.mirror import Mirror
from schedules.models import ScheduleRun
from schedules.models.definitions import recurrence_of
from schedules.models.reasons import Reason
from schedules.services import occurrence_upkeep, retention
from schedules.services.occurrences import move_occurrence, skip_occurrence
from schedules.services.reconciling import reconcile
from schedules.services.resuming import resume_schedule
from schedules.services.switching import pause_schedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule
from tests.support.driven_beat import DrivenScheduler, sent
from tests.support.occurrences import DAY, HOUR, MINUTE, SECOND, hourly, next_of, told

pytestmark = pytest.mark.django_db(transaction=True)


def test_when_its_time_has_passed_the_ledger_says_who_took_it_out_and_why(admin_user: Any) -> None:
    skipped, moved = hourly(), hourly()
    one, other = next_of(skipped), next_of(moved)
    skip_occurrence(skipped.pk, one, now=one - MINUTE, by=admin_user, reason="stocktaking")
    move_occurrence(moved.pk, other, to=other + MINUTE, now=other - MINUTE)
    occurrence_upkeep.record_passed(min(one, other) - SECOND)
    assert told() == []

    for _ in range(2):
        occurrence_upkeep.record_passed(max(one, other))
    run, second = ScheduleRun.objects.order_by("schedule_id")
    assert (run.scheduled_for, run.state, run.triggered_by) == (one, "skipped", admin_user)
    with translation.override("en"):
        assert run.reason_text == "A person skipped this one run. stocktaking"
        assert second.reason_text == "A person moved this one run to another time."


def test_moved_and_then_skipped_the_ledger_says_skipped() -> None:
    schedule = hourly()
    due = next_of(schedule)
    move_occurrence(schedule.pk, due, to=due + 10 * MINUTE, now=due - MINUTE)
    occurrence_upkeep.record_passed(due)
    skip_occurrence(schedule.pk, due + 10 * MINUTE, now=due + MINUTE)
    occurrence_upkeep.record_passed(due + 2 * MINUTE)

    assert told() == [(due, "skipped", Reason.SKIPPED_ONCE)]


@pytest.mark.parametrize("is_paused", [True, False])
def test_what_would_not_have_run_anyway_is_not_told(is_paused: bool) -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - MINUTE)
    if is_paused:
        pause_schedule(schedule.pk, now=due - MINUTE)
    else:
        schedule.refresh_from_db()
        schedule.schedule_type, schedule.interval_seconds, schedule.run_at = "once", None, due + DAY
        schedule.save()
    occurrence_upkeep.record_passed(due)

    assert told() == []


def test_where_a_moved_one_took_the_place_of_a_skipped_one_the_row_is_that_of_the_run() -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due + HOUR, now=due - MINUTE)
    move_occurrence(schedule.pk, due, to=due + HOUR, now=due - MINUTE)
    occurrence_upkeep.record_passed(due + HOUR)

    assert told() == [(due, "skipped", Reason.MOVED_ONCE)]


def test_a_past_change_goes_when_beat_cannot_look_back_to_it_and_nothing_is_sent_for_it(
    beat: DrivenScheduler, redis_client: redis.Redis
) -> None:
    schedule = a_schedule(schedule_type="weekly", weekdays=["wed"], catch_up_window_seconds=3600)
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - MINUTE)
    occurrence_upkeep.record_passed(due)
    assert occurrence_upkeep.delete_past(due + DAY) == 0
    later = due + DAY + 2 * HOUR
    assert occurrence_upkeep.delete_past(later) == 1

    assert next_of(schedule) == due + 7 * DAY
    schedule.refresh_from_db()
    assert recurrence_of(schedule) is recurrence_of(schedule).plain
    assert not reconcile(later).changed_anything
    redis_client.flushdb()
    reconcile(later)
    beat.tick_at(later)
    assert next_of(schedule) == due + 7 * DAY
    assert sent(redis_client) == []


def test_a_change_stays_while_beat_has_not_got_past_it() -> None:
    schedule = hourly()
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due + HOUR, now=due - MINUTE)
    occurrence_upkeep.record_passed(due + HOUR)

    assert occurrence_upkeep.delete_past(due + 10 * DAY) == 0


@pytest.mark.parametrize("has_an_end", [True, False])
def test_a_change_stays_while_a_pause_that_passed_over_it_may_be_made_up_for(has_an_end: bool) -> None:
    schedule = hourly(catch_up_window_seconds=3600)
    due = next_of(schedule)
    skip_occurrence(schedule.pk, due, now=due - 2 * MINUTE)
    move_occurrence(schedule.pk, due + HOUR, to=due + 80 * MINUTE, now=due - 2 * MINUTE)
    end = due + 3 * DAY
    pause_schedule(schedule.pk, now=due - MINUTE, until=end if has_an_end else None)
    occurrence_upkeep.record_passed(end)
    assert occurrence_upkeep.delete_past(end) == 0

    resumed = resume_schedule(schedule.pk, now=end, policy="all")
    assert list(resumed.will_run[:2]) == [due + 80 * MINUTE, due + 2 * HOUR]
    assert occurrence_upkeep.delete_past(end) == 2


def test_after_redis_lost_its_data_a_skipped_run_is_not_taken_for_one_that_was_dealt_with() -> None:
    schedule = hourly()
    due = next_of(schedule)
    a_run(schedule, scheduled_for=due)
    skip_occurrence(schedule.pk, due + 2 * HOUR, now=due + MINUTE)
    occurrence_upkeep.record_passed(due + 2 * HOUR)
    Mirror().redis.flushdb()
    reconcile(due + 2 * HOUR)

    assert next_of(schedule) == due + HOUR


def test_the_last_run_that_beat_dealt_with_is_kept_however_often_people_skip() -> None:
    schedule = hourly()
    due = next_of(schedule)
    old = due - 900 * DAY
    run = a_run(schedule, scheduled_for=old, created_at=old)
    a_run(schedule, scheduled_for=due, state="skipped", state_reason=Reason.SKIPPED_ONCE)

    assert run not in retention.old_runs(due)
