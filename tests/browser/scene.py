"""Something of every kind of row, and the address of every main page that shows it."""

from datetime import UTC, datetime, timedelta
from typing import Any

START = "/admin/schedules"
LIST = f"{START}/apiendpointschedule/"
#: What comes first when a template that all pages share is at fault.
HOME = "/admin/"


def build(user: Any, endpoint: Any) -> list[str]:
    """Fill the database and return the addresses."""
    from schedules.actors import acting
    from schedules.models import Alert, AlertChannel, AlertDelivery, AlertRule, Backfill, ExceptionalDay
    from schedules.models.definitions import recurrence_of
    from schedules.services.calendar_feeds import make_feed
    from schedules.services.occurrences import move_occurrence, skip_occurrence
    from schedules.services.switching import pause_schedule
    from tests.support.builders import a_key, a_run, a_schedule

    now = datetime.now(UTC)
    schedule = a_schedule(endpoint=endpoint, name="morning", trading_day_rule="skip")
    # As long as a name may be, and nowhere to break it.
    paused = a_schedule(endpoint=endpoint, name="patrol" * 33, schedule_type="interval", interval_seconds=900)
    noon = a_schedule(endpoint=endpoint, name="noon", execution_times={"times": ["12:00", "00:00"]})
    with acting(through="scene"):
        pause_schedule(paused.pk, now=now, reason="maintenance")
    upcoming = recurrence_of(schedule).next_after(now)
    assert upcoming is not None
    move_occurrence(schedule.pk, upcoming, to=now + timedelta(hours=2), now=now, by=user, reason="the source is late")
    skip_occurrence(noon.pk, recurrence_of(noon).next_after(now), now=now, by=user, reason="stocktaking")
    at = {"scheduled_for": now - timedelta(hours=1), "started_at": now - timedelta(minutes=59), "finished_at": now}
    failed = a_run(schedule, state="failed", error="J-Quants answered 503.", traceback="Traceback", **at)
    a_run(schedule, state="running", progress_done=20, progress_total=44, started_at=now)
    backfill = Backfill.objects.create(
        schedule=schedule, schedule_name="morning", from_at=now - timedelta(days=9), to_at=now, state="done"
    )
    rule = AlertRule.objects.create(name="Night", events=["failed"])
    channel = AlertChannel.objects.create(name="Operations", kind="webhook", url="https://hooks.example.jp/1")
    alert = Alert.objects.create(
        rule=rule,
        event="failed",
        subject=f"schedule:{schedule.pk}",
        schedule=schedule,
        title="morning",
        facts={"run_id": failed.pk, "count": 1, "error": "J-Quants answered 503."},
        since=now,
        noticed_at=now,
    )
    delivery = AlertDelivery.objects.create(
        rule=rule, channel=channel, channel_name="Operations", kind="opened", event="failed", subject="morning failed",
        body="morning failed.", next_attempt_at=now, created_at=now,
    )  # fmt: skip
    make_feed(user, name="phone", language="en")
    a_key(user)
    ExceptionalDay.objects.create(on=now.date() + timedelta(days=3), reason_en="All-day halt", reason_ja="終日売買停止")
    return [
        HOME,
        LIST,
        f"{LIST}add/",
        f"{LIST}{schedule.pk}/change/",
        f"{LIST}{paused.pk}/history/",
        f"{LIST}{paused.pk}/backfill/",
        f"{LIST}{paused.pk}/delete/",
        f"{LIST}do/pause/?schedule={schedule.pk}",
        f"{LIST}do/run/?schedule={paused.pk}",
        f"{LIST}{schedule.pk}/occurrence/?at={upcoming:%Y-%m-%dT%H:%M:%SZ}",
        f"{LIST}{schedule.pk}/history/",
        f"{LIST}reconcile/",
        f"{LIST}deleted_ones/",
        *(f"{LIST}calendar/?view={view}" for view in ("day", "week", "month")),
        f"{START}/schedulerun/",
        f"{START}/schedulerun/{failed.pk}/change/",
        f"{START}/backfill/",
        f"{START}/backfill/{backfill.pk}/change/",
        f"{START}/recordedchange/",
        f"{START}/apiendpoint/",
        f"{START}/apiendpoint/add/",
        f"{START}/apiendpoint/{endpoint.pk}/change/",
        f"{START}/exceptionalday/",
        f"{START}/exceptionalday/add/",
        f"{START}/alert/",
        f"{START}/alert/{alert.pk}/change/",
        f"{START}/alertrule/",
        f"{START}/alertrule/add/",
        f"{START}/alertchannel/",
        f"{START}/alertchannel/{channel.pk}/change/",
        f"{START}/alertdelivery/{delivery.pk}/change/",
        f"{START}/accesstoken/",
        f"{START}/accesstoken/add/",
        f"{START}/calendarfeed/",
        "/admin/auth/user/",
        "/admin/login/",
    ]
