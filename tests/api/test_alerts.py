"""Alerts are read, never written, by whoever may view them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rest_framework.test import APIClient

from schedules.models import Alert, AlertRule, ScheduleRun
from tests.api.answers import assert_refused_at, codes_by_field
from tests.api.conftest import ClientWith
from tests.support.builders import a_run, a_schedule

ALERTS = "/api/v1/alerts"
NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # 05:00 in Tokyo


def an_alert(**fields: Any) -> Alert:
    rule, _is_new = AlertRule.objects.get_or_create(name="Night", events=["failed"], language="en")
    usual = {"rule": rule, "event": "failed", "subject": f"s{Alert.objects.count()}", "title": "Morning"}
    return Alert.objects.create(**{**usual, "since": NOW, "noticed_at": NOW, **fields})


def numbers(client: APIClient, **query: Any) -> list[int]:
    answer = client.get(ALERTS, query)
    assert answer.status_code == 200, answer.content
    assert answer.json()["count"] == len(answer.json()["results"])
    return [row["id"] for row in answer.json()["results"]]


def test_an_alert_says_what_it_is_about_and_since_when_in_the_language_asked_for(client: APIClient) -> None:
    schedule = a_schedule(name="Morning")
    run = a_run(schedule, state=ScheduleRun.State.FAILED)
    facts = {"run_id": run.pk, "count": 2, "error": "HTTP 500", "at_least": False}
    alert = an_alert(schedule=schedule, facts=facts, told_at=NOW + timedelta(seconds=20))

    (told,) = client.get(ALERTS).json()["results"]

    known = {"id", "event", "about", "schedule", "run", "rule_name", "state", "outcome", "resolved_at"}
    assert {name: told[name] for name in known} == {
        "id": alert.pk,
        "event": "failed",
        "about": "Morning",
        "schedule": schedule.pk,
        "run": run.pk,
        "rule_name": "Night",
        "state": "open",
        "outcome": "",
        "resolved_at": None,
    }
    assert "HTTP 500" in told["text"]
    assert datetime.fromisoformat(told["since"]) == NOW
    japanese = client.get(f"{ALERTS}/{alert.pk}", {"lang": "ja"}).json()
    assert (japanese["event_words"], "失敗" in japanese["text"]) == ("失敗", True)


def test_open_ones_are_listed_latest_first_and_others_where_they_are_asked_for(client: APIClient) -> None:
    first, second = an_alert(), an_alert(noticed_at=NOW + timedelta(minutes=1), event="missed")
    over, closed = an_alert(state="recovered"), an_alert(state="closed", noticed_at=NOW - timedelta(minutes=1))

    assert numbers(client) == [second.pk, first.pk]
    assert numbers(client, state="recovered") == [over.pk]
    assert numbers(client, state="closed") == [closed.pk]
    assert numbers(client, state="any", ordering="noticed_at")[0] == closed.pk
    assert len(numbers(client, state="any")) == 4
    assert numbers(client, event="missed") == [second.pk]
    assert client.get(f"{ALERTS}/{closed.pk}").status_code == 200


def test_they_are_narrowed_by_schedule_and_rule_and_found_by_name(client: APIClient) -> None:
    schedule = a_schedule()
    mine = an_alert(schedule=schedule, title="listed companies")
    theirs = an_alert(rule=AlertRule.objects.create(name="Day", events=["failed"]))

    assert numbers(client, schedule=schedule.pk) == [mine.pk]
    assert numbers(client, rule=theirs.rule_id) == [theirs.pk]
    assert numbers(client, search="companies") == [mine.pk]


def test_what_means_nothing_is_refused_at_its_parameter(client: APIClient) -> None:
    for query in ({"state": "gone"}, {"event": "x"}, {"schedule": "x"}, {"schedule": 10**30}, {"page_size": 0}):
        answer = client.get(ALERTS, query)
        assert answer.status_code == 400, query
        assert_refused_at(answer, set(query))
    assert codes_by_field(client.get(ALERTS, {"stat": "open"})) == {"stat": ["unknown_parameter"]}
    assert client.get(f"{ALERTS}/{10**17}").status_code == 404


def test_only_who_may_view_alerts_sees_them_and_nobody_writes(client: APIClient, client_with: ClientWith) -> None:
    alert = an_alert()
    assert client_with("view_schedulerun").get(ALERTS).status_code == 403
    assert numbers(client_with("view_alert")) == [alert.pk]
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"{ALERTS}/{alert.pk}").status_code == 405
    assert client.post(ALERTS, {}).status_code == 405


def test_pages_are_complete_and_cost_the_same_queries_however_many_there_are(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    for _number in range(7):
        an_alert()
    page = client.get(ALERTS, {"page_size": 3}).json()
    assert (page["count"], len(page["results"]), page["next"] is not None) == (7, 3, True)
    for page_size in (1, 7):
        with django_assert_num_queries(3):
            client.get(ALERTS, {"page_size": page_size})
