"""Beat killed, the worker killed: whoever is left tells it, over real receivers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from schedules.models import AlertChannel, AlertDelivery, AlertRule, AlertWatch, ScheduleRun
from schedules.monitoring import engine_health
from schedules.services.triggering import run_now
from tests.support.builders import a_schedule, an_endpoint
from tests.support.receivers import MailReceiver, WebReceiver, mail_receiver, web_receiver
from tests.support.stack import Stack
from tests.support.waiting import wait_until

#: Quick enough to be waited for; what each means stands in schedules/conf.py.
QUICK = {
    "SCHEDULES_ALERT_LOOK_EVERY_SECONDS": "0.3",
    "SCHEDULES_ALERT_GROUP_SECONDS": "0.3",
    "SCHEDULES_ALERT_BEAT_SILENT_SECONDS": "1",
    "SCHEDULES_BEAT_LOCK_SECONDS": "2",
    "SCHEDULES_ALERT_PRIVATE_TARGETS": "true",
}


@pytest.fixture
def web() -> Iterator[WebReceiver]:
    with web_receiver() as receiver:
        yield receiver


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    with mail_receiver() as receiver:
        yield receiver


def a_rule(web: WebReceiver, *events: str) -> AlertRule:
    rule = AlertRule.objects.create(name="Night", events=list(events), language="en")
    rule.channels.add(
        AlertChannel.objects.create(name="hook", kind="webhook", url=web.url, secret="a-secret-of-the-test"),
        AlertChannel.objects.create(name="mail", kind="email", recipients="night@example.jp"),
    )
    return rule


def told(web: WebReceiver, kind: str) -> list[Any]:
    return [post.json() for post in web.posts if post.json()["kind"] == kind]


def watchers() -> set[str]:
    return {row.looked_by.partition("@")[0] for row in AlertWatch.objects.all()}


def leads(stack: Stack) -> bool:
    return engine_health(datetime.now(UTC)).leader is not None


@pytest.mark.one_database
def test_a_killed_beat_is_told_by_the_worker_and_a_killed_worker_leaves_it_to_the_process_of_its_own(
    stack: Stack, web: WebReceiver, mail: MailReceiver
) -> None:
    env = {**QUICK, "EMAIL_URL": mail.url}
    a_rule(web, "beat_silent", "failed")
    beat, worker = stack.beat(env=env), stack.worker("--concurrency=1", env=env)
    wait_until(lambda: leads(stack), within=15, saying="beat to lead")
    wait_until(lambda: watchers() == {"worker"}, within=10)
    beat.kill()

    # The worker tells it: nobody else is there.
    wait_until(lambda: told(web, "opened"), within=20, saying="the worker to tell of the silent beat")
    wait_until(lambda: mail.mails, within=10, saying="the mail")
    assert told(web, "opened")[0]["event"] == "beat_silent"
    assert mail.mails[0][1]["Subject"] == "[Alert] Beat is silent: nothing is being sent"

    alone = stack.start("alerts", *("django", "send_alerts", "--loop"), env=env)
    alone.wait_for_output("Looking for what is to be told.")
    worker.kill()
    wait_until(lambda: watchers() == {"alerts"}, within=10, saying="the process of its own to take its turn")
    stack.beat(name="beat-again", env=env)
    wait_until(lambda: told(web, "recovered"), within=20, saying="the recovery to be told")
    assert len(told(web, "opened")) == 1
    wait_until(lambda: AlertDelivery.objects.filter(state="waiting").count() == 0, within=10)
    assert alone.stop() == 0


@pytest.mark.one_database
def test_a_failed_run_is_told_with_the_way_to_it(stack: Stack, web: WebReceiver, mail: MailReceiver) -> None:
    env = {**QUICK, "EMAIL_URL": mail.url, "SITE_URL": "https://stockura.example.jp"}
    a_rule(web, "failed")
    endpoint = an_endpoint(task="tests.fail", default_args=["No key for J-Quants."])
    stack.worker("--concurrency=1", env=env)
    schedule = a_schedule(name="Morning", endpoint=endpoint)
    run_now(schedule.pk, now=datetime.now(UTC))

    (message,) = wait_until(lambda: told(web, "opened"), within=20, saying="the failure to be told")
    run = ScheduleRun.objects.get()
    assert message["subject"] == "[Alert] Morning has failed"
    assert "No key for J-Quants." in message["alerts"][0]["text"]
    assert message["alerts"][0]["link"] == f"https://stockura.example.jp/admin/schedules/schedulerun/{run.pk}/change/"
