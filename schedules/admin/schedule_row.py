"""What is drawn for a schedule in a row of the list and, with words, on its page.

In Python: as templates these pieces took half of the time of a page of fifty rows.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from schedules.admin.pictures import state_badge
from schedules.admin.run_bars import Bar
from schedules.admin.runs import outcome_in_short
from schedules.admin.schedule_actions import ScheduleAction
from schedules.admin.wording import distance_text
from schedules.models import APIEndpointSchedule, ScheduleRun


class ButtonDrawer:
    """Draws what can be done to the schedules of one page; ``short``: as icons. An action that asks first is a link.

    The buttons belong to the form "schedule-actions", wherever they stand. A list has hundreds of them: what they have
    in common is written once.
    """

    def __init__(self, *, back: str, short: bool = False) -> None:
        self._back = urlencode({"back": back})
        self._short = short
        self._around: dict[str, tuple[str, str, str]] = {}

    def html(self, schedule: APIEndpointSchedule, actions: Iterable[ScheduleAction]) -> SafeString:
        name = escape(schedule.name)
        shown = "".join(self._button(action, schedule.pk, name) for action in actions)
        return mark_safe(f'<span class="sx-buttons">{shown}</span>')

    def _button(self, action: ScheduleAction, key: int, name: str) -> str:
        if action.code not in self._around:
            self._around[action.code] = self._written(action)
        before, between, after = self._around[action.code]
        title = f"{escape(action.label)}: {name}"
        named = f' title="{title}" aria-label="{title}"' if self._short else ""
        return f"{before}{key}{between}{named}{after}"

    def _written(self, action: ScheduleAction) -> tuple[str, str, str]:
        """Return what stands before the schedule's key, between that and its name, and after the name."""
        address = escape(reverse("admin:schedules_apiendpointschedule_do", args=[action.code]))
        inside = f'<span class="material-symbols-outlined" aria-hidden="true">{escape(action.icon)}</span>'
        if not self._short:
            inside += f"<span>{escape(action.label)}</span>"
        classes = "sx-button sx-icon-button" if self._short else "sx-button"
        if action.asks:
            before = f'<a class="{classes}" href="{address}?schedule='
            return before, f'{escape("&" + self._back)}"', f">{inside}</a>"
        before = (
            '<button type="submit" form="schedule-actions" formmethod="post" '
            f'formaction="{address}" name="schedule" value="'
        )
        return before, f'" class="{classes}"', f">{inside}</button>"


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
