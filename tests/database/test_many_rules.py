"""The rules of many schedules at once are the rules that each has by itself; what a process keeps of them follows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from schedules.agenda import Agenda, Outlook
from schedules.models import APIEndpointSchedule, ExceptionalDay, OccurrenceChange
from schedules.models.definitions import read_beside, recurrence_of
from schedules.models.many_rules import rules_of
from schedules.recurrence import DefinitionError, Recurrence, parse_definition
from schedules.services.occurrences import skip_occurrence
from schedules.services.switching import pause_schedule, set_enabled
from tests.pure.recurrence.rules import rules
from tests.support.builders import a_schedule, an_endpoint

TOKYO = "Asia/Tokyo"
DAY = timedelta(days=1)

#: What a row may hold, past the forms and the constraints of its table, that makes no rule.
UNUSABLE = st.sampled_from(
    [
        {"schedule_type": "cron", "cron_expression": "61 * * * *"},
        {"schedule_type": "daily", "execution_times": {"times": []}},
        {"schedule_type": "daily", "execution_times": ["08:10"]},
        {"schedule_type": "weekly", "execution_times": {"times": ["08:10"]}, "weekdays": "mon"},
        {"schedule_type": "monthly", "execution_times": {"times": ["08:10"]}, "month_days": []},
        {"schedule_type": "daily", "execution_times": {"times": ["08:10"]}, "timezone": "Mars/Olympus"},
    ]
)


def fields_of(definition: dict[str, Any], *, states_anchor: bool) -> dict[str, Any]:
    """The columns of a row with this definition; an interval may leave its anchor to the making of the row."""
    columns = {
        "kind": "schedule_type",
        "cron": "cron_expression",
        "every_seconds": "interval_seconds",
        "at": "run_at",
    }
    fields = {columns.get(key, key): value for key, value in definition.items()}
    fields.pop("exceptional_days", None)
    if (anchor := fields.pop("anchor", None)) and states_anchor:
        fields["starts_at"] = anchor
    if "times" in fields:
        fields["execution_times"] = {"times": fields.pop("times")}
    if fields.get("ends_at", "9") < fields.get("starts_at", ""):
        del fields["ends_at"]  # The database refuses such a row.
    return {
        key: datetime.fromisoformat(value) if key in ("run_at", "starts_at", "ends_at") else value
        for key, value in fields.items()
    }


def by_itself(row: APIEndpointSchedule) -> Recurrence | None:
    try:
        return recurrence_of(row)
    except DefinitionError:
        return None


def read_together() -> dict[int, Recurrence | None]:
    found = rules_of(APIEndpointSchedule.objects.all(), read_beside())
    return {row.pk: recurrence for row, recurrence in found}


def skip_the_first(schedule_id: int) -> None:
    recurrence = by_itself(APIEndpointSchedule.objects.get(pk=schedule_id))
    first = recurrence and recurrence.next_after(datetime(2015, 1, 1, tzinfo=UTC))
    if first:
        OccurrenceChange.objects.create(schedule_id=schedule_id, scheduled_for=first, kind="skip")


class Together(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(
        drawn=st.lists(rules(), min_size=1, max_size=6),
        states_anchor=st.booleans(),
        unusable=st.lists(UNUSABLE, max_size=2),
        minutes=st.lists(st.integers(0, 1), min_size=2, max_size=2),
    )
    def test_rules_read_together_are_those_that_each_row_has_by_itself(
        self, drawn: list[Any], states_anchor: bool, unusable: list[dict[str, Any]], minutes: list[int]
    ) -> None:
        endpoint = an_endpoint()
        columns = [fields_of(definition, states_anchor=states_anchor) for definition, _after, _until in drawn]
        # Twice, so that rows share a reading; made at different moments, of which only an interval takes note.
        made = APIEndpointSchedule.objects.bulk_create(
            APIEndpointSchedule(endpoint=endpoint, name=f"{number}-{turn} {minute}", **fields)
            for number, fields in enumerate([*columns, *unusable])
            for turn, minute in enumerate(minutes)
        )
        for row in made:
            row.created_at = datetime(2026, 1, 1, 0, int(row.name[-1]), tzinfo=UTC)
        APIEndpointSchedule.objects.bulk_update(made, ["created_at"])
        for row in made[1::2]:
            skip_the_first(row.pk)
        for exchange in ("XTKS", "XNYS"):
            on = drawn[0][1].date()
            ExceptionalDay.objects.update_or_create(
                exchange=exchange, on=on, defaults={"is_open": exchange == "XTKS", "reason_ja": "臨時"}
            )

        rows = APIEndpointSchedule.objects.in_bulk()
        assert len(rows) == 2 * (len(drawn) + len(unusable))
        assert read_together() == {pk: by_itself(row) for pk, row in rows.items()}


@pytest.mark.django_db
def test_rows_that_say_the_same_share_one_rule_and_are_one_query() -> None:
    endpoint = an_endpoint()
    APIEndpointSchedule.objects.bulk_create(
        APIEndpointSchedule(endpoint=endpoint, name=f"n{number}", execution_times={"times": ["08:10"]})
        for number in range(50)
    )
    beside = read_beside()
    with CaptureQueriesContext(connection) as captured:
        found = list(rules_of(APIEndpointSchedule.objects.all(), beside, also=("name",)))
    assert len(captured) == 1
    assert len({id(recurrence) for _row, recurrence in found}) == 1
    assert sorted(row.name for row, _recurrence in found) == sorted(f"n{number}" for number in range(50))


# --- What a process keeps -------------------------------------------------------------------------------------------


def next_of(agenda: Agenda, now: datetime) -> dict[str, datetime | None]:
    return {each.name: each.next_after(now) for each in agenda.planned()}


@pytest.fixture
def now() -> datetime:
    # A Friday morning in Tokyo.
    return datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_follows_edits_pauses_one_time_changes_and_exceptional_days(now: datetime) -> None:
    agenda = Agenda()
    schedule, twin = (a_schedule(name=name, trading_day_rule="skip") for name in ("one", "twin"))
    # Friday's 8:10 has passed; Monday the 23rd is a holiday.
    tuesday = datetime(2026, 11, 23, 23, 10, tzinfo=UTC)
    assert next_of(agenda, now) == {"one": tuesday, "twin": tuesday}

    skip_occurrence(schedule.pk, tuesday, now=now)
    assert next_of(agenda, now) == {"one": tuesday + DAY, "twin": tuesday}

    day = ExceptionalDay.objects.create(exchange="XTKS", on="2026-11-24", is_open=False, reason_ja="障害")
    assert next_of(agenda, now) == {"one": tuesday + DAY, "twin": tuesday + DAY}
    day.delete()
    assert next_of(agenda, now) == {"one": tuesday + DAY, "twin": tuesday}

    pause_schedule(twin.pk, now=now, until=tuesday + timedelta(hours=1), reason="")
    assert next_of(agenda, now)["twin"] == tuesday + DAY

    schedule.refresh_from_db()
    schedule.execution_times = {"times": ["17:40"]}
    schedule.save()
    assert next_of(agenda, now)["one"] == datetime(2026, 11, 20, 8, 40, tzinfo=UTC)

    set_enabled(schedule.pk, False)
    assert set(next_of(agenda, now)) == {"twin"}


@pytest.mark.django_db(transaction=True)
def test_what_is_in_force_already_is_not_read_again_for_one_that_was_edited() -> None:
    agenda = Agenda()
    schedules = [a_schedule() for _number in range(5)]
    agenda.planned()
    kept = {each.schedule_id: each for each in agenda.planned()}
    schedules[0].name = "renamed"
    schedules[0].save()
    again = {each.schedule_id: each for each in agenda.planned()}
    assert [pk for pk in kept if again[pk] is not kept[pk]] == [schedules[0].pk]
    assert again[schedules[0].pk].outlook is kept[schedules[1].pk].outlook


def test_threads_that_ask_one_outlook_for_different_moments_get_each_their_own_answer() -> None:
    rule = parse_definition({"kind": "daily", "timezone": TOKYO, "times": ["08:10"]})
    outlook, start = Outlook(rule), datetime(2026, 11, 20, tzinfo=UTC)
    moments = [start + number * timedelta(hours=7) for number in range(40)]
    edges = [(at, at + DAY, at + 2 * DAY) for at in moments]
    expected = [rule.next_after(at) for at in moments]

    def ask(number: int) -> list[tuple[datetime | None, int, int]]:
        turned = [(number * 7 + step) % len(moments) for step in range(len(moments))]
        found = {
            each: (
                outlook.next_after(moments[each]),
                sum(count for _slot, count in outlook.counts(edges[each])),
                outlook.rest(moments[each], moments[each] + 3 * DAY),
            )
            for each in turned
        }
        return [found[each] for each in range(len(moments))]

    with ThreadPoolExecutor(8) as pool:
        for answers in pool.map(ask, range(24)):
            assert [at for at, *_counts in answers] == expected
            assert {(two, three) for _at, two, three in answers} == {(2, 3)}
