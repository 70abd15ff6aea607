"""Previews: of an expression, of an unsaved definition, of a saved schedule."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from schedules.models import APIEndpoint, APIEndpointSchedule, ExceptionalDay
from tests.api.answers import codes_by_field
from tests.api.hostile import HOSTILE
from tests.api.queries import queries_of
from tests.api.schedules import ADDRESS, OF_KIND, PREVIEW, a_rule
from tests.support.builders import a_schedule


def test_five_runs_of_an_expression_with_their_offset(client: APIClient) -> None:
    answer = client.get(f"{PREVIEW}?cron_expression=0 8 * * *")

    assert answer.status_code == 200
    runs = answer.json()["next_runs"]
    assert len(runs) == 5
    assert {run[10:] for run in runs} == {"T08:00:00+09:00"}
    instants = [datetime.fromisoformat(run) for run in runs]
    assert {later - earlier for earlier, later in itertools.pairwise(instants)} == {timedelta(days=1)}
    assert timedelta(0) < instants[0] - datetime.now(UTC) <= timedelta(days=1)


def test_a_preview_asks_the_database_only_for_the_sender_and_the_exceptional_days(client: APIClient) -> None:
    address = f"{PREVIEW}?cron_expression=0 8 * * *&trading_day_rule=next"
    assert queries_of(client, address) <= 3
    assert queries_of(client, f"{address}&count=50") == queries_of(client, address)


def test_a_preview_says_all_there_is_to_know_before_saving(client: APIClient) -> None:
    ExceptionalDay.objects.create(on="2027-03-02", reason_ja="臨時休業", reason_en="Special closure")
    body = a_rule(
        "monthly",
        execution_times={"times": ["25:00"]},
        month_days=[2],
        trading_day_rule="next",
        starts_at="2027-03-01T00:00:00+09:00",
        count=2,
    )

    answer = client.post(PREVIEW, body).json()

    first = answer["runs"][0]
    assert answer["next_runs"][0] == first["at"] == "2027-03-04T01:00:00+09:00"
    assert (first["weekday"], first["business_day"], first["moved_from"]) == ("thu", "2027-03-03", "2027-03-02")
    assert (first["reason"]["ja"], first["reason"]["en"]) == ("臨時休業", "Special closure")
    distance = datetime.fromisoformat(first["at"]) - datetime.fromisoformat(answer["now"])
    assert abs(first["in_seconds"] - distance.total_seconds()) <= 1
    assert set(answer["sentence"]) == {"ja", "en"}
    assert answer["timezone"] == "Asia/Tokyo"
    assert answer["comparison"] is None


def test_skipped_dates_come_with_their_reasons(client: APIClient) -> None:
    answer = client.get(PREVIEW, {"cron_expression": "0 8 * * *", "trading_day_rule": "skip", "count": 10}).json()

    assert {day["reason"]["en"] for day in answer["skipped"]} >= {"Saturday", "Sunday"}
    assert {run["weekday"] for run in answer["runs"]}.isdisjoint({"sat", "sun"})


def test_notices_come_in_both_languages_with_a_code(client: APIClient) -> None:
    answer = client.get(PREVIEW, {"cron_expression": "0 8 13 * 5"}).json()

    assert [notice["code"] for notice in answer["notices"]] == ["cron_either_day"]
    assert answer["notices"][0]["ja"]
    assert answer["notices"][0]["en"]


def test_a_rule_that_never_runs_again_has_no_runs_and_a_notice(client: APIClient) -> None:
    answer = client.post(PREVIEW, a_rule("once", run_at="2020-01-01T09:00:00+09:00")).json()

    assert (answer["next_runs"], answer["runs"]) == ([], [])
    assert [notice["code"] for notice in answer["notices"]] == ["in_the_past"]


@pytest.mark.parametrize("kind", OF_KIND)
def test_neither_name_nor_endpoint_is_needed(client: APIClient, kind: str) -> None:
    answer = client.post(PREVIEW, a_rule(kind))

    assert answer.status_code == 200
    assert len(answer.json()["next_runs"]) == (1 if kind == "once" else 5)
    assert not APIEndpointSchedule.objects.exists()


def test_an_edit_is_compared_with_what_is_saved(client: APIClient) -> None:
    saved = a_schedule(execution_times={"times": ["08:10", "12:00"]})
    edit = client.get(f"{ADDRESS}/{saved.pk}").json() | {"execution_times": {"times": ["08:10", "17:40"]}}

    comparison = client.post(PREVIEW, edit).json()["comparison"]

    def times(name: str) -> set[str]:
        return {run["at"][11:16] for run in comparison[name]}

    assert (times("added"), times("removed"), times("unchanged")) == ({"17:40"}, {"12:00"}, {"08:10"})
    saved.refresh_from_db()
    assert saved.execution_times == {"times": ["08:10", "12:00"]}


def test_an_edit_that_changes_nothing_says_so(client: APIClient) -> None:
    saved = a_schedule(schedule_type="interval", interval_seconds=3601)

    comparison = client.post(PREVIEW, a_rule("interval", interval_seconds=3601, id=saved.pk)).json()["comparison"]

    assert (comparison["added"], comparison["removed"], len(comparison["unchanged"])) == ([], [], 5)


def test_an_interval_that_has_nothing_to_count_from_yet_says_so(client: APIClient) -> None:
    def codes(**fields: Any) -> list[str]:
        answer = client.post(PREVIEW, a_rule("interval", interval_seconds=3601, **fields))
        return [notice["code"] for notice in answer.json()["notices"]]

    saved = a_schedule(schedule_type="interval", interval_seconds=3601)

    assert codes() == ["counted_from_the_save"]
    assert codes(starts_at="2026-11-25T00:00:00Z") == []
    assert codes(id=saved.pk) == []


def test_the_repair_of_a_row_that_makes_no_rule_can_be_previewed(client: APIClient) -> None:
    saved = a_schedule()
    APIEndpointSchedule.objects.update(timezone="Asia/Tokio")

    answer = client.post(PREVIEW, a_rule(id=saved.pk))

    assert answer.status_code == 200
    assert answer.json()["comparison"] is None


def test_the_preview_of_a_saved_schedule_respects_a_pause_that_ends(client: APIClient) -> None:
    until = datetime.now(UTC) + timedelta(days=30)
    paused = a_schedule(paused_at=datetime.now(UTC), paused_until=until)

    answer = client.get(f"{ADDRESS}/{paused.pk}/preview?count=3").json()

    assert len(answer["next_runs"]) == 3
    assert datetime.fromisoformat(answer["next_runs"][0]) > until


def test_a_saved_schedule_that_is_off_can_be_previewed(client: APIClient) -> None:
    assert len(client.get(f"{ADDRESS}/{a_schedule(enabled=False).pk}/preview").json()["next_runs"]) == 5


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({}, "cron_expression", "cron_empty"),
        ({"cron_expression": ""}, "cron_expression", "cron_empty"),
        ({"cron_expression": "0 8 * *"}, "cron_expression", None),
        ({"cron_expression": "0 24 * * *"}, "cron_expression", None),
        ({"cron_expression": "0 0 30 2 *"}, "cron_expression", None),
        ({"cron_expression": "0 8 * * *", "count": "0"}, "count", "min_value"),
        ({"cron_expression": "0 8 * * *", "count": "51"}, "count", "max_value"),
        ({"cron_expression": "0 8 * * *", "count": "five"}, "count", "invalid"),
        ({"cron_expression": "0 8 * * *", "timezone": "Asia/Tokio"}, "timezone", "timezone"),
        ({"cron_expression": "0 8 * * *", "trading_day_rule": "maybe"}, "trading_day_rule", "invalid_choice"),
        ({"cron_expression": "0 8 * * *", "exchange": "XXXX"}, "exchange", "choice"),
        ({"cron_expression": "0 8 * * *", "tz": "UTC"}, "tz", "unknown_parameter"),
        ({"cron": "0 8 * * *"}, "cron", "unknown_parameter"),
        ({"cron_expression": "0 8 * * *\x00"}, "cron_expression", None),
    ],
    ids=str,
)
def test_a_query_that_makes_no_sense_is_refused_at_the_field(
    client: APIClient, query: dict[str, str], field: str, code: str | None
) -> None:
    answer = client.get(PREVIEW, query)

    assert answer.status_code == 400, answer.content
    codes = codes_by_field(answer)
    assert list(codes) == [field]
    assert code is None or codes == {field: [code]}


def test_the_sentence_of_the_recurrence_says_what_to_write(client: APIClient) -> None:
    answer = client.get(PREVIEW, {"cron_expression": "0 24 * * *"})

    assert '"24"' in answer.json()["detail"]
    assert "0–23" in answer.json()["detail"] or "0 to 23" in answer.json()["detail"]


@pytest.mark.parametrize("parameter", ["cron_expression", "timezone", "trading_day_rule", "exchange", "count"])
def test_no_value_of_any_parameter_is_a_fault_of_the_program(client: APIClient, parameter: str) -> None:
    for value in HOSTILE:
        answer = client.get(PREVIEW, {"cron_expression": "0 8 * * *", parameter: str(value)})

        assert answer.status_code in (200, 400), (value, answer.content[:300])


@pytest.mark.parametrize("field", ["id", "count", "name", "endpoint"])
def test_no_value_of_what_only_previews_have_is_a_fault_of_the_program(client: APIClient, field: str) -> None:
    for value in HOSTILE:
        answer = client.post(PREVIEW, a_rule() | {field: value})

        assert answer.status_code in (200, 400), (field, value, answer.content[:300])
        if answer.status_code == 400:
            assert list(codes_by_field(answer)) == [field]


def test_arguments_are_checked_when_the_endpoint_is_named(client: APIClient, endpoint: APIEndpoint) -> None:
    answer = client.post(PREVIEW, a_rule(endpoint=endpoint.pk, kwargs={"limt": 1}))

    assert codes_by_field(answer) == {"kwargs": ["arguments"]}


@pytest.mark.parametrize("body", [[], "x", None, 1], ids=repr)
def test_a_definition_that_is_no_object_is_refused(client: APIClient, body: Any) -> None:
    assert client.post(PREVIEW, body).status_code == 400
