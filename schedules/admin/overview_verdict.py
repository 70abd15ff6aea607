"""The overview's first line: whether the morning is all right, for a person who has a minute."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.admin.overview_needs import Need
from schedules.admin.overview_timeline import TimeLine
from schedules.admin.wording import distance_text, instant_text, time_text
from schedules.agenda import Coming
from schedules.monitoring import EngineState


@dataclass(frozen=True)
class Rights:
    """What the reader may see and do here."""

    schedules: bool
    runs: bool
    alerts: bool
    add: bool
    repair: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "Rights":
        has = request.user.has_perm
        change = has("schedules.change_apiendpointschedule")
        return cls(
            schedules=change or has("schedules.view_apiendpointschedule"),
            runs=has("schedules.view_schedulerun"),
            alerts=has("schedules.view_alert"),
            add=has("schedules.add_apiendpointschedule"),
            repair=change,
        )


@dataclass(frozen=True)
class Verdict:
    """The page's first line. ``level``: good, warning, bad, unknown or quiet."""

    level: str
    sentence: str
    details: list[str]

    @property
    def icon(self) -> str:
        icons = {"good": "check_circle", "warning": "info", "bad": "error", "unknown": "help", "quiet": "info"}
        return icons[self.level]


def verdict_of(
    rights: Rights,
    engine: EngineState | None,
    found: list[Need],
    line: TimeLine,
    coming: list[Coming],
    now: datetime,
    out_of_force: tuple[int, int] = (0, 0),
) -> Verdict:
    """Return the first line. ``engine`` is None when Redis does not answer: then nothing is called well.

    ``out_of_force``: how many schedules are paused, and how many are off.
    """
    if not rights.schedules and not rights.runs:
        return Verdict("quiet", _("You may view neither schedules nor runs. Ask whoever gives permissions."), [])
    details = [*_details(rights, line, coming, now), *_out_of_force(*out_of_force)]
    if rights.schedules and engine is None:
        others = sum(need.number for need in found) - 1
        also = ""
        if others:
            also = ngettext("%(count)d other thing needs a person.", "%(count)d other things need a person.", others)
            also %= {"count": others}
        sentence = _("Not known whether all is well: Redis does not answer.")
        return Verdict("unknown", f"{sentence} {also}".strip(), details)
    if not found:
        if not rights.runs:
            return Verdict("quiet", _("The engine is well. What the runs did is not shown to you."), details)
        if not rights.schedules:
            return Verdict("quiet", _("No run went wrong. The engine is not shown to you."), details)
        return Verdict("good", _("All is well."), details)
    grave = [need for need in found if need.tone == "bad"]
    count = sum(need.number for need in grave or found)
    if grave:
        sentence = ngettext("%(count)d thing needs a person.", "%(count)d things need a person.", count)
        return Verdict("bad", sentence % {"count": count}, [_first_of(grave), *details])
    sentence = ngettext(
        "Nothing failed; %(count)d thing to look at.", "Nothing failed; %(count)d things to look at.", count
    )
    return Verdict("warning", sentence % {"count": count}, [_first_of(found), *details])


def _first_of(found: list[Need]) -> str:
    first = f"{found[0].what}: {found[0].title}"
    return first if len(found) == 1 else _("First: %(thing)s") % {"thing": first}


def _details(rights: Rights, line: TimeLine, coming: list[Coming], now: datetime) -> list[str]:
    details = []
    if rights.runs:
        numbers = {figure.tone: figure.number for figure in line.totals}
        details.append(
            _("Since midnight: %(good)d succeeded, %(bad)d failed or missed, %(busy)d under way.")
            % {tone: numbers[tone] for tone in ("good", "bad", "busy")}
        )
    if coming:
        here = timezone.localtime(coming[0].occurrence.at)
        details.append(
            _("Next: %(instant)s %(name)s (%(distance)s).")
            % {
                "instant": instant_text(here, now=now)
                if here.date() != timezone.localtime(now).date()
                else time_text(here),
                "name": coming[0].schedule.name,
                "distance": distance_text(here, now=now),
            }
        )
    elif rights.schedules:
        details.append(_("Nothing comes within 24 hours."))
    return details


def _out_of_force(paused: int, off: int) -> list[SafeString]:
    """Return what does not run, with the way to it: "all is well" means only what is in force."""
    address = reverse("admin:schedules_apiendpointschedule_changelist")
    link = '<a class="sx-link" href="{}?state={}">{}</a>'
    found = []
    if paused:
        text = ngettext("%(count)d schedule is paused", "%(count)d schedules are paused", paused) % {"count": paused}
        found.append(format_html(link, address, "paused", text))
    if off:
        text = ngettext("%(count)d schedule is off", "%(count)d schedules are off", off) % {"count": off}
        found.append(format_html(link, address, "any_off", text))
    return [format_html_join(" · ", "{}", ((each,) for each in found))] if found else []
