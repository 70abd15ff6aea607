"""From what is wrong to the message that was sent: rows, and real receivers on this machine."""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from schedules.alerts.delivering import PAUSES, Courier
from schedules.alerts.watching import take_turn, watch
from schedules.models import Alert, AlertChannel, AlertDelivery, AlertEvent, AlertRule, APIEndpointSchedule, ScheduleRun
from schedules.models.reasons import Reason
from schedules.services.switching import pause_schedule, set_enabled
from tests.support.builders import a_run, a_schedule, an_endpoint
from tests.support.receivers import hanging_receiver, mail_receiver, web_receiver
from tests.support.waiting import patient, wait_until

pytestmark = pytest.mark.django_db

State = ScheduleRun.State
NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # 05:00 in Tokyo
GROUPED, MINUTE, DAY = timedelta(seconds=21), timedelta(minutes=1), timedelta(days=1)
SECRET = "a-secret-that-nobody-may-see"


@pytest.fixture(autouse=True)
def _alert_settings(settings: Any) -> None:
    given = {"ALERT_PRIVATE_TARGETS": True, "ALERT_TIMEOUT_SECONDS": 1.0, "SITE_URL": "https://stockura.example.jp/"}
    settings.SCHEDULES = {**settings.SCHEDULES, **given}


def a_channel(**fields: Any) -> AlertChannel:
    usual = {"name": "Operations", "kind": "webhook", "url": "http://127.0.0.1:9/hook", "secret": SECRET}
    return AlertChannel.objects.create(**{**usual, **fields})


def a_rule(*events: str, channels: list[AlertChannel] | None = None, **fields: Any) -> AlertRule:
    usual = {"name": "Everything", "language": "en", "events": list(events) or AlertEvent.values}
    rule = AlertRule.objects.create(**{**usual, **fields})
    rule.channels.set([a_channel()] if channels is None else channels)
    return rule


def failed(schedule: APIEndpointSchedule, at: datetime, **fields: Any) -> ScheduleRun:
    usual = {"state": State.FAILED, "error": "HTTP 500 from J-Quants", "scheduled_for": at, "finished_at": at}
    return a_run(schedule, **{**usual, "created_at": at, **fields})


def messages(kind: str | None = None) -> list[AlertDelivery]:
    rows = AlertDelivery.objects.order_by("pk")
    return list(rows.filter(kind=kind) if kind else rows)


def watched(now: datetime) -> list[AlertDelivery]:
    """What two looks at ``now`` and when the news have been gathered leave to be sent, beyond what there was."""
    before = set(AlertDelivery.objects.values_list("pk", flat=True))
    watch(now)
    watch(now + GROUPED)
    return [row for row in messages() if row.pk not in before]


def deliver(now: datetime) -> None:
    courier = Courier()
    courier.step(now)
    courier.wait(timedelta(seconds=20))
    courier.note_ended(now)
    courier.close()


# --- what is told


def test_many_failures_of_one_cause_are_one_message_that_says_what_since_when_and_what_to_do() -> None:
    a_rule("failed")
    runs = [failed(a_schedule(name=f"Morning {number}"), NOW - MINUTE) for number in range(3)]

    (message,) = watched(NOW)

    assert message.subject == "[Alert] 3 schedules have failed"
    assert "- Morning 0\n    failed at 04:59. HTTP 500 from J-Quants." in message.body
    assert f"https://stockura.example.jp/admin/schedules/schedulerun/{runs[0].pk}/change/" in message.body
    assert "What to do: open the run" in message.body
    assert message.alerts.count() == 3
    assert message.payload["alerts"][2]["schedule_id"] == runs[2].schedule_id


