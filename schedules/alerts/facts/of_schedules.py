"""What is wrong by the rows of the schedules: pauses that nobody ended, calendars that end soon."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from schedules import conf
from schedules.alerts.deciding import Finding
from schedules.models import AlertEvent, APIEndpointSchedule
from schedules.models.definitions import asks_the_exchange
from schedules.models.lifecycle import in_force
from schedules.recurrence import announced_until


def paused_since(before: datetime, *, now: datetime) -> Iterator[Finding]:
    """Yield what has been paused since before ``before`` without an end. One that has an end is meant so."""
    paused = APIEndpointSchedule.objects.filter(
        enabled=True, endpoint__enabled=True, paused_at__lt=before, paused_until__isnull=True
    )
    for schedule in paused.only("name", "endpoint_id", "paused_at", "pause_reason").order_by("paused_at"):
        yield Finding(
            event=AlertEvent.PAUSED_LONG,
            subject=f"schedule:{schedule.pk}",
            title=schedule.name,
            since=schedule.paused_at or now,
            schedule_id=schedule.pk,
            endpoint_id=schedule.endpoint_id,
            facts={"pause_reason": schedule.pause_reason},
        )


def calendars_ending(now: datetime) -> Iterator[Finding]:
    """Yield the exchanges that schedules in force ask, and whose holidays are confirmed for a short while only."""
    today = timezone.localtime(now).date()
    days = timedelta(days=int(conf.setting("ALERT_CALENDAR_DAYS")))
    asking = APIEndpointSchedule.objects.filter(in_force()).exclude(
        Q(trading_day_rule="any") & ~Q(schedule_type="monthly")
    )
    rows = asking.only("exchange", "trading_day_rule", "month_days")
    exchanges = {row.exchange for row in rows if asks_the_exchange(row)}
    for exchange in sorted(exchanges):
        try:
            until = announced_until(exchange)
        except KeyError:
            continue  # Beat has set those schedules aside, which is told as such.
        if until - today <= days:
            yield Finding(
                event=AlertEvent.CALENDAR,
                subject=f"calendar:{exchange}",
                title=exchange,
                since=now,
                facts={"until": until.isoformat()},
            )
