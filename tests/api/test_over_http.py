"""The API as scripts and browsers meet it: a real web server, plain HTTP."""

from datetime import datetime

import pytest
import requests
from django.contrib.auth.models import User

from schedules.mirror.mirror import Mirror
from tests.support.builders import a_key
from tests.support.stack import Stack, Web

#: The task that the product itself brings: a real web process knows no task of the tests.
TASK = "stockura.companies.tasks.sync_listed_companies"


@pytest.fixture
def web(stack: Stack) -> Web:
    return stack.web()


def test_a_script_with_a_token_sets_up_a_schedule_tries_it_and_takes_it_away(web: Web) -> None:
    api = f"{web.url}/api/v1"
    script = requests.Session()
    script.headers["Authorization"] = f"Token {a_key(User.objects.create_superuser('script'))}"

    previewed = script.get(f"{api}/schedules/preview?cron_expression=0 8 * * *").json()["next_runs"]
    endpoint = script.post(f"{api}/endpoints", json={"name": "companies", "task": TASK}).json()
    created = script.post(
        f"{api}/schedules",
        json={
            "endpoint": endpoint["id"],
            "name": "every morning",
            "schedule_type": "cron",
            "cron_expression": "0 8 * * *",
        },
    )
    schedule = f"{api}/schedules/{created.json()['id']}"

    assert created.status_code == 201
    assert len(previewed) == 5
    assert created.json()["next_run_at"] == previewed[0]
    assert Mirror().read([created.json()["id"]])[0].next == datetime.fromisoformat(previewed[0])
    active = script.get(f"{api}/schedules/active").json()["results"]
    assert [(entry["name"], entry["task"], entry["next_run_at"]) for entry in active] == [
        ("every morning", TASK, previewed[0])
    ]
    assert script.post(f"{schedule}/run", json={"reason": "first try"}).status_code == 202
    assert [run["trigger_reason"] for run in script.get(f"{schedule}/runs").json()["results"]] == ["first try"]
    assert script.post(f"{schedule}/pause").json()["is_paused"] is True
    assert script.get(f"{api}/schedules/active").json()["count"] == 0
    assert script.post(f"{schedule}/resume").json()["is_in_force"] is True
    assert script.delete(schedule).status_code == 204
    assert script.get(f"{api}/schedules/active").json()["count"] == 0


def test_a_browser_that_has_signed_in_reads_at_once_and_writes_with_its_csrf_token(web: Web) -> None:
    User.objects.create_superuser("operator", password="correct horse battery")
    browser = requests.Session()
    login = f"{web.url}/admin/login/"
    browser.get(login)
    browser.post(
        login,
        data={
            "username": "operator",
            "password": "correct horse battery",
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        },
        headers={"Referer": login},
    )
    preview, rule = f"{web.url}/api/v1/schedules/preview", {"schedule_type": "cron", "cron_expression": "0 8 * * *"}

    assert browser.get(f"{web.url}/api/v1/schedules").status_code == 200
    assert browser.post(preview, json=rule).status_code == 403
    with_token = {"X-CSRFToken": browser.cookies["csrftoken"]}
    assert browser.post(preview, json=rule, headers=with_token).status_code == 200


def test_strangers_learn_nothing_but_that_the_process_lives(web: Web) -> None:
    for address in ("schedules", "schedules/1", "schedules/preview?cron_expression=0 8 * * *", "health"):
        answer = requests.get(f"{web.url}/api/v1/{address}")

        assert answer.status_code == 401
        assert answer.json()["code"] == "not_authenticated"
    assert requests.get(f"{web.url}/healthz").text == "ok"
