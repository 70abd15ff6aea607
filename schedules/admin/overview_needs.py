"""What needs a person, the gravest first, each with the way to the rows behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.pictures import badge, local_instant
from schedules.admin.runs import outcome_in_short
from schedules.admin.wording import distance_text
from schedules.models import AlertEvent, APIEndpointSchedule
from schedules.monitoring import EngineState
from schedules.selectors import BAD, PAUSED_BY_ITSELF, Trouble, Unfinished
from schedules.standing import places_of

#: Of each kind the page lists as many; the rest is a link.
LISTED = 8
#: What only an alert tells of: all other events are looked for here, too.
TOLD_BY_ALERTS_ALONE = (AlertEvent.RUNNING_LONG, AlertEvent.CALENDAR)
#: A message that no worker has begun after this long is waiting for somebody to look.
WAITS_TOO_LONG = timedelta(minutes=5)


@dataclass(frozen=True)
class Need:
    """One thing to look at. ``tone`` is ``bad`` or ``warning``."""

    tone: str
    #: In a word, what is the matter; empty for a line that only counts the rest.
    what: Any
    title: str
    text: Any = ""
    address: str = ""
    aside: str = ""
    #: How many schedules it stands for, when that is not just one.
    number: int = 1

    @property
    def badge(self) -> Any:
        return badge(self.what, self.tone) if self.what else ""


def engine_needs(engine: EngineState | None, *, may_repair: bool) -> Iterator[Need]:
    """Yield what is wrong with the engine; ``engine`` is None when Redis does not answer."""
    stopped = _("Stopped")
    if engine is None:
        text = _("Nothing is sent until it is back, and nobody can say what is in force. Saved changes wait.")
        yield Need("bad", _("Unknown"), _("Redis does not answer"), text)
        return
    if engine.health.leader is None:
        yield Need("bad", stopped, _("No beat leads"), _("Nothing is sent. Start one: celery -A stockura beat"))
    if not engine.workers:
        yield Need("bad", stopped, _("No worker answers"), _("What is sent waits until one does."))
    if engine.overdue and engine.health.leader is not None:
        count = engine.overdue
        title = ngettext("%(count)d run is overdue", "%(count)d runs are overdue", count) % {"count": count}
        yield Need("bad", _("Late"), title, _("Beat leads, and has not sent for over a minute what is due."))
    if count := engine.drift.count:
        title = ngettext(
            "%(count)d schedule is not in force as it was saved",
            "%(count)d schedules are not in force as they were saved",
            count,
        )
        address = reverse("admin:schedules_apiendpointschedule_reconcile") if may_repair else ""
        text = _("Beat repairs this by itself within a minute. What stays needs somebody to look.")
        yield Need("warning", _("Drifted"), title % {"count": count}, text, address, number=count)


def waiting_needs(unfinished: Unfinished, *, now: datetime) -> Iterator[Need]:
    """Yield that messages lie about for long."""
    since = unfinished.oldest_waiting_at
    if since is None or now - since < WAITS_TOO_LONG:
        return
    count = unfinished.waiting
    title = ngettext("%(count)d run waits for a worker", "%(count)d runs wait for a worker", count) % {"count": count}
    text = _("The oldest since %(instant)s.") % {"instant": local_instant(since, now=now)}
    yield Need("warning", _("Waiting"), title, text, _runs(state__exact="dispatched"))


def trouble_needs(found: list[Trouble], total: int, *, now: datetime) -> Iterator[Need]:
    """Yield the schedules that went wrong and have not succeeded since."""
    for trouble in found:
        run = trouble.run
        more = ""
        if trouble.count > 1:
            more = ngettext("%(count)d time in 7 days", "%(count)d times in 7 days", trouble.count)
            more %= {"count": trouble.count}
        again = _("is being run again") if trouble.is_under_way_again else ""
        moment = timezone.localtime(run.scheduled_for or run.created_at)
        yield Need(
            "bad",
            run.get_state_display(),
            run.schedule_name,
            outcome_in_short(run),
            reverse("admin:schedules_schedulerun_change", args=[run.pk]),
            " · ".join(part for part in (distance_text(moment, now=now), more, again) if part),
        )
    if rest := total - len(found):
        title = ngettext("%(count)d more schedule", "%(count)d more schedules", rest) % {"count": rest}
        address = _runs(state__in=",".join(BAD), period="7d")
        yield Need("bad", "", title, address=address, number=rest)


def set_aside_needs(
    engine: EngineState, listed: Sequence[APIEndpointSchedule], *, now: datetime
) -> Iterator[Need]:
    """Yield the schedules that the engine cannot carry out, ``listed`` one by one and the others as a number."""
    places = places_of(listed, now=now)
    for schedule in listed:
        # What beat noted is in its own language; what is wrong with a rule is said in the reader's.
        why = places[schedule.pk].problem or engine.health.set_aside[schedule.pk]
        address = reverse("admin:schedules_apiendpointschedule_change", args=[schedule.pk])
        yield Need("bad", _("Set aside"), schedule.name, why, address)
    if rest := len(engine.health.set_aside) - len(listed):
        title = ngettext("%(count)d more set aside", "%(count)d more set aside", rest) % {"count": rest}
        yield Need("bad", "", title, number=rest)


def pause_needs(found: list[APIEndpointSchedule], total: int, *, now: datetime) -> Iterator[Need]:
    """Yield the pauses that somebody may have forgotten."""
    for schedule in found:
        paused_at = timezone.localtime(schedule.paused_at or now)
        by_itself = schedule.pause_reason.startswith(PAUSED_BY_ITSELF)
        reason = schedule.pause_reason or _("Without a reason.")
        if by_itself:
            reason = _("It failed too often in a row. Resume it when the cause is mended.")
        yield Need(
            "bad" if by_itself else "warning",
            _("Paused itself") if by_itself else _("Long paused"),
            schedule.name,
            reason,
            reverse("admin:schedules_apiendpointschedule_change", args=[schedule.pk]),
            _("paused %(ago)s") % {"ago": distance_text(paused_at, now=now)},
        )
    if rest := total - len(found):
        title = ngettext("%(count)d more paused", "%(count)d more paused", rest) % {"count": rest}
        address = f"{reverse('admin:schedules_apiendpointschedule_changelist')}?state=paused"
        yield Need("warning", "", title, address=address, number=rest)


def alert_needs(opened: dict[str, int], *, is_alone: bool) -> Iterator[Need]:
    """Yield one line for the open alerts: event → how many.

    Most of what they tell of stands above it and is not counted again, unless the line ``is_alone``.
    """
    if not (total := sum(opened.values())):
        return
    title = ngettext("%(count)d open alert", "%(count)d open alerts", total) % {"count": total}
    events = " · ".join(f"{AlertEvent(event).label} {count}" for event, count in opened.items())
    number = total if is_alone else sum(opened.get(event, 0) for event in TOLD_BY_ALERTS_ALONE)
    address = reverse("admin:schedules_alert_changelist")
    yield Need("warning", _("Alert"), title, events, address, number=number)


def _runs(**query: object) -> str:
    return f"{reverse('admin:schedules_schedulerun_changelist')}?{urlencode(query)}"
