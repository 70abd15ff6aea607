"""What will run in the coming weeks, as an iCalendar file for calendar programs (RFC 5545)."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from schedules.agenda import agenda
from schedules.calendar_days import Entry, Span, days_of, soonest
from schedules.services.calendar_feeds import feed_to_read

WEEKS = 4
#: Events of one file; later ones come when their time is nearer.
MOST_EVENTS = 1500
#: How long a single run is drawn; how long it will take is not known.
DRAWN = timedelta(minutes=15)
#: How often calendar programs are asked to look.
REFRESH = timedelta(hours=1)


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer the planned runs of the coming weeks; 404 for a secret that is not (any more) one."""
    now = timezone.now()
    feed = feed_to_read(secret, now=now)
    if feed is None:
        raise Http404
    with override(feed.language):
        body = calendar_of(now)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'inline; filename="schedules.ics"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    # The address is the key: no other site is to be told of it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def calendar_of(now: datetime) -> bytes:
    """Return the file, in the active language; the same bytes until something changes or a run's time has passed."""
    zone = timezone.get_current_timezone()
    today = now.astimezone(zone).date()
    span = Span(today, today + timedelta(weeks=WEEKS), zone)
    planned, _number = soonest(agenda.planned(), now=now)
    calendar = Calendar()
    calendar.add("prodid", "-//Stockura//Schedules//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Schedules"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made_at = datetime.combine(today, time.min, zone).astimezone(UTC)
    days = zip(span.days, days_of(span, planned, now=now, with_runs=False), strict=True)
    events = ((entry, day) for day, entries in days for entry in entries if _is_told(entry))
    for entry, day in islice(events, MOST_EVENTS):
        calendar.add_component(_event(entry, day, made_at))
    return calendar.to_ical()


def _event(entry: Entry, day: date, made_at: datetime) -> Event:
    assert entry.at is not None
    event = Event()
    event.add("dtstamp", made_at)
    start = entry.at.astimezone(UTC)
    event.add("dtstart", start)
    if entry.number <= 1:
        # By the rule's instant: calendar programs see that it is the same run, moved.
        known_by = entry.once.at.astimezone(UTC) if entry.once else start
        event.add("uid", f"schedule-{entry.schedule_id}-{known_by:%Y%m%dT%H%M%SZ}@stockura")
        event.add("dtend", start + DRAWN)
        if entry.number:
            event.add("summary", entry.name)
        else:
            # In words too: not every program shows what is called off as such.
            event.add("summary", _("%(name)s (skipped once)") % {"name": entry.name})
            event.add("status", "CANCELLED")
    else:
        event.add("uid", f"schedule-{entry.schedule_id}-{day:%Y%m%d}@stockura")
        event.add("dtend", (entry.last or entry.at).astimezone(UTC) + DRAWN)
        runs = ngettext("%(count)d run", "%(count)d runs", entry.number) % {"count": entry.number}
        event.add("summary", f"{entry.name} ({runs})")
    told = [said for said in (_reason(entry), _also(entry)) if said]
    if told:
        event.add("description", "\n".join(told))
    # It takes nobody's time.
    event.add("transp", "TRANSPARENT")
    return event


def _is_told(entry: Entry) -> bool:
    """Return whether an entry is an event: what runs, and what a person has called off.

    A run that is moved away is told where it is now.
    """
    return not entry.is_skipped or (entry.once is not None and entry.once.to is None)


def _reason(entry: Entry) -> str:
    if entry.reason is None:
        return entry.once.reason if entry.once else ""
    return entry.reason.ja if (get_language() or "").startswith("ja") else entry.reason.en


def _also(entry: Entry) -> str:
    if not entry.also:
        return ""
    return _("In the same minute, with the same endpoint: %(names)s") % {"names": ", ".join(entry.also)}
