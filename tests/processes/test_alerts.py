"""Beat killed, and one of those who tell: whoever is left tells it, over real receivers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from schedules.models import AlertChannel, AlertDelivery, AlertRule, AlertWatch, ScheduleRun
from schedules.monitoring import engine_health
from schedules.services.triggering import run_now
from tests.support.builders import a_schedule, an_endpoint
from tests.support.processes import RunningProcess
from tests.support.receivers import MailReceiver, WebReceiver, mail_receiver, web_receiver
from tests.support.stack import Stack
from tests.support.waiting import wait_until

#: Quick enough to be waited for; what each means stands in schedules/conf.py.
QUICK = {
    "LANGUAGE_CODE": "en",
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


def alerts(stack: Stack, name: str, env: dict[str, str]) -> RunningProcess:
    process = stack.start(name, "django", "send_alerts", "--loop", env=env)
    process.wait_for_output("Looking for what is to be told.", within=60)
    return process


def leads(stack: Stack) -> bool:
    return engine_health(datetime.now(UTC)).leader is not None


@pytest.mark.one_database
def test_a_killed_beat_is_told_without_beat_and_of_two_who_tell_one_may_be_killed(
    stack: Stack, web: WebReceiver, mail: MailReceiver
) -> None:
    env = {**QUICK, "EMAIL_URL": mail.url}
    a_rule(web, "beat_silent", "failed")
    beat, first = stack.beat(env=env), alerts(stack, "first", env)
    wait_until(lambda: leads(stack), within=30, saying="beat to lead")
    wait_until(lambda: AlertWatch.objects.exclude(looked_by="").exists(), within=20)
    beat.kill()

    wait_until(lambda: told(web, "opened"), within=30, saying="the silent beat to be told")
    wait_until(lambda: mail.mails, within=10, saying="the mail")
    assert told(web, "opened")[0]["event"] == "beat_silent"
    assert mail.mails[0][1]["Subject"] == "[Alert] Beat is silent: nothing is being sent"

    # Killed between sending and noting it, the first would leave the other to send it once more.
    wait_until(lambda: not AlertDelivery.objects.filter(state="waiting").exists(), within=10, saying="both to be noted")

    second = alerts(stack, "second", env)
    first.kill()
    stack.beat(name="beat-again", env=env)
    wait_until(lambda: told(web, "recovered"), within=40, saying="the recovery to be told by the other one")
    assert len(told(web, "opened")) == 1
    wait_until(lambda: AlertDelivery.objects.filter(state="waiting").count() == 0, within=10)
    assert second.stop() == 0


@pytest.mark.one_database
def test_a_failed_run_is_told_with_the_way_to_it(stack: Stack, web: WebReceiver, mail: MailReceiver) -> None:
    env = {**QUICK, "EMAIL_URL": mail.url, "SITE_URL": "https://stockura.example.jp"}
    a_rule(web, "failed")
    endpoint = an_endpoint(task="tests.fail", default_args=["No key for J-Quants."])
    stack.worker("--concurrency=1", env=env)
    alerts(stack, "alerts", env)
    schedule = a_schedule(name="Morning", endpoint=endpoint)
    run_now(schedule.pk, now=datetime.now(UTC))

    (message,) = wait_until(lambda: told(web, "opened"), within=20, saying="the failure to be told")
    run = ScheduleRun.objects.get()
    assert message["subject"] == "[Alert] Morning has failed"
    assert "No key for J-Quants." in message["alerts"][0]["text"]
    assert message["alerts"][0]["link"] == f"https://stockura.example.jp/admin/schedules/schedulerun/{run.pk}/change/"