def test_in_japanese_as_the_rule_says() -> None:
    a_rule("failed", language="ja")
    failed(a_schedule(name="朝の同期"), NOW - DAY)

    (message,) = watched(NOW)

    assert message.subject == "【警告】「朝の同期」が失敗しました"
    assert "11月23日(月) 05:00に失敗しました。HTTP 500 from J-Quants。" in message.body
    assert "「もう一度実行」" in message.body


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("event", AlertEvent.values)
def test_every_event_has_its_sentences_in_both_languages(language: str, event: str) -> None:
    from schedules.alerts.composing import compose

    rule = AlertRule(name="Rule", language=language)
    facts = {"until": "2027-12-31", "count": 2, "error": "", "reason": "", "pause_reason": ""}
    alert = Alert(event=event, subject="x", title="XTKS", facts=facts, since=NOW, noticed_at=NOW)
    cases = [(kind, alerts) for kind in ("opened", "reminder") for alerts in ([alert], [alert] * 30)]
    texts = [compose(rule, kind, event, alerts, NOW) for kind, alerts in cases]
    over = compose(rule, "recovered", event, [alert], NOW)
    assert len({text.subject for text in [*texts, over]}) >= 3
    for text in [*texts, over]:
        assert (max(text.body) > "぀") == (language == "ja")
        json.dumps(text.payload)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_line_is_a_sentence_with_one_full_stop(language: str) -> None:
    from schedules.alerts.composing import detail_of

    known = [
        ("paused_long", {"pause_reason": ""}),
        ("paused_long", {"pause_reason": "Maintenance."}),
        ("running_long", {}),
        ("calendar", {"until": "2027-12-31"}),
        ("failed", {"count": 1, "error": "No answer."}),
        *(("drift", {"reason": reason, "error": "No worker knows it."}) for reason in ("stale", "set_aside")),
    ]
    for event, facts in known:
        text = detail_of(Alert(event=event, title="XTKS", facts=facts, since=NOW - DAY), language, NOW)
        assert text.endswith("。" if language == "ja" else "."), text
        assert not {"。。", ".。", "..", ". n", ". w"} & {text[at : at + 2] for at in range(len(text))}, text
        assert ". without" not in text


def test_an_open_alert_is_not_told_twice_is_reminded_of_and_its_recovery_is_told_once() -> None:
    a_rule("failed", remind_after_seconds=86_400)
    schedule = a_schedule(name="Morning")
    failed(schedule, NOW - MINUTE)

    assert len(watched(NOW)) == 1
    assert watched(NOW + 60 * MINUTE) == []
    failed(schedule, NOW + 61 * MINUTE)
    assert watched(NOW + 62 * MINUTE) == []
    (reminder,) = watched(NOW + DAY + MINUTE)
    assert reminder.subject == "[Reminder] Morning has failed"
    assert "failed 2 times in a row" in reminder.body

    at = NOW + DAY + 10 * MINUTE
    a_run(schedule, created_at=at, finished_at=at)
    (recovery,) = watched(at + MINUTE)
    assert recovery.subject == "[Recovered] Morning works again"
    assert watched(at + 3 * DAY) == []
    assert not Alert.objects.exclude(state="closed").exists()


def test_a_rule_that_waits_for_failures_in_a_row_counts_them_since_the_last_success() -> None:
    a_rule("failed", failures_in_a_row=3)
    schedule = a_schedule()
    for minutes in (50, 40):
        failed(schedule, NOW - minutes * MINUTE)
    a_run(schedule, created_at=NOW - 30 * MINUTE, finished_at=NOW - 30 * MINUTE)
    for minutes in (20, 10):
        failed(schedule, NOW - minutes * MINUTE)
    assert watched(NOW) == []

    failed(schedule, NOW + MINUTE)
    assert len(watched(NOW + 2 * MINUTE)) == 1


def test_a_failure_of_long_ago_has_not_recovered_because_it_is_long_ago() -> None:
    a_rule("failed", remind_after_seconds=None)
    failed(a_schedule(), NOW)
    assert len(watched(NOW)) == 1
    assert watched(NOW + 40 * DAY) == []
    assert Alert.objects.get().state == Alert.State.OPEN


def test_a_schedule_that_is_switched_off_has_not_recovered_either() -> None:
    a_rule("failed")
    schedule = a_schedule()
    failed(schedule, NOW)
    watched(NOW)
    set_enabled(schedule.pk, False)
    assert watched(NOW + MINUTE) == []
    assert Alert.objects.get().outcome == Alert.Outcome.WITHDRAWN


def test_a_missed_run_is_told_and_one_that_a_later_run_made_up_for_is_not() -> None:
    a_rule("missed")
    missed, made_up = a_schedule(name="missed"), a_schedule(name="made up")
    for schedule, reason in ((missed, Reason.OUTSIDE_WINDOW), (made_up, Reason.COALESCED)):
        a_run(schedule, state=State.MISSED, state_reason=reason, scheduled_for=NOW - 60 * MINUTE, created_at=NOW)

    (message,) = watched(NOW)

    assert message.subject == "[Alert] missed missed its run"
    assert "missed the run of 04:00. Beat could send it only after its catch-up window had ended." in message.body


