"""What is drawn for a schedule in a row of the list and, with words, on its page.

In Python: as templates these pieces took half of the time of a page of fifty rows.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from schedules.admin.pictures import state_badge
from schedules.admin.run_bars import Bar
from schedules.admin.runs import outcome_in_short
from schedules.admin.schedule_actions import ScheduleAction
from schedules.admin.wording import distance_text
from schedules.models import APIEndpointSchedule, ScheduleRun


def buttons_html(
    schedule: APIEndpointSchedule, actions: Iterable[ScheduleAction], *, back: str, short: bool = False
) -> SafeString:
    """Return what can be done to one schedule; ``short``: as icons. An action that asks first is a link.

    The buttons belong to the form "schedule-actions", wherever they stand.
    """
    shown = format_html_join("", "{}", ((_button(action, schedule, back, short),) for action in actions))
    return format_html('<span class="sx-buttons">{}</span>', shown)


def _button(action: ScheduleAction, schedule: APIEndpointSchedule, back: str, short: bool) -> SafeString:
    address, name = reverse("admin:schedules_apiendpointschedule_do", args=[action.code]), ""
    inside = format_html('<span class="material-symbols-outlined" aria-hidden="true">{}</span>', action.icon)
    if short:
        title = f"{action.label}: {schedule.name}"
        name = format_html(' title="{}" aria-label="{}"', title, title)
    else:
        inside = format_html("{}<span>{}</span>", inside, action.label)
    classes = "sx-button sx-icon-button" if short else "sx-button"
    if action.asks:
        query = urlencode({"schedule": schedule.pk, "back": back})
        return format_html('<a class="{}" href="{}?{}"{}>{}</a>', classes, address, query, name, inside)
    return format_html(
        '<button type="submit" form="schedule-actions" formmethod="post" formaction="{}" name="schedule" value="{}" '
        'class="{}"{}>{}</button>',
        *(address, schedule.pk, classes, name, inside),
    )


def latest_run_html(run: ScheduleRun, bar: Bar | None, *, may_view: bool, now: datetime) -> SafeString:
    """Return the newest run with its state, how long ago and what came of it, and a bar of the latest ones."""
    when = timezone.localtime(run.started_at or run.scheduled_for or run.created_at)
    drawn: Any = ""
    if bar:
        drawn = format_html(
            '<svg class="sx-run-bar" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{}" '
            'focusable="false">{}</svg>',
            *(bar.summary, bar.strokes),
        )
    inside = format_html(
        '<span>{} <span class="sx-ago">{}</span></span>{}<small>{}</small>',
        *(state_badge(run), distance_text(when, now=now), drawn, outcome_in_short(run)),
    )
    if not may_view:
        return format_html('<span class="sx-two sx-latest">{}</span>', inside)
    address = reverse("admin:schedules_schedulerun_change", args=[run.pk])
    return format_html('<a class="sx-two sx-latest" href="{}">{}</a>', address, inside)
