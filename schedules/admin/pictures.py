"""Small pieces of HTML that several pages show: a state with its colour, a line under another."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from schedules.admin.wording import duration_text, instant_text
from schedules.models import ScheduleRun
from schedules.standing import Standing

State = ScheduleRun.State

#: How a state is coloured: good, busy, warning, bad, quiet.
TONE_OF_STATE = {
    State.DISPATCHED: "busy",
    State.RUNNING: "busy",
    State.SUCCEEDED: "good",
    State.FAILED: "bad",
    State.RETRYING: "warning",
    State.SKIPPED: "quiet",
    State.MISSED: "bad",
    State.EXPIRED: "warning",
    State.ABANDONED: "bad",
}
TONE_OF_STANDING = {
    Standing.IN_FORCE: "good",
    Standing.PAUSED: "warning",
    Standing.OFF: "quiet",
    Standing.ENDPOINT_OFF: "quiet",
    Standing.ENDED: "quiet",
    Standing.NOT_YET: "warning",
    Standing.UNKNOWN: "warning",
    Standing.BROKEN: "bad",
}
#: Counts of a result that a line shows; the page of the run shows all.
SHORT_COUNTS = 5
#: Parts of a result whose values are codes that the task's app may translate, like the names of the parts.
CODED = ("kind", "field")


def badge(text: Any, tone: str) -> SafeString:
    return format_html('<span class="sx-badge sx-{}">{}</span>', tone, text)


def state_badge(run: ScheduleRun) -> SafeString:
    return badge(run.get_state_display(), TONE_OF_STATE.get(run.state, "quiet"))


def standing_badge(standing: Standing) -> SafeString:
    return badge(standing.label, TONE_OF_STANDING[standing])


def two_lines(first: Any, second: Any) -> SafeString:
    """Return ``second`` small under ``first``; without a second line only the first."""
    if not second:
        return format_html("{}", first)
    return format_html('<span class="sx-two"><span>{}</span><small>{}</small></span>', first, second)


def with_details(sentence: Any, detail: str) -> SafeString:
    """Return a sentence for people, and folded under it what a program said; only the sentence when it said nothing."""
    if not detail:
        return format_html("{}", sentence)
    folded = '{}<details class="sx-technical"><summary>{}</summary><code>{}</code></details>'
    return format_html(folded, sentence, _("Details, for programmers"), detail)


def in_one_line(text: str) -> SafeString | None:
    """Return a text that is never broken; None, which lists show as a dash, when there is none."""
    return format_html('<span class="sx-nowrap">{}</span>', text) if text else None


def local_instant(instant: datetime | None, *, now: datetime) -> str:
    """Return an instant in the reader's zone; empty for None."""
    return instant_text(timezone.localtime(instant), now=now) if instant else ""


def counts_in_short(result: Any) -> str:
    """Return a few whole numbers of a result: "changed 9 · created 16"; empty when it has none.

    Zeros are left out unless there is nothing else. By name, because PostgreSQL does not keep the order of a JSON
    object.
    """
    if not isinstance(result, dict):
        return ""
    counts = [(key, value) for key, value in sorted(result.items()) if type(value) is int]
    telling = [(key, value) for key, value in counts if value] or counts
    return " · ".join(f"{spoken(key)} {value:,}" for key, value in telling[:SHORT_COUNTS])


def spoken(key: str) -> str:
    """Return the name of a result's part for people; a task's own app may translate it."""
    text = str(key).replace("_", " ").strip()
    return pgettext("part of a result", text) if text else ""


def readable(value: Any) -> SafeString | str:
    """Return a JSON value as nested lists that a person can read."""
    if isinstance(value, dict):
        items = (
            (spoken(key), spoken(item) if key in CODED and isinstance(item, str) else readable(item))
            for key, item in value.items()
        )
        return format_html('<dl class="sx-facts">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", items))
    if isinstance(value, list):
        items = ((readable(item),) for item in value)
        return format_html('<ul class="sx-list">{}</ul>', format_html_join("", "<li>{}</li>", items)) if value else "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return f"{value:,}"
    return "–" if value in (None, "") else str(value)


def duration_of(run: ScheduleRun, *, now: datetime) -> timedelta | None:
    """Return how long a run took, or has been taking; None when it has not begun or its end is not known."""
    if run.started_at is None:
        return None
    if run.finished_at is None:
        return now - run.started_at if run.state == State.RUNNING else None
    return run.finished_at - run.started_at


def lateness_of(run: ScheduleRun) -> timedelta | None:
    """Return how long after its planned instant a run was begun; None without a plan or a beginning.

    A backfill runs what is long past, which is not late.
    """
    if run.scheduled_for is None or run.started_at is None or run.trigger == ScheduleRun.Trigger.BACKFILL:
        return None
    return max(run.started_at - run.scheduled_for, timedelta())


def span_text(span: timedelta | None) -> str:
    return "" if span is None else duration_text(span)
