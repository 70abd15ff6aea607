"""The admin's pages of alerts: who sees what, what is never shown, and that trying a channel says the truth."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from schedules.alerts.watching import watch
from schedules.models import AlertChannel, AlertDelivery, AlertRule, ScheduleRun
from tests.support.builders import a_run, a_schedule
from tests.support.ports import free_port
from tests.support.receivers import web_receiver

pytestmark = pytest.mark.django_db

SECRET_URL = "https://hooks.example.jp/services/T0/B0/very-secret"
SECRET = "a-secret-that-nobody-may-see"


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chief"))
    client.cookies["django_language"] = "en"
    return client


def a_channel(**fields: Any) -> AlertChannel:
    usual = {"name": "Operations", "kind": "webhook", "url": SECRET_URL, "secret": SECRET}
    return AlertChannel.objects.create(**{**usual, **fields})


def address(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:schedules_{model}_{page}", args=args)


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


def save_channel(client: Client, *args: Any, **fields: Any) -> Any:
    data = {"name": "Operations", "kind": "webhook", "enabled": "on", "recipients": "", "url": "", "secret": ""}
    page = address("alertchannel", "change", *args) if args else address("alertchannel", "add")
    return client.post(page, {**data, **fields}, follow=True)


def test_a_saved_address_and_secret_stand_on_no_page(chief: Client) -> None:
    channel = a_channel()
    for page in (address("alertchannel", "change", channel.pk), address("alertchannel", "changelist")):
        text = text_of(chief.get(page))
        assert "very-secret" not in text
        assert SECRET not in text
    assert "hooks.example.jp" in text


def test_saving_with_empty_fields_keeps_them_and_a_new_one_takes_their_place(chief: Client) -> None:
    channel = a_channel()
    save_channel(chief, channel.pk, name="Night")
    channel.refresh_from_db()
    assert (channel.name, channel.url, channel.secret) == ("Night", SECRET_URL, SECRET)
    save_channel(chief, channel.pk, url="https://other.example.jp/hook")
    channel.refresh_from_db()
    assert (channel.url, channel.secret) == ("https://other.example.jp/hook", SECRET)


def test_a_webhook_without_a_secret_gets_one_that_is_shown_once(chief: Client) -> None:
    answer = save_channel(chief, url=SECRET_URL)
    text, secret = text_of(answer), AlertChannel.objects.get().secret
    assert "no-store" in answer.headers["Cache-Control"]
    assert all(secret not in cookie.value for cookie in chief.cookies.values())
    assert len(secret) >= 40
    assert secret in text
    assert secret not in text_of(chief.get(address("alertchannel", "changelist")))
    history = text_of(chief.get(address("alertchannel", "history", AlertChannel.objects.get().pk)))
    assert secret not in history


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"url": "ftp://example.jp"}, "Enter a whole address that begins with https:// or http://."),
        ({"url": "http://[::1"}, "Enter a whole address that begins with https:// or http://."),
        ({"url": "https://"}, "Enter a whole address that begins with https:// or http://."),
        ({"url": "https://a.example.jp:99999/"}, "Enter a whole address that begins with https:// or http://."),
        ({"url": "https://a.example.jp/a\r\nX: y"}, "Enter a whole address that begins with https:// or http://."),
        ({"url": "https://me:pass@a.example.jp/"}, "An address with a login in it is not used."),
        ({"kind": "email", "recipients": ""}, "Enter at least one e-mail address."),
        ({"kind": "email", "recipients": "a@example.jp nobody"}, "&quot;nobody&quot; is no e-mail address."),
    ],
)
def test_a_channel_that_leads_nowhere_is_refused_at_its_field(
    chief: Client, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in text_of(save_channel(chief, **fields))
    assert not AlertChannel.objects.exists()


def test_changing_the_kind_forgets_what_belongs_to_the_other(chief: Client) -> None:
    channel = a_channel()
    save_channel(chief, channel.pk, kind="email", recipients="night@example.jp, day@example.jp")
    channel.refresh_from_db()
    assert (channel.recipients, channel.url, channel.secret) == ("night@example.jp\nday@example.jp", "", "")


def test_a_test_says_what_really_came_of_it(chief: Client, settings: Any) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "ALERT_PRIVATE_TARGETS": True}
    with web_receiver() as receiver:
        channel = a_channel(url=receiver.url)
        page = address("alertchannel", "test", channel.pk)
        assert "The test was sent." in text_of(chief.post(page, follow=True))
        assert receiver.posts[0].json()["kind"] == "test"
        receiver.statuses = [404]
        text = text_of(chief.post(page, follow=True))
        assert "The test did not get through. The receiver answered with status 404." in text
        assert chief.get(page).status_code == 405
    assert set(AlertDelivery.objects.values_list("kind", "state")) == {("test", "sent"), ("test", "given_up")}


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("email", "The mail server could not be reached. Check that EMAIL_URL names the right server and port"),
        ("webhook", "The receiver could not be reached. Check that the address is right"),
    ],
)
def test_what_could_not_be_reached_is_said_in_a_sentence_and_a_programs_words_are_folded(
    chief: Client, settings: Any, kind: str, sentence: str
) -> None:
    port = free_port()
    settings.SCHEDULES = {**settings.SCHEDULES, "ALERT_PRIVATE_TARGETS": True}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    to_mail = {"url": "", "secret": "", "recipients": "a@example.jp"}
    where = {"url": f"http://127.0.0.1:{port}/"} if kind == "webhook" else to_mail
    channel = a_channel(kind=kind, **where)

    page = chief.post(address("alertchannel", "test", channel.pk), follow=True).content.decode()
    listed = chief.get(address("alertdelivery", "changelist")).content.decode()

    for shown in (page, listed):
        before, _summary, folded = shown.partition('<details class="sx-technical">')
        assert sentence in before
        assert "Connection refused" not in before
        assert "Connection refused" in folded.partition("</details>")[0]


def test_whoever_may_only_view_sees_no_button_and_may_not_press_it(client: Client) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__startswith="view_alert"))
    client.force_login(reader)
    channel = a_channel()
    test = address("alertchannel", "test", channel.pk)
    text = text_of(client.get(address("alertchannel", "change", channel.pk)))
    assert test not in text
    assert "very-secret" not in text
    assert client.post(test).status_code == 403
    rule = AlertRule.objects.create(name="Rule", events=["failed"])
    assert client.get(address("alertrule", "change", rule.pk)).status_code == 200
    assert not AlertDelivery.objects.exists()


RULE = {
    "name": "Night",
    "enabled": "on",
    "events": ["failed"],
    "endpoint": "",
    "schedule": "",
    "failures_in_a_row": "1",
    "late_after_seconds_amount": "5",
    "late_after_seconds_unit": "60",
    "running_after_seconds_amount": "1",
    "running_after_seconds_unit": "3600",
    "paused_after_seconds_amount": "7",
    "paused_after_seconds_unit": "86400",
    "remind_after_seconds_amount": "",
    "remind_after_seconds_unit": "3600",
    "language": "ja",
    "tell_recovery": "on",
}


def test_a_rule_is_saved_as_entered(chief: Client) -> None:
    channel, schedule = a_channel(), a_schedule()
    data = {**RULE, "schedule": schedule.pk, "channels": [channel.pk]}
    text_of(chief.post(address("alertrule", "add"), data, follow=True))
    rule = AlertRule.objects.get()
    assert (rule.events, rule.schedule, list(rule.channels.all())) == (["failed"], schedule, [channel])
    assert (rule.late_after_seconds, rule.remind_after_seconds) == (300, None)
    assert "Night" in text_of(chief.get(address("alertrule", "changelist")))
    assert chief.get(address("alertrule", "change", rule.pk)).status_code == 200


def test_a_rule_that_could_tell_nothing_is_refused(chief: Client) -> None:
    schedule = a_schedule()
    of_engine = {**RULE, "events": ["failed", "beat_silent"], "schedule": schedule.pk}
    both = {**RULE, "schedule": schedule.pk, "endpoint": schedule.endpoint_id}
    for data, sentence in (
        (of_engine, "Beat is silent concerns all schedules."),
        (both, "Choose an endpoint or a schedule, not both."),
        ({**RULE, "failures_in_a_row": "0"}, "greater than or equal to 1"),
        ({**RULE, "late_after_seconds_amount": "0"}, "greater than or equal to 1"),
        ({**RULE, "events": ["nonsense"]}, "nonsense"),
    ):
        assert sentence in text_of(chief.post(address("alertrule", "add"), data))
    assert not AlertRule.objects.exists()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_open_alerts_are_listed_with_the_way_to_the_run_and_messages_can_be_read(chief: Client, language: str) -> None:
    chief.cookies["django_language"] = language
    now = datetime.now(UTC)
    rule = AlertRule.objects.create(name="Night", events=["failed", "beat_silent"], language=language)
    rule.channels.add(a_channel())
    run = a_run(a_schedule(name="Morning"), state=ScheduleRun.State.FAILED, error="<b>500</b>", finished_at=now)
    watch(now)
    watch(now + timedelta(seconds=61))

    text = text_of(chief.get(address("alert", "changelist")))
    assert address("schedulerun", "change", run.pk) in text
    assert "&lt;b&gt;500&lt;/b&gt;" in text
    (failed,) = rule.alerts.filter(event="failed")
    assert address("schedulerun", "change", run.pk) in text_of(chief.get(address("alert", "change", failed.pk)))
    for alert in rule.alerts.all():
        assert "&lt;b&gt;" in text_of(chief.get(address("alert", "change", alert.pk))) or alert.event == "beat_silent"
    message = AlertDelivery.objects.filter(event="failed").get()
    assert message.subject in text_of(chief.get(address("alertdelivery", "changelist")))
    assert "Morning" in text_of(chief.get(address("alertdelivery", "change", message.pk)))

    for state, is_there in (("over", False), ("all", True)):
        assert (address("schedulerun", "change", run.pk) in text_of(
            chief.get(address("alert", "changelist"), {"state": state})
        )) == is_there
