"""A reconcile that looks at seals first finds whatever a full look would find."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule, ExceptionalDay
from schedules.models.definitions import Beside
from schedules.services.contents import content_of
from schedules.services.raw_rows import PK, raw_rows
from schedules.services.reconciling import ReconcileReport, reconcile
from schedules.services.seals import sealing
from tests.support.builders import a_schedule

pytestmark = pytest.mark.django_db(transaction=True)


def reconciled() -> ReconcileReport:
    return reconcile(datetime.now(UTC))


def seals(way: Callable[..., Any] = content_of) -> dict[int, str]:
    seal_of = sealing(Beside(), way)
    return {own[PK]: seal_of((own, shared)) for chunk in raw_rows() for own, shared in chunk}


def test_what_was_found_right_once_is_not_looked_at_again_until_it_changes() -> None:
    schedules = [a_schedule() for _ in range(3)]
    assert not reconciled().changed_anything
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert not reconciled().changed_anything
    # One query for the exceptional days, one for one-time changes, two for the rows and their end: no schedule was
    # loaded.
    assert len(queries) == 4
    assert {held.seal for held in Mirror().read([row.pk for row in schedules])} == set(seals().values())


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (APIEndpointSchedule, {"execution_times": {"times": ["09:00"]}}),
        (APIEndpointSchedule, {"timezone": "UTC"}),
        (APIEndpointSchedule, {"args": [1]}),
        (APIEndpointSchedule, {"kwargs": {"a": 1}}),
        (APIEndpointSchedule, {"queue": "other"}),
        (APIEndpointSchedule, {"priority": 3}),
        (APIEndpointSchedule, {"expires_seconds": 60}),
        (APIEndpointSchedule, {"excluded_dates": ["2030-01-01"]}),
        (APIEndpointSchedule, {"starts_at": datetime(2030, 1, 1, tzinfo=UTC)}),
        (APIEndpointSchedule, {"trading_day_rule": "skip"}),
        (APIEndpointSchedule, {"jitter_seconds": 30}),
        (APIEndpointSchedule, {"catch_up_policy": "all"}),
        (APIEndpointSchedule, {"catch_up_window_seconds": 60}),
        (APIEndpointSchedule, {"revision": 99}),
        (APIEndpoint, {"task": "tests.effect"}),
        (APIEndpoint, {"default_args": [7]}),
        (APIEndpoint, {"queue": "other"}),
    ],
)
def test_a_change_past_the_signals_breaks_the_seal(model: Any, change: dict[str, Any]) -> None:
    changed = a_schedule()
    reconciled()
    before = Mirror().entries([changed.pk])[0]
    model.objects.update(**change)
    assert reconciled().pushed == [changed.pk]
    after = Mirror().entries([changed.pk])[0]
    assert (before["definition"], before["revision"]) != (after["definition"], after["revision"])
    assert not reconciled().changed_anything


def test_a_schedule_switched_off_past_the_signals_is_taken_out_of_force() -> None:
    schedule, other = a_schedule(), a_schedule()
    reconciled()
    APIEndpointSchedule.objects.filter(pk=schedule.pk).update(enabled=False)
    assert reconciled().removed == [schedule.pk]
    assert Mirror().schedule_ids() == {other.pk}


def test_an_orphan_is_found_although_as_many_entries_are_listed_as_ought_to_be(redis_client: Any) -> None:
    missing, kept = a_schedule(), a_schedule()
    reconciled()
    mirror = Mirror()
    redis_client.zrem(mirror.keys.due, mirror.keys.entry(missing.pk))
    redis_client.zadd(mirror.keys.due, {mirror.keys.entry(kept.pk + 100): 1.0})
    report = reconciled()
    assert (report.pushed, report.removed) == ([missing.pk], [kept.pk + 100])
    assert mirror.schedule_ids() == {missing.pk, kept.pk}


def test_exceptional_days_written_past_the_signals_are_taken_in() -> None:
    asking, other = a_schedule(trading_day_rule="skip"), a_schedule()
    reconciled()
    day = ExceptionalDay(exchange="XTKS", on="2030-01-04", is_open=False, reason_ja="休場", reason_en="closed")
    ExceptionalDay.objects.bulk_create([day])
    assert reconciled().pushed == [asking.pk]
    assert Mirror().read([other.pk])[0].is_listed


def test_renaming_past_the_signals_changes_nothing_in_the_engine() -> None:
    schedule = a_schedule()
    reconciled()
    APIEndpointSchedule.objects.update(name="another name", description="other words")
    assert not reconciled().changed_anything
    assert Mirror().read([schedule.pk])[0].seal == seals()[schedule.pk]


def test_seals_of_a_release_that_makes_other_entries_are_not_believed() -> None:
    a_schedule()

    def other_release(*args: Any, **kwargs: Any) -> Any:
        content = content_of(*args, **kwargs)
        return type(content)(**{**content.__dict__, "options": {"queue": "elsewhere"}})

    assert set(seals().values()).isdisjoint(seals(other_release).values())


def test_an_entry_that_was_tampered_with_and_set_aside_is_written_anew(redis_client: Any) -> None:
    schedule = a_schedule()
    reconciled()
    mirror = Mirror()
    redis_client.zrem(mirror.keys.due, mirror.keys.entry(schedule.pk))
    assert reconciled().pushed == [schedule.pk]


def test_what_a_blank_mirror_holds_unlisted_is_noticed_and_put_in_force(redis_client: Any) -> None:
    newer, other = a_schedule(), a_schedule()
    reconciled()
    mirror = Mirror()
    redis_client.delete(mirror.keys.due)
    redis_client.hset(mirror.keys.entry(newer.pk), "revision", newer.revision + 5)
    assert reconciled().pushed == [newer.pk, other.pk]
    assert mirror.schedule_ids() == {newer.pk, other.pk}
    newer.refresh_from_db()
    assert mirror.read([newer.pk])[0].revision == str(newer.revision)
