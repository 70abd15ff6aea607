"""The admin's first page: is the morning all right, what needs a person, today on one line, what comes, the engine.

unfold asks ``dashboard`` for what the page shows. The page asks for itself again every half minute; the answer to
htmx is the same template without the frame around it. What the reader may not view is not there.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from schedules.admin import overview_needs as needs
from schedules.admin.once_words import came_text, left_text
from schedules.admin.overview_coming import next_lines
from schedules.admin.overview_engine import engine_lines
from schedules.admin.overview_timeline import HOUR, MOST_LANES, QUARTER, Day, Note, TimeLine, hours, lanes
from schedules.admin.overview_verdict import Rights, verdict_of
from schedules.admin.wording import time_text
from schedules.agenda import Planned, agenda, ahead_in_slots, next_occurrences, next_of_each
from schedules.exceptions import EngineUnreachable
from schedules.models import APIEndpointSchedule
from schedules.monitoring import EngineState, engine_state
from schedules.once_changed import OnceChanged, once_changed
from schedules.selectors import (
    changed_since,
    count_out_of_force,
    doubtful_pauses,
    open_alerts,
    queue_names,
    runs_in_slots,
    troubles,
    unfinished,
)

#: Runs that the list of the next day shows, and how many at the most when all are asked for.
NEXT_LISTED, NEXT_AT_MOST = 8, 200
NEXT_SPAN = timedelta(hours=24)
#: Beat compares everything each minute, and who leads is said; only what was saved lately is compared here, and at the
#: most as many.
COMPARED_SINCE, MOST_COMPARED = timedelta(minutes=10), 500


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return unfold's context of the first page with what the overview shows."""
    rights, now = Rights.of(request), timezone.now()
    asked_for_all = request.GET.get("next") == "all"
    context |= {
        "title": _("Overview"),
        "rights": rights,
        "layout": "partials/fragment.html" if "HX-Request" in request.headers else "admin/base.html",
        "as_of": time_text(timezone.localtime(now).replace(microsecond=0)),
    }
    # The database first: what is saved while Redis is asked is then no difference.
    planned = agenda.planned() if rights.schedules else []
    # In short each schedule once: one that runs each minute would hide the others.
    limit = NEXT_AT_MOST if asked_for_all else NEXT_LISTED
    choose = next_occurrences if asked_for_all else next_of_each
    coming = choose(planned, now=now, until=now + NEXT_SPAN, limit=limit + 1)
    day, until = Day.around(now, timezone.get_current_timezone()), now + NEXT_SPAN
    changed = once_changed(planned, day.start, until, now=now) if planned else []
    engine = _engine(planned, now) if rights.schedules else None
    found = _needs(rights, engine, now)
    line = _time_line(day, planned, changed, rights, now)
    context |= {
        "engine": engine,
        "engine_lines": engine_lines(engine, planned, now) if engine else [],
        "drift_address": reverse("admin:schedules_apiendpointschedule_reconcile") if rights.repair else "",
        "needs": found,
        "time_line": line,
        "coming": next_lines(coming[:limit], changed, now=now, until=until, limit=limit),
        "coming_more": len(coming) > limit or any(each.more for each in coming),
        "coming_all": asked_for_all,
        "is_empty": rights.schedules and not planned and not APIEndpointSchedule.objects.exists(),
        "verdict": verdict_of(
            rights, engine, found, line, coming, now, count_out_of_force(now) if rights.schedules else (0, 0)
        ),
    }
    return context


def _engine(planned: Sequence[Planned], now: datetime) -> EngineState | None:
    """Return the engine's state; None when Redis does not answer."""
    changed = changed_since(now - COMPARED_SINCE, limit=MOST_COMPARED)
    queues = queue_names()
    try:
        return engine_state(now, in_force={each.schedule_id for each in planned}, changed=changed, queues=queues)
    except EngineUnreachable:
        return None


def _needs(rights: Rights, engine: EngineState | None, now: datetime) -> list[needs.Need]:
    found: list[needs.Need] = []
    if rights.schedules:
        found += needs.engine_needs(engine, may_repair=rights.repair)
    if rights.runs:
        found += needs.waiting_needs(unfinished(), now=now)
        found += needs.trouble_needs(*troubles(now, limit=needs.LISTED), now=now)
    if rights.schedules:
        if engine is not None and engine.health.set_aside:
            keys = sorted(engine.health.set_aside)[: needs.LISTED]
            listed = list(APIEndpointSchedule.objects.select_related("endpoint").filter(pk__in=keys))
            found += needs.set_aside_needs(engine, listed, now=now)
        paused = doubtful_pauses(now)
        listed = list(paused[: needs.LISTED + 1])
        total = len(listed) if len(listed) <= needs.LISTED else paused.count()
        found += needs.pause_needs(listed[: needs.LISTED], total, now=now)
    if rights.alerts:
        found += needs.alert_needs(open_alerts(), is_alone=not found)
    return found


def _time_line(
    day: Day, planned: list[Planned], changed: Sequence[OnceChanged], rights: Rights, now: datetime
) -> TimeLine:
    draw_lanes = rights.schedules and len(planned) <= MOST_LANES
    edges = day.edges(QUARTER if draw_lanes else HOUR)
    counts = runs_in_slots(edges, by_schedule=draw_lanes) if rights.runs else []
    if draw_lanes and len({(count.schedule_id, count.schedule_name) for count in counts}) > 2 * MOST_LANES:
        # Many that ran today are out of force by now.
        draw_lanes, edges = False, day.edges(HOUR)
        counts = runs_in_slots(edges)
    ahead = ahead_in_slots(planned, edges, now=now)
    notes = _notes(day, edges, changed, now)
    return (lanes if draw_lanes else hours)(day, counts, ahead, notes, now=now, links=rights.runs)


def _notes(day: Day, edges: tuple[datetime, ...], changed: Sequence[OnceChanged], now: datetime) -> list[Note]:
    """Return what is told of one-time changes on the time line: at the old place, and at the new one."""
    notes = []
    for change in changed:
        places = [(change.at, left_text)] if change.leaves_gap else []
        places += [(change.to, came_text)] if change.to is not None and change.to > now else []
        for at, words in places:
            if edges[0] <= at < edges[-1]:
                text = f"{day.clock(at)} {words(change, day.zone, now=now)}"
                notes.append(Note(change.schedule_id, change.name, bisect_right(edges, at) - 1, text))
    return notes