def test_running_too_long_and_waiting_for_a_worker_are_told_after_the_time_of_the_rule() -> None:
    a_rule("running_long", "late", running_after_seconds=3600, late_after_seconds=300)
    a_run(a_schedule(name="long"), state=State.RUNNING, started_at=NOW - 61 * MINUTE)
    a_run(a_schedule(name="short"), state=State.RUNNING, started_at=NOW - 59 * MINUTE)
    waiting = {"state": State.DISPATCHED, "dispatched_at": NOW - 6 * MINUTE}
    a_run(a_schedule(name="waiting"), scheduled_for=NOW - 6 * MINUTE, **waiting)
    a_run(a_schedule(name="queued"), scheduled_for=NOW - 6 * MINUTE, state_reason=Reason.WAITING, **waiting)

    watched(NOW)

    assert set(Alert.objects.values_list("event", "title")) == {("running_long", "long"), ("late", "waiting")}


def test_a_pause_that_was_given_an_end_has_not_ended_yet_and_is_no_longer_told_of() -> None:
    a_rule("paused_long", paused_after_seconds=86_400, remind_after_seconds=3600)
    schedule = a_schedule(name="forgotten")
    pause_schedule(schedule.pk, now=NOW - 2 * DAY)
    assert len(watched(NOW)) == 1

    pause_schedule(schedule.pk, now=NOW, until=NOW + 5 * DAY)

    assert watched(NOW + DAY) == []
    assert Alert.objects.get().outcome == Alert.Outcome.WITHDRAWN


def test_a_pause_without_an_end_is_told_when_it_is_too_long() -> None:
    a_rule("paused_long", paused_after_seconds=7 * 86_400)
    for name, until in (("forgotten", None), ("meant", NOW + 30 * DAY)):
        pause_schedule(a_schedule(name=name).pk, now=NOW - 8 * DAY, reason="Maintenance", until=until)

    (message,) = watched(NOW)

    assert message.subject == "[Alert] forgotten is still paused"
    assert "paused since Mon 16 November 05:00. Maintenance." in message.body


def test_a_calendar_that_ends_soon_is_told_where_a_schedule_asks_it() -> None:
    a_rule("calendar")
    a_schedule(name="any day")
    soon = datetime(2027, 11, 10, tzinfo=UTC)
    assert watched(soon) == []
    a_schedule(name="trading days", trading_day_rule="skip")
    assert watched(soon - 30 * DAY) == []
    (message,) = watched(soon)
    assert "confirmed until 31 December 2027" in message.body


def test_nobody_leading_is_told_after_a_minute_and_not_each_schedule_with_it() -> None:
    a_rule("beat_silent", "late", "drift")
    a_schedule()
    watch(NOW)
    watch(NOW + timedelta(seconds=50))
    assert messages() == []
    watch(NOW + timedelta(seconds=61))
    (message,) = messages()
    assert message.subject == "[Alert] Beat is silent: nothing is being sent"
    assert "No beat leads." in message.body


def test_a_redis_that_is_away_is_told_as_well(redis_server: Any) -> None:
    a_rule("beat_silent")
    redis_server.kill()
    watch(NOW)
    watch(NOW + timedelta(seconds=61))
    assert "Redis does not answer." in messages()[0].body


def test_a_rule_covers_its_endpoint_or_its_schedule_alone() -> None:
    one, other = an_endpoint(name="one"), an_endpoint(name="other")
    first, second = a_schedule(endpoint=one, name="first"), a_schedule(endpoint=one, name="second")
    third = a_schedule(endpoint=other, name="third")
    a_rule("failed", endpoint=one, name="of the endpoint", channels=[])
    a_rule("failed", schedule=third, name="of the schedule", channels=[])
    for schedule in (first, second, third):
        failed(schedule, NOW)

    watch(NOW)

    found = set(Alert.objects.values_list("rule__name", "title"))
    assert found == {("of the endpoint", "first"), ("of the endpoint", "second"), ("of the schedule", "third")}


def test_watchers_take_turns_and_a_clock_set_back_stops_nobody() -> None:
    assert take_turn(NOW, "one")
    assert not take_turn(NOW + timedelta(seconds=14), "other")
    assert take_turn(NOW + timedelta(seconds=15), "other")
    assert take_turn(NOW - DAY, "one")


# --- how it travels


