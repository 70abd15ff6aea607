"""What lists and pages say of one schedule: its rule, its next run, why it stands where it stands, what can be done."""

from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from schedules.admin.once_words import because, came_text, left_text
from schedules.admin.pictures import in_one_line, local_instant, two_lines
from schedules.admin.schedule_actions import ACTIONS, ScheduleAction
from schedules.admin.wording import distance_text, instant_text, page_language, time_text, zone_text
from schedules.forms.asking import AskingForm, ResumeForm
from schedules.models import APIEndpointSchedule
from schedules.models.reasons import pause_text
from schedules.once_changed import OnceChanged
from schedules.recurrence import describe
from schedules.recurrence.changes import Change
from schedules.recurrence.clock import as_datetime
from schedules.recurrence.zones import find_zone
from schedules.standing import Place, Standing


def rule_in_words(place: Place) -> SafeString | str:
    if place.recurrence is None:
        return two_lines("–", place.problem)
    return describe(place.recurrence, page_language())


def next_run_text(schedule: APIEndpointSchedule, place: Place, *, now: datetime) -> SafeString | str:
    """Return the next run as the reader's clock will show it, with its distance; empty when nothing will run.

    Lists mix zones, so the large figure is always the reader's. The schedule's own follows where it differs.
    """
    zone = find_zone(schedule.timezone)
    if zone is None:
        return ""
    if place.next_run_at is None:
        # The only run that lay ahead may be the one that is skipped.
        return _with_change("", schedule, place, now=now)
    here = timezone.localtime(place.next_run_at)
    distance = distance_text(here, now=now)
    if schedule.timezone != timezone.get_current_timezone_name():
        there = place.next_run_at.astimezone(zone)
        name = zone_text(schedule.timezone)
        distance = f"{distance} · {time_text(there)} ({name})"
    return two_lines(in_one_line(instant_text(here, now=now)), _with_change(distance, schedule, place, now=now))


def _with_change(distance: str, schedule: APIEndpointSchedule, place: Place, *, now: datetime) -> SafeString | str:
    """Return the distance, and what was decided about the run that the rule has next."""
    if place.once is None:
        return distance
    change, zone = once_of(schedule, place.once), timezone.get_current_timezone()
    if change.to is not None and change.to == place.next_run_at:
        told = came_text(change, zone, now=now)
    else:
        told = because(instant_text(change.at.astimezone(zone), now=now), left_text(change, zone, now=now))
    return format_html('{}<span class="sx-once-told">{}</span>', distance, told)


def once_of(schedule: APIEndpointSchedule, change: Change) -> OnceChanged:
    """Return a change as its schedule's rule knows it: without who made it."""
    at, to = as_datetime(change.at), None if change.to is None else as_datetime(change.to)
    return OnceChanged(schedule.pk, schedule.name, at, to, by="", reason=change.reason, leaves_gap=True)


def why(schedule: APIEndpointSchedule, place: Place, *, now: datetime) -> str:
    """Return what more there is to say about a standing: until when and why it is paused, what to do."""
    if place.standing == Standing.PAUSED:
        parts = []
        if schedule.paused_until:
            until = local_instant(schedule.paused_until, now=now)
            parts.append(_("until %(instant)s") % {"instant": until})
        return " · ".join([*parts, *([pause_text(schedule.pause_reason)] if schedule.pause_reason else [])])
    if place.standing == Standing.NOT_YET:
        return _("The engine holds something else. Beat repairs this by itself within a minute.")
    if place.standing == Standing.UNKNOWN:
        return _("Redis does not answer.")
    return place.problem


def buttons_of(schedule: APIEndpointSchedule, may: dict[str, bool], *, now: datetime) -> list[ScheduleAction]:
    """Return the actions that make sense for a schedule as it is, and that the reader may do."""
    codes = ["run"]
    if schedule.is_paused(now):
        codes.append("resume")
    elif schedule.enabled:
        codes.append("pause")
    if not schedule.managed_by:
        # Whether it is on stands in its file.
        codes.append("disable" if schedule.enabled else "enable")
    return [ACTIONS[code] for code in codes if may[ACTIONS[code].permission]]


def passed_over_text(form: AskingForm, schedule: APIEndpointSchedule, *, now: datetime) -> str:
    """Return how many runs the pause of a schedule passed over, from when to when; empty unless it is to be resumed."""
    if not isinstance(form, ResumeForm):
        return ""
    passed = form.passed_over[schedule.pk]
    if not passed.instants:
        return _("The pause has passed over no run.")
    first, last = (local_instant(instant, now=now) for instant in (passed.instants[0], passed.instants[-1]))
    count = len(passed.instants)
    if passed.is_cut:
        return _("The pause has passed over more than %(count)d runs, the last at %(last)s.") % {
            "count": count,
            "last": last,
        }
    if count == 1:
        return _("The pause has passed over one run: %(instant)s.") % {"instant": last}
    sentence = _("The pause has passed over %(count)d runs: %(first)s to %(last)s.")
    return sentence % {"count": count, "first": first, "last": last}
