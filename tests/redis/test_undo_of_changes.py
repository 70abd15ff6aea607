"""Undoing one-time changes: exactly the one that is meant goes, whatever was moved where before."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.exceptions import OccurrenceRefused
from schedules.models import APIEndpointSchedule, OccurrenceChange
from schedules.services.occurrences import move_occurrence, skip_occurrence, undo_change
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.occurrences import hourly, next_of

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Rows = dict[int, tuple[datetime, datetime | None]]


def rows() -> Rows:
    return {pk: (at, to) for pk, at, to in OccurrenceChange.objects.values_list("pk", "scheduled_for", "moved_to")}


def test_after_a_swap_the_instant_names_two_changes_and_undoes_neither() -> None:
    schedule = hourly()
    first = next_of(schedule)
    now = first - MINUTE
    move_occurrence(schedule.pk, first, to=first + 10 * MINUTE, now=now)
    move_occurrence(schedule.pk, first + HOUR, to=first, now=now)
    before = rows()

    with pytest.raises(OccurrenceRefused) as caught:
        undo_change(schedule.pk, first, now=now)

    assert (caught.value.code, caught.value.is_conflict, rows()) == ("ambiguous", True, before)
    # Each of the two has a name of its own besides.
    undo_change(schedule.pk, first + HOUR, now=now)
    undo_change(schedule.pk, first, now=now)
    assert rows() == {}


def test_two_that_were_moved_together_are_told_apart_by_where_each_came_from() -> None:
    schedule = hourly()
    first = next_of(schedule)
    now, meeting = first - MINUTE, first + 30 * MINUTE
    move_occurrence(schedule.pk, first, to=meeting, now=now)
    move_occurrence(schedule.pk, first + HOUR, to=meeting, now=now)

    with translation.override("en"), pytest.raises(OccurrenceRefused, match="Several one-time changes"):
        undo_change(schedule.pk, meeting, now=now)
    undo_change(schedule.pk, first + HOUR, now=now)

    assert list(rows().values()) == [(first, meeting)]


def test_whatever_was_changed_before_an_undo_takes_back_the_one_that_is_named_and_no_other() -> None:
    # Few instants, so that changes meet and swap often: quarters of an hour around the first occurrences.
    step = st.tuples(st.sampled_from(["skip", "move", "move", "move"]), st.integers(0, 8), st.integers(0, 8))

    @settings(
        max_examples=30,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(step, min_size=1, max_size=6), st.integers(0, 8), st.integers(0, 5))
    def holds(story: list[tuple[str, int, int]], quarter: int, which: int) -> None:
        APIEndpointSchedule.objects.all().delete()
        schedule = hourly()
        first = next_of(schedule)
        now = first - MINUTE
        for what, one, other in story:
            at, to = first + one * 15 * MINUTE, first + other * 15 * MINUTE
            try:
                if what == "skip":
                    skip_occurrence(schedule.pk, at, now=now)
                else:
                    move_occurrence(schedule.pk, at, to=to, now=now)
            except OccurrenceRefused:
                pass
        before = rows()
        at = first + quarter * 15 * MINUTE
        meant = [pk for pk, instants in before.items() if at in instants]
        if len(meant) == 1:
            undo_change(schedule.pk, at, now=now)
            assert rows() == {pk: each for pk, each in before.items() if pk != meant[0]}
        else:
            with pytest.raises(OccurrenceRefused) as caught:
                undo_change(schedule.pk, at, now=now)
            assert caught.value.code == ("ambiguous" if meant else "not_changed")
            assert rows() == before
        before = rows()
        if before:
            pk = sorted(before)[which % len(before)]
            undo_change(schedule.pk, now=now, change_id=pk)
            assert rows() == {other: each for other, each in before.items() if other != pk}

    holds()
