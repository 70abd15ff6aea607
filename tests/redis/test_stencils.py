"""The quick way into the mirror writes byte for byte what the push of one schedule writes, and is as careful."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from schedules.mirror.mirror import Mirror
from schedules.models import APIEndpoint, APIEndpointSchedule, ExceptionalDay, OccurrenceChange
from schedules.models.definitions import recurrence_of
from schedules.models.lifecycle import is_in_force
from schedules.models.reasons import Reason
from schedules.recurrence import DefinitionError
from schedules.services.contents import content_of
from schedules.services.mirroring import push_schedules
from schedules.services.raw_rows import WITHOUT, raw_rows, schedule_of
from schedules.services.reconciling import reconcile
from schedules.services.switching import set_enabled
from tests.redis.test_schedule_files_property import INSTANTS, JSON, SCHEDULES, WORDS
from tests.support.builders import a_run, a_schedule, an_endpoint

ARGUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "args": st.one_of(st.none(), st.lists(st.one_of(JSON, st.just("100 % \u2028 {} \"'\\")), max_size=3)),
        "kwargs": st.one_of(st.none(), st.dictionaries(WORDS, JSON, max_size=3)),
    },
)
STATES = st.fixed_dictionaries(
    {
        "created_at": st.datetimes(datetime(2020, 1, 1), datetime(2020, 1, 1, 0, 0, 2), timezones=st.just(UTC)),
        "revision": st.integers(1, 2**40),
    },
    optional={
        "paused_at": INSTANTS,
        "pause_reason": WORDS,
        "starts_at": INSTANTS,
        "ends_at": INSTANTS,
        "trading_day_rule": st.sampled_from(["any", "skip", "next", "previous"]),
        "catch_up_policy": st.sampled_from(["latest", "all", "skip"]),
        "catch_up_window_seconds": st.integers(0, 10**6),
    },
)
#: What has happened to a schedule besides: its next run is there already, taken out of the rule, or moved.
EVENTS = st.sampled_from([None, None, "ran", "told as skipped", "skipped", "moved", "paused until", "bad expression"])
#: Several schedules that differ in nothing but what a stencil is filled with.
ALIKE = st.tuples(SCHEDULES, STATES, st.lists(st.tuples(ARGUMENTS, STATES, EVENTS), min_size=1, max_size=3))


def held_by(mirror: Mirror) -> list[Any]:
    """All that Redis has of schedules, but for the seals: the push of one does not know its row's."""
    due = mirror.redis.zrange(mirror.keys.due, 0, -1, withscores=True)
    entries = {key: mirror.redis.hgetall(key) for key, _score in due}
    for fields in entries.values():
        fields.pop("seal")
    return [due, entries, mirror.redis.hgetall(mirror.keys.set_aside)]


def a_row(endpoint: APIEndpoint, since: datetime, event: str | None, **fields: Any) -> APIEndpointSchedule:
    """A row as a proper save would have left it, written past the signals."""
    number = APIEndpointSchedule.objects.count()
    row = APIEndpointSchedule(endpoint=endpoint, name=f"schedule {number}", **fields)
    if row.starts_at and row.ends_at:
        row.ends_at = max(row.starts_at, row.ends_at)
    if event == "paused until":
        row.paused_at, row.paused_until = since, since + timedelta(days=3)
    if event == "bad expression" and row.schedule_type == "cron":
        row.cron_expression = "99 * * * *"
    row.effective_from = since if is_in_force(row) else None
    APIEndpointSchedule.objects.bulk_create([row])
    try:
        upcoming = recurrence_of(row).next_after(since)
    except DefinitionError:
        return row
    if upcoming is not None:
        _let_happen(row, event, upcoming)
    return row


def _let_happen(row: APIEndpointSchedule, event: str | None, upcoming: datetime) -> None:
    if event == "ran":
        a_run(row, scheduled_for=upcoming)
    elif event == "told as skipped":
        a_run(row, scheduled_for=upcoming, state="skipped", state_reason=Reason.SKIPPED_ONCE)
    elif event == "skipped":
        OccurrenceChange.objects.create(schedule=row, scheduled_for=upcoming, kind="skip", reason="stock 100 %")
    elif event == "moved":
        later = upcoming + timedelta(minutes=1)
        OccurrenceChange.objects.create(schedule=row, scheduled_for=upcoming, kind="move", moved_to=later)


