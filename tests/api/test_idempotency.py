"""Idempotency-Key: a request sent again has its effect once, whatever happens in between."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.db import connection
from rest_framework.test import APIClient

from schedules.models import AnsweredRequest, ScheduleRun
from tests.api.answers import codes_by_field
from tests.api.conftest import ClientWith
from tests.api.schedules import ADDRESS
from tests.support.builders import a_schedule

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def address() -> str:
    return f"{ADDRESS}/{a_schedule().pk}/run"


def run(client: APIClient, address: str, key: str = KEY, **body: Any) -> Any:
    return client.post(address, body, HTTP_IDEMPOTENCY_KEY=key)


def waiting_messages() -> int:
    with current_app.connection_for_read() as broker:
        return int(broker.default_channel.client.llen("default"))


def test_the_same_request_again_gets_the_same_answer_and_runs_nothing(client: APIClient, address: str) -> None:
    first = run(client, address, reason="by hand")
    again = run(client, address, reason="by hand")
    with_slash = run(client, f"{address}/", reason="by hand")

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json() == with_slash.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (ScheduleRun.objects.count(), waiting_messages()) == (1, 1)


def test_without_a_key_or_with_another_each_request_runs(client: APIClient, address: str) -> None:
    for key in ("a", "b"):
        run(client, address, key)
    client.post(address)
    client.post(address)

    assert (ScheduleRun.objects.count(), waiting_messages()) == (4, 4)


def test_the_same_key_with_another_request_is_refused(client: APIClient, address: str) -> None:
    run(client, address, reason="one")

    for refused in (run(client, address, reason="two"), run(client, f"{ADDRESS}/{a_schedule().pk}/run", reason="one")):
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
        assert "Use a new key" in refused.json()["detail"]
    assert ScheduleRun.objects.count() == 1


def test_people_do_not_share_their_keys(client: APIClient, client_with: ClientWith, address: str) -> None:
    another = client_with("view_apiendpointschedule", "run_apiendpointschedule")

    run(client, address)
    assert "Idempotency-Replayed" not in run(another, address).headers
    assert ScheduleRun.objects.count() == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256])
def test_a_key_that_is_none_is_refused_at_its_header(client: APIClient, address: str, key: str) -> None:
    assert codes_by_field(run(client, address, key)) == {"Idempotency-Key": ["unusable_key"]}
    assert not ScheduleRun.objects.exists()


def test_a_refused_request_may_be_mended_and_sent_under_its_key(client: APIClient, address: str) -> None:
    assert run(client, address, reason=[]).status_code == 400

    assert run(client, address, reason="mended").status_code == 202


def test_a_key_is_forgotten_after_a_day(client: APIClient, address: str) -> None:
    now = datetime.now(UTC)
    run(client, address)
    with time_machine.travel(now + timedelta(hours=23, minutes=59), tick=False):
        assert run(client, address).headers["Idempotency-Replayed"]
    with time_machine.travel(now + timedelta(hours=24, minutes=1), tick=False):
        assert "Idempotency-Replayed" not in run(client, address).headers

    assert ScheduleRun.objects.count() == 2
    assert AnsweredRequest.objects.count() == 1


def test_a_run_that_the_queue_did_not_take_may_be_asked_for_again(
    client: APIClient, address: str, redis_server: Any
) -> None:
    redis_server.kill()
    refused = run(client, address)
    redis_server.start()

    assert (refused.status_code, refused.json()["code"]) == (503, "dispatch_failed")
    assert run(client, address).status_code == 202
    assert waiting_messages() == 1


class Crash(BaseException):
    """The process ends here."""


def test_a_crash_before_the_commit_leaves_nothing_and_one_after_it_leaves_the_run(
    client: APIClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise Crash

    with monkeypatch.context() as before_commit:
        before_commit.setattr(AnsweredRequest, "save", crash)
        with pytest.raises(Crash):
            run(client, address)
    assert not ScheduleRun.objects.exists()

    with monkeypatch.context() as after_commit:
        after_commit.setattr("schedules.services.triggering._send", crash)
        with pytest.raises(Crash):
            run(client, address)
    # Its message is sent by the sweep that finds runs without one; the request is not a second run.
    again = run(client, address)

    assert again.headers["Idempotency-Replayed"] == "true"
    assert [row["id"] for row in client.get("/api/v1/runs").json()["results"]] == [again.json()["id"]]


def test_of_many_at_once_one_runs_and_all_get_its_answer(client: APIClient, address: str) -> None:
    answers: list[Any] = []
    at_once = threading.Barrier(4)

    def ask() -> None:
        at_once.wait()
        answers.append(run(client, address))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [202] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert (ScheduleRun.objects.count(), waiting_messages()) == (1, 1)
