"""Alerts on what beat leaves undone while it leads: what is saved and does not hold, what is due and is not sent."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from schedules.alerts.watcher import Watcher
from schedules.alerts.watching import watch
from schedules.models import Alert, AlertChannel, AlertDelivery, AlertRule, APIEndpointSchedule
from tests.support import tasks  # noqa: F401 (registers them)
from tests.support.builders import a_run, a_schedule
from tests.support.driven_beat import DrivenScheduler
from tests.support.receivers import web_receiver
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

#: Longer than news are gathered, and than a difference may last until it is told.
GATHERED, LASTING = timedelta(seconds=21), timedelta(seconds=301)


@pytest.fixture(autouse=True)
def _rule(transactional_db: None) -> None:
    AlertRule.objects.create(name="Night", events=["late", "drift", "beat_silent"], language="en")
    channel = {"name": "Operations", "kind": "webhook", "url": "https://example.jp/hook", "secret": "not-to-be-seen"}
    AlertRule.objects.get().channels.create(**channel)


def hourly(name: str, **fields: Any) -> APIEndpointSchedule:
    return a_schedule(name=name, schedule_type="interval", execution_times=None, interval_seconds=3600, **fields)


def let_it_lead(beat: DrivenScheduler, now: datetime) -> None:
    """Beat says that it leads, and sends nothing."""
    type(beat).now = now
    assert beat._hold()


def opened() -> list[tuple[str, str, str]]:
    rows = Alert.objects.filter(state=Alert.State.OPEN).order_by("event", "title")
    return [(alert.event, alert.title, alert.facts["reason"]) for alert in rows]


def told() -> list[str]:
    return list(AlertDelivery.objects.order_by("pk").values_list("subject", flat=True))


def test_a_schedule_that_is_not_in_force_is_told_when_nobody_has_repaired_it(beat: DrivenScheduler) -> None:
    now = datetime.now(UTC)
    missing, orphan, set_aside, _well = (hourly(name) for name in ("missing", "orphan", "set aside", "well"))
    beat.mirror.remove({missing.pk: None})
    APIEndpointSchedule.objects.filter(pk=orphan.pk).update(enabled=False)
    beat.mirror.set_aside(set_aside.pk, 'No worker knows the task "x".')
    let_it_lead(beat, now)

    watch(now)

    assert opened() == [
        ("drift", "missing", "not_in_force"),
        ("drift", "orphan", "orphan"),
        ("drift", "set aside", "set_aside"),
    ]
    assert told() == []
    let_it_lead(beat, now + LASTING)
    watch(now + LASTING)
    assert told() == ["[Alert] 3 schedules are not in force as saved"]
    assert 'No worker knows the task "x".' in AlertDelivery.objects.get().body

    missing.save()
    let_it_lead(beat, now + 2 * LASTING)
    watch(now + 2 * LASTING)
    assert [title for _event, title, _reason in opened()] == ["orphan", "set aside"]


def test_a_difference_that_beat_repairs_in_time_is_never_told(beat: DrivenScheduler) -> None:
    now = datetime.now(UTC)
    schedule = hourly("missing")
    beat.mirror.remove({schedule.pk: None})
    let_it_lead(beat, now)
    watch(now)
    assert opened() == [("drift", "missing", "not_in_force")]

    schedule.save()
    let_it_lead(beat, now + LASTING)
    watch(now + LASTING)

    assert (told(), Alert.objects.count()) == ([], 0)


def test_what_a_leading_beat_does_not_send_is_late_until_it_is_sent(beat: DrivenScheduler) -> None:
    schedule = hourly("stuck")
    due = beat.mirror.read([schedule.pk])[0].next
    assert due is not None
    for minutes, expected in ((4, []), (6, [("late", "stuck", "not_sent")])):
        now = due + timedelta(minutes=minutes)
        let_it_lead(beat, now)
        watch(now)
        assert opened() == expected

    let_it_lead(beat, now + GATHERED)
    watch(now + GATHERED)
    assert told() == ["[Alert] stuck is late"]
    assert "Beat leads, and has not sent it." in AlertDelivery.objects.get().body

    beat.tick_at(now + GATHERED)
    watch(now + GATHERED)
    assert opened() == []


@pytest.mark.parametrize(("state", "expected"), [("running", ["[Recovered] waiting has begun"]), ("expired", [])])
def test_a_late_run_that_expired_before_it_began_has_not_recovered(
    beat: DrivenScheduler, state: str, expected: list[str]
) -> None:
    now = datetime.now(UTC)
    schedule = a_schedule(name="waiting", schedule_type="once", execution_times=None, run_at=now + timedelta(days=1))
    run = a_run(schedule, state="dispatched", scheduled_for=now - timedelta(minutes=6))
    let_it_lead(beat, now)
    watch(now)
    watch(now + GATHERED)
    assert told() == ["[Alert] waiting is late"]

    run.state = state
    run.started_at, run.finished_at = (now, None) if state == "running" else (None, now)
    run.save()
    for later in (GATHERED, 2 * GATHERED):
        let_it_lead(beat, now + later)
        watch(now + later)

    assert told()[1:] == expected
    assert not Alert.objects.exclude(state=Alert.State.CLOSED).exists()


def test_two_that_look_in_the_same_moments_open_and_tell_it_once(settings: Any) -> None:
    quick = {"ALERT_LOOK_EVERY_SECONDS": 0.001, "ALERT_GROUP_SECONDS": 0.001, "ALERT_PRIVATE_TARGETS": True}
    settings.SCHEDULES = {**settings.SCHEDULES, **quick}
    a_run(hourly("failing"), state="failed", error="No key.", finished_at=datetime.now(UTC))
    with web_receiver() as receiver:
        AlertRule.objects.update(events=["failed"])
        AlertChannel.objects.update(url=receiver.url)
        watchers = [Watcher("one"), Watcher("other")]
        threads = [Thread(target=lambda each=each: [each.step() for _ in range(6)]) for each in watchers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_until(lambda: receiver.posts, within=10)
        assert (len(receiver.posts), Alert.objects.count(), AlertDelivery.objects.count()) == (1, 1, 1)