class ByteForByte(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(ALIKE, min_size=1, max_size=3),
        st.fixed_dictionaries(
            {"default_args": st.lists(JSON, max_size=2), "queue": WORDS},
            optional={"expires_seconds": st.one_of(st.none(), st.integers(1, 10**6))},
        ),
        st.dates(datetime(2020, 1, 1).date(), datetime(2035, 1, 1).date()),
        INSTANTS,
    )
    def test_the_quick_way_writes_what_the_push_of_one_writes(
        self, families: list[Any], called: dict[str, Any], day: Any, since: datetime
    ) -> None:
        endpoint = an_endpoint(**called)
        closed = ExceptionalDay(exchange="XTKS", on=day, is_open=False, reason_ja="臨時休場", reason_en="closed %s")
        ExceptionalDay.objects.bulk_create([closed])
        for shared, usual, members in families:
            for arguments, state, event in members:
                family = {key: value for key, value in usual.items() if key not in ("created_at", "revision")}
                own = {key: state[key] for key in ("created_at", "revision")}
                a_row(endpoint, since, event, **{**shared, **family, **arguments, **own})
        mirror = Mirror()

        mirror.redis.flushdb()
        push_schedules(list(APIEndpointSchedule.objects.values_list("pk", flat=True)))
        one_by_one = held_by(mirror)
        mirror.redis.flushdb()
        reconcile(datetime.now(UTC))

        assert held_by(mirror) == one_by_one


@pytest.mark.django_db
def test_a_raw_row_makes_the_schedule_that_the_orm_makes() -> None:
    instant = datetime(2030, 1, 1, 12, 30, 15, 250, tzinfo=UTC)
    a_schedule(
        args=[1, "株"], paused_at=instant, paused_until=instant, starts_at=instant, excluded_dates=["2030-01-01"]
    )
    a_schedule(enabled=False, kwargs={"a": None}, priority=3)
    made = [schedule_of(row) for chunk in raw_rows() for row in chunk]
    for mine, theirs in zip(made, APIEndpointSchedule.objects.select_related("endpoint").order_by("pk"), strict=True):
        assert read_of(mine) == read_of(theirs)
        assert read_of(mine.endpoint) == read_of(theirs.endpoint)


def read_of(row: Any) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in WITHOUT
    }


@pytest.mark.django_db
def test_no_entry_depends_on_a_column_that_is_not_read() -> None:
    other = {
        "name": "other",
        "description": "other",
        "managed_by": "file",
        "pause_reason": "other",
        "overlap_policy": "allow",
        "max_retries": 7,
        "retry_delay_seconds": 9,
        "pause_after_failures": 3,
        "updated_at": datetime(2000, 1, 1, tzinfo=UTC),
    }
    assert other.keys() == WITHOUT
    schedule = a_schedule()
    before = content_of(schedule).to_json()
    for name, value in other.items():
        assert getattr(schedule, name) != value
        setattr(schedule, name, value)
        if hasattr(schedule.endpoint, name):
            setattr(schedule.endpoint, name, value)
    assert content_of(schedule).to_json() == before


@pytest.fixture
def during_the_backfill(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Let something happen between a row's being read and its entry's being written."""

    def arrange(step: Callable[[], None]) -> None:
        made, waiting = Mirror.step, [step]

        def late(*args: Any) -> list[str]:
            if waiting:
                waiting.pop()()
            return made(*args)

        monkeypatch.setattr(Mirror, "step", late)

    return arrange


@pytest.mark.django_db(transaction=True)
def test_a_schedule_switched_off_while_it_is_read_is_not_put_in_force(
    redis_client: redis.Redis, during_the_backfill: Callable[[Callable[[], None]], None]
) -> None:
    stopped, kept = a_schedule(), a_schedule()
    redis_client.flushall()
    during_the_backfill(lambda: set_enabled(stopped.pk, False) and None)
    assert reconcile(datetime.now(UTC)).pushed == [kept.pk]
    assert Mirror().schedule_ids() == {kept.pk}


@pytest.mark.django_db(transaction=True)
def test_a_schedule_deleted_while_it_is_read_leaves_no_ghost(
    redis_client: redis.Redis, during_the_backfill: Callable[[Callable[[], None]], None]
) -> None:
    deleted, kept = a_schedule(), a_schedule()
    redis_client.flushall()
    during_the_backfill(lambda: deleted.delete() and None)
    reconcile(datetime.now(UTC))
    assert Mirror().schedule_ids() == {kept.pk}


@pytest.mark.django_db(transaction=True)
def test_a_schedule_saved_while_it_is_read_is_in_force_as_it_was_saved(
    redis_client: redis.Redis, during_the_backfill: Callable[[Callable[[], None]], None]
) -> None:
    saved, _other = a_schedule(), a_schedule()
    redis_client.flushall()

    def save() -> None:
        saved.execution_times = {"times": ["21:21"]}
        saved.save()

    during_the_backfill(save)
    reconcile(datetime.now(UTC))
    assert "21:21" in Mirror().entries([saved.pk])[0]["definition"]
    assert not reconcile(datetime.now(UTC)).changed_anything


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_empty", [True, False])
def test_many_schedules_are_put_in_force_or_found_right_without_being_loaded(
    redis_client: redis.Redis, is_empty: bool
) -> None:
    schedules = [a_schedule(args=[number]) for number in range(20)]
    if is_empty:
        redis_client.flushall()
    with CaptureQueriesContext(connection) as queries:
        report = reconcile(datetime.now(UTC))
    assert report.pushed == ([schedule.pk for schedule in schedules] if is_empty else [])
    # Exceptional days, one-time changes, the rows and their end; and the latest runs where Redis knows of none.
    assert len(queries) == (5 if is_empty else 4)