def test_a_webhook_is_signed_and_tells_which_message_it_is() -> None:
    with web_receiver() as receiver:
        a_rule("failed", channels=[a_channel(url=f"{receiver.url}/hook?a=1")])
        failed(a_schedule(name="Morning"), NOW)
        (message,) = watched(NOW)
        deliver(NOW + MINUTE)
    (post,) = receiver.posts
    assert post.path == "/hook?a=1"
    assert post.json()["id"] == post.headers["X-Stockura-Delivery"] == str(message.key)
    assert post.json()["alerts"][0]["title"] == "Morning"
    # On the clock of the site, as the API writes instants.
    assert post.json()["alerts"][0]["since"] == "2026-11-24T05:00:00+09:00"
    said = dict(part.split("=") for part in post.headers["X-Stockura-Signature"].split(","))
    expected = hmac.new(SECRET.encode(), f"{said['t']}.".encode() + post.body, hashlib.sha256).hexdigest()
    assert said["v1"] == expected
    message.refresh_from_db()
    assert (message.state, message.attempts) == (AlertDelivery.State.SENT, 1)


def test_a_chat_gets_the_text_and_no_control_signs() -> None:
    with web_receiver() as receiver:
        a_rule("failed", channels=[a_channel(kind="slack", url=receiver.url, secret="")])
        failed(a_schedule(), NOW, error="<!channel> & more")
        watched(NOW)
        deliver(NOW + MINUTE)
    text = receiver.posts[0].json()["text"]
    assert "&lt;!channel&gt; &amp; more" in text
    assert "What to do" in text


def test_a_mail_reaches_every_recipient(settings: Any) -> None:
    with mail_receiver() as receiver:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", receiver.port
        people = "night@example.jp\nday@example.jp"
        a_rule("failed", language="ja", channels=[a_channel(kind="email", recipients=people, url="", secret="")])
        failed(a_schedule(name="朝の同期"), NOW)
        (message,) = watched(NOW)
        deliver(NOW + MINUTE)
    ((recipients, mail),) = receiver.mails
    assert recipients == ["night@example.jp", "day@example.jp"]
    # Folded after its name, as a long one may be.
    assert mail["Subject"].strip() == "【警告】「朝の同期」が失敗しました"
    assert "HTTP 500 from J-Quants" in mail.get_content()
    assert str(message.key) in mail["Message-ID"]


def test_a_receiver_that_is_away_is_tried_again_later_and_later_until_it_is_given_up() -> None:
    with web_receiver() as receiver:
        receiver.statuses = [503, 302]
        a_rule("failed", channels=[a_channel(url=receiver.url)])
        failed(a_schedule(), NOW)
        (message,) = watched(NOW)
        at = NOW + MINUTE
        deliver(at)
        message.refresh_from_db()
        assert (message.state, message.answer) == (AlertDelivery.State.WAITING, "status:503")
        deliver(at + PAUSES[0] - timedelta(seconds=1))
        assert len(receiver.posts) == 1
        deliver(at + PAUSES[0])
        message.refresh_from_db()
        # Not followed: the second request would go wherever the receiver says.
        assert (len(receiver.posts), message.answer) == (2, "redirect:302")
        keys = {post.headers["X-Stockura-Delivery"] for post in receiver.posts}
        assert keys == {str(message.key)}
    AlertDelivery.objects.update(attempts=len(PAUSES), next_attempt_at=NOW)
    deliver(NOW + DAY)
    message.refresh_from_db()
    assert message.state == AlertDelivery.State.GIVEN_UP


def test_a_channel_that_was_away_for_ten_minutes_hears_of_the_alert_before_its_recovery() -> None:
    with web_receiver() as receiver:
        receiver.statuses = [503] * 5
        a_rule("failed", channels=[a_channel(url=receiver.url)])
        schedule = a_schedule(name="Morning")
        failed(schedule, NOW)
        watched(NOW)
        at = NOW + MINUTE
        for pause in (timedelta(), *PAUSES[:4]):
            at += pause
            deliver(at)
        a_run(schedule, created_at=at, finished_at=at)
        (recovery,) = watched(at + MINUTE)
        at += 2 * MINUTE
        assert at < AlertDelivery.objects.exclude(pk=recovery.pk).get().next_attempt_at
        deliver(at)
        deliver(at)
        deliver(at)
    assert [post.json()["kind"] for post in receiver.posts[5:]] == ["opened", "recovered"]


def test_a_message_that_its_receiver_never_takes_holds_up_no_later_one() -> None:
    with web_receiver() as receiver:
        receiver.statuses = [400, 400]
        a_rule("failed", "missed", channels=[a_channel(url=receiver.url)])
        failed(a_schedule(), NOW)
        (refused,) = watched(NOW)
        deliver(NOW + MINUTE)
        missed = {"state": State.MISSED, "scheduled_for": NOW + MINUTE, "created_at": NOW + MINUTE}
        a_run(a_schedule(), **missed)
        (second,) = watched(NOW + MINUTE + timedelta(seconds=5))
        for _ in range(3):
            deliver(NOW + MINUTE + timedelta(seconds=28))
    refused.refresh_from_db()
    assert [post.json()["event"] for post in receiver.posts] == ["failed", "failed", "missed"]
    assert (refused.attempts, second.channel_name) == (2, "Operations")


def test_a_message_that_a_clock_ahead_has_dated_is_sent_after_the_clock_is_set_back() -> None:
    with web_receiver() as receiver:
        a_rule("failed", channels=[a_channel(url=receiver.url)])
        failed(a_schedule(), NOW)
        watched(NOW)
        deliver(NOW - DAY)
        assert len(receiver.posts) == 1
        AlertDelivery.objects.update(state="waiting", attempts=3, next_attempt_at=NOW + DAY)
        deliver(NOW)
        assert len(receiver.posts) == 2


def test_a_receiver_that_hangs_holds_up_nobody_else() -> None:
    with hanging_receiver() as silent, web_receiver() as receiver:
        a_rule("failed", channels=[a_channel(name="a", url=silent), a_channel(name="b", url=receiver.url)])
        failed(a_schedule(), NOW)
        watched(NOW)
        courier = Courier()
        began = time.monotonic()
        courier.step(NOW + MINUTE)
        wait_until(lambda: receiver.posts, within=5)
        assert time.monotonic() - began < patient(0.9)
        courier.wait(timedelta(seconds=10))
        courier.note_ended(NOW + 2 * MINUTE)
        courier.close()
    answers = dict(AlertDelivery.objects.values_list("channel_name", "answer"))
    assert answers == {"a": "timeout:1", "b": "sent"}


def test_two_senders_send_a_message_once() -> None:
    with web_receiver() as receiver:
        a_rule("failed", channels=[a_channel(url=receiver.url)])
        failed(a_schedule(), NOW)
        watched(NOW)
        couriers = [Courier(), Courier()]
        for courier in couriers:
            courier.step(NOW + MINUTE)
        for courier in couriers:
            courier.wait(timedelta(seconds=10))
            courier.close()
        assert len(receiver.posts) == 1


def test_what_a_crashed_sender_had_taken_up_is_sent_by_another_under_the_same_key() -> None:
    with web_receiver() as receiver:
        a_rule("failed", channels=[a_channel(url=receiver.url)])
        failed(a_schedule(), NOW)
        (message,) = watched(NOW)
        crashed = Courier()
        crashed.step(NOW + MINUTE)
        wait_until(lambda: receiver.posts, within=5)
        crashed.close()  # and never notes what came of it
        deliver(NOW + MINUTE + timedelta(seconds=5))
        assert len(receiver.posts) == 1
        deliver(NOW + 2 * MINUTE)
        deliver(NOW + 10 * MINUTE)
    assert {post.headers["X-Stockura-Delivery"] for post in receiver.posts} == {str(message.key)}
    assert len(receiver.posts) == 2


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost:1/", "http://10.0.0.1/"])
def test_private_addresses_are_refused_unless_the_settings_allow_them(settings: Any, address: str) -> None:
    settings.SCHEDULES = {**settings.SCHEDULES, "ALERT_PRIVATE_TARGETS": False}
    a_rule("failed", channels=[a_channel(url=address)])
    failed(a_schedule(), NOW)
    watched(NOW)
    deliver(NOW + MINUTE)
    assert AlertDelivery.objects.get().answer.startswith("private:")


def test_no_secret_of_a_channel_stands_in_a_message_an_answer_or_the_log(caplog: Any) -> None:
    caplog.set_level("DEBUG")
    a_rule("failed", channels=[a_channel(url="http://127.0.0.1:9/services/T0/B0/very-secret-path")])
    failed(a_schedule(), NOW)
    watched(NOW)
    deliver(NOW + MINUTE)
    row = AlertDelivery.objects.get()
    kept = f"{row.answer} {row.body} {row.payload} {caplog.text}"
    assert row.answer.startswith("connection:")
    assert "very-secret-path" not in kept
    assert SECRET not in kept


def test_the_command_looks_once_and_sends_what_is_due(capsys: Any) -> None:
    with web_receiver() as receiver:
        a_rule("beat_silent", channels=[a_channel(url=receiver.url)])
        watch(datetime.now(UTC) - 5 * MINUTE)
        call_command("send_alerts")
        assert receiver.posts[0].json()["event"] == "beat_silent"
